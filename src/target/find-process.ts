/**
 * A process by number or name, for the command line: the name is that of the program's file, the first word of its command line,
 * or the kernel's (`comm`, cut at 15 characters), whichever fits.
 */
import { readdirSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'
import { InvivoError } from '../errors.ts'
import { commandLine, readProc, readStat, readStatus } from './proc-files.ts'

const MAX_LISTED = 20

/**
 * @returns its process id. A number is not looked up: attaching says what is wrong with it.
 * @throws InvivoError NOT_FOUND; AMBIGUOUS with the processes that fit.
 */
export function findProcess(nameOrPid: string): number {
  // The kernel's highest is 2^22.
  if (/^\d{1,15}$/.test(nameOrPid)) return Number(nameOrPid)
  if (nameOrPid === '') throw new InvivoError('USAGE', 'a process needs a name or a number, not an empty string')
  const wanted = basename(nameOrPid)
  const isPath = nameOrPid.includes('/')
  const self = ancestors()
  const found: number[] = []
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const pid = Number(entry)
    if (self.has(pid)) continue
    const executable = executableOf(pid)
    const first = readProc(`/proc/${pid}/cmdline`)?.split('\0')[0] ?? ''
    const fits = isPath
      ? executable === nameOrPid || first === nameOrPid
      : basename(executable) === wanted || basename(first) === wanted || readProc(`/proc/${pid}/comm`)?.trimEnd() === wanted
    if (fits && isAlive(pid)) found.push(pid)
  }
  const [pid] = found
  if (pid === undefined) throw new InvivoError('NOT_FOUND', `there is no process named ${nameOrPid}; \`ps -e\` lists those that are`)
  if (found.length === 1) return pid
  const lines = found.slice(0, MAX_LISTED).map((id) => `  ${id}  ${commandLine(id)}`)
  if (found.length > MAX_LISTED) lines.push(`  … and ${found.length - MAX_LISTED} more`)
  throw new InvivoError('AMBIGUOUS', `${found.length} processes are named ${nameOrPid}; give the number of one:\n${lines.join('\n')}`)
}

/** This process, and those that started it with the name on their command line: a shell, npm, sudo. */
function ancestors(): Set<number> {
  const pids = new Set<number>()
  let pid = process.pid
  while (pid > 1 && !pids.has(pid)) {
    pids.add(pid)
    pid = readStat(pid)?.parent ?? 0
  }
  return pids
}

function executableOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '')
  } catch {
    return ''
  }
}

/** Zombies and kernel threads have nothing to look at. */
function isAlive(pid: number): boolean {
  return readStatus(pid)?.hasMemory ?? false
}
