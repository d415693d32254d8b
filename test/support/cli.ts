/** The command `invivo` as tests call it: a process of its own, from the sources, with a cache folder of the tests'. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './debuggee.ts'

export const mainFile: string = join(root, 'src', 'cli', 'main.ts')

export interface CommandOptions {
  readonly cwd?: string
  readonly environment?: NodeJS.ProcessEnv
  /** Receives the child once it runs, to signal it or to close its pipes. */
  readonly onStart?: (child: ChildProcess) => void
}

export interface CommandResult {
  /** Exit status; undefined when a signal ended it. */
  readonly status: number | undefined
  readonly signal: NodeJS.Signals | undefined
  readonly stdout: string
  readonly stderr: string
}

/** The environment of a command under test: no colours, whatever the terminal of the tests is. */
export function commandEnvironment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { FORCE_COLOR: _, NODE_OPTIONS: __, INVIVO_DEBUG: ___, ...own } = process.env
  return { ...own, NO_COLOR: '1', XDG_CACHE_HOME: join(root, 'build', 'cache'), ...more }
}

export function invivo(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return runCommand(process.execPath, [mainFile, ...args], options)
}

export async function runCommand(program: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const child = spawn(program, args, {
    cwd: options.cwd ?? root,
    env: commandEnvironment(options.environment),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  options.onStart?.(child)
  return await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ status: code ?? undefined, signal: signal ?? undefined, stdout, stderr }))
  })
}

export interface TemporaryFolder extends Disposable {
  readonly path: string
}

export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'invivo-test-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}
