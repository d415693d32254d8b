/** What the tests of targets share: addresses of symbols by nm(1), states by /proc, and a debuggee that answers. */
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { isInvivoError, type ErrorCode } from '../../src/errors.ts'
import type { Target } from '../../src/target/index.ts'
import type { RunningDebuggee } from '../support/debuggee.ts'

/** A folder that goes with the scope. */
export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'invivo-target-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** Runs a command that has to succeed. */
export function run(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = process.env): string {
  const result = spawnSync(command, args, { encoding: 'utf8', env: environment, maxBuffer: 1 << 28 })
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${result.error?.message ?? result.stderr}`)
  return result.stdout
}

/** Link-time address of a symbol. */
export function symbol(program: string, name: string): number {
  const line = run('nm', [program])
    .split('\n')
    .find((text) => text.endsWith(` ${name}`))
  if (line === undefined) throw new Error(`${program} has no symbol ${name}`)
  return Number.parseInt(line, 16)
}

/** Run-time address of a symbol of the program. */
export function addressOf(target: Target, program: string, name: string): number {
  return symbol(program, name) + (target.modules()[0]?.bias ?? 0)
}

export function readBytes(target: Target, address: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  return bytes.subarray(0, target.read(address, bytes, 0, length))
}

export function readWord(target: Target, address: number): number {
  const bytes = readBytes(target, address, 8)
  return Number(bytes.readBigInt64LE())
}

export function readText(target: Target, address: number): string {
  const bytes = readBytes(target, address, 64)
  return bytes.toString('latin1', 0, bytes.indexOf(0))
}

/** One letter a thread, in the order of their ids. */
export function states(pid: number, tids: readonly number[] = [pid]): string {
  return tids.map((tid) => /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/task/${tid}/status`, 'utf8'))?.[1] ?? '?').join('')
}

/** Turns the event loop until it holds; a test's own time limit ends what never does. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setImmediate()
}

/** Proves that threads.c runs: it answers. `l` makes it load its library first. */
export async function answers({ child }: RunningDebuggee, command: 'p' | 'l' = 'p'): Promise<void> {
  const { stdin, stdout } = child
  if (stdin === null || stdout === null) throw new Error('the debuggee has no pipes')
  const answer = once(stdout, 'data')
  stdin.write(command)
  await answer
}

/** For assert.throws: an InvivoError of that code with all of these in its message. */
export function failure(code: ErrorCode, ...words: readonly (string | RegExp)[]): (error: unknown) => boolean {
  return (error) => {
    if (!isInvivoError(error, code)) throw error
    for (const word of words)
      if (typeof word === 'string' ? !error.message.includes(word) : !word.test(error.message))
        throw new Error(`"${error.message}" does not have ${String(word)}`)
    return true
  }
}
