/**
 * The files of /proc/PID as proc(5) describes them: maps, status, stat, task. Only parsing; who reads what is process.ts'
 * business, and which of the mappings are programs modules.ts'.
 */
import { readFileSync, readdirSync } from 'node:fs'
import type { MappedRange, Thread } from './target.ts'

/** One line of /proc/PID/maps. */
export interface ProcMapping extends MappedRange {
  /** Device and inode as the kernel writes them, `fe:00 338944`; empty for memory of no file. */
  readonly identity: string
  readonly shared: boolean
}

/** An errno of a node:fs call: `ENOENT`; empty for any other error. */
export function fsErrno(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** @returns the file's text; undefined when it cannot be read, for whatever reason. */
export function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

const mapsLine = /^([0-9a-f]+)-([0-9a-f]+) (...)(.) ([0-9a-f]+) (\S+) (\d+) *(.*)$/

export function parseMaps(text: string): ProcMapping[] {
  const mappings: ProcMapping[] = []
  for (const line of text.split('\n')) {
    const match = mapsLine.exec(line)
    if (match === null) continue
    const [, start = '', end = '', access = '', sharing, offset = '', device, inode, name = ''] = match
    mappings.push({
      start: parseAddress(start),
      end: parseAddress(end),
      readable: access[0] === 'r',
      writable: access[1] === 'w',
      executable: access[2] === 'x',
      shared: sharing === 's',
      // A file name's newline is the only character that the kernel escapes here.
      name: name.replaceAll('\\012', '\n'),
      fileOffset: Number.parseInt(offset, 16),
      identity: inode === '0' ? '' : `${device} ${inode}`,
    })
  }
  // The kernel's half reads as negative numbers and comes first then (vsyscall).
  return mappings.sort((a, b) => a.start - b.start)
}

/** Hexadecimal, 64 bits taken as signed (target.ts says why). */
function parseAddress(hex: string): number {
  return hex.length < 16 ? Number.parseInt(hex, 16) : Number(BigInt.asIntN(64, BigInt(`0x${hex}`)))
}

export interface ProcStatus {
  readonly name: string
  /** The one-letter state of proc(5): R, S, D, T (stopped), t (traced), Z, X, I. */
  readonly state: string
  /** The process a thread belongs to. */
  readonly tgid: number
  readonly tracer: number
  /** Real, effective, saved and file-system user. */
  readonly uids: readonly number[]
  readonly gids: readonly number[]
  readonly capabilities: bigint
  /** It has an address space: false for kernel threads and zombies. */
  readonly hasMemory: boolean
}

/** @returns undefined when there is no such process. */
export function readStatus(id: number | 'self'): ProcStatus | undefined {
  const text = readProc(`/proc/${id}/status`)
  if (text === undefined) return undefined
  const fields = new Map(text.split('\n').map((line) => splitAt(line, ':')))
  const numbers = (field: string): number[] => (fields.get(field) ?? '').split(/\s+/).map(Number)
  return {
    name: fields.get('Name') ?? '',
    state: (fields.get('State') ?? '?').charAt(0),
    tgid: numbers('Tgid')[0] ?? 0,
    tracer: numbers('TracerPid')[0] ?? 0,
    uids: numbers('Uid'),
    gids: numbers('Gid'),
    capabilities: BigInt(`0x${fields.get('CapEff') ?? '0'}`),
    hasMemory: fields.has('VmSize'),
  }
}

function splitAt(line: string, separator: string): [string, string] {
  const at = line.indexOf(separator)
  return at === -1 ? [line, ''] : [line.slice(0, at), line.slice(at + 1).trim()]
}

export interface ProcStat {
  readonly state: string
  readonly parent: number
  readonly group: number
  readonly session: number
  /** Clock ticks since boot: with the pid, what tells a process from a later one of the same number. */
  readonly startTime: string
}

/** @returns undefined when there is no such process. */
export function readStat(pid: number): ProcStat | undefined {
  const text = readProc(`/proc/${pid}/stat`)
  if (text === undefined) return undefined
  // The name, in parentheses, may hold spaces and parentheses: what follows the last one is regular.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return {
    state: fields[0] ?? '?',
    parent: Number(fields[1]),
    group: Number(fields[2]),
    session: Number(fields[3]),
    startTime: fields[19] ?? '',
  }
}

/** Threads in the order of their ids; the process's own first. */
export function readThreads(pid: number): Thread[] {
  return threadIds(pid).map((tid) => ({ tid, name: readProc(`/proc/${pid}/task/${tid}/comm`)?.trimEnd() ?? '' }))
}

export function threadIds(pid: number): number[] {
  try {
    const ids = readdirSync(`/proc/${pid}/task`).map(Number)
    return ids.sort((a, b) => a - b)
  } catch {
    return []
  }
}

/** The command line with its arguments separated by spaces; `[name]` for one without, as ps prints it. */
export function commandLine(pid: number): string {
  const text = readProc(`/proc/${pid}/cmdline`) ?? ''
  const words = text.replace(/\0+$/, '').replaceAll('\0', ' ')
  return words === '' ? `[${readProc(`/proc/${pid}/comm`)?.trimEnd() ?? '?'}]` : words
}
