/**
 * Debuggees of the tests: compiled from test/programs into build/programs when first asked for, started, and ended again.
 * A debuggee prints the line `ready` when its data is set up and then waits for its standard input to close.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { join } from 'node:path'

export const root: string = join(import.meta.dirname, '..', '..')
export const programsFolder: string = join(root, 'test', 'programs')
const buildFolder = join(root, 'build', 'programs')

export interface CompileOptions {
  /** Default `gcc`. */
  compiler?: string
  /** Default `-g -O0`. */
  flags?: readonly string[]
  /** Name of the result; default: the first source's. */
  name?: string
}

/**
 * Compiles sources of test/programs (names) or elsewhere (absolute paths) to a program; the same call again gives the same file.
 * @returns its path.
 */
export function compile(sources: string | readonly string[], options: CompileOptions = {}): string {
  const files = (typeof sources === 'string' ? [sources] : sources).map((file) =>
    file.startsWith('/') ? file : join(programsFolder, file),
  )
  const compiler = options.compiler ?? 'gcc'
  const flags = options.flags ?? ['-g', '-O0']
  const hash = createHash('sha256')
  hash.update(JSON.stringify([compiler, flags, files]))
  for (const file of files) hash.update(readFileSync(file))
  const base = options.name ?? (files[0] ?? 'program').replace(/^.*\//, '').replace(/\.\w+$/, '')
  const output = join(buildFolder, `${base}-${hash.digest('hex').slice(0, 12)}`)
  if (existsSync(output)) return output
  mkdirSync(buildFolder, { recursive: true })
  const partial = `${output}.${process.pid}`
  const result = spawnSync(compiler, [...flags, '-o', partial, ...files, '-lm', '-lpthread'], { encoding: 'utf8' })
  if (result.status !== 0) throw new Error(`${compiler} ${flags.join(' ')} ${files.join(' ')}: ${result.error?.message ?? result.stderr}`)
  renameSync(partial, output)
  return output
}

export interface RunningDebuggee extends AsyncDisposable {
  readonly pid: number
  readonly child: ChildProcess
  /** Lines printed before `ready`. */
  readonly lines: readonly string[]
}

/** Starts a program and waits for its line `ready`. Disposing it closes its input, kills it and waits for its end. */
export async function start(
  program: string,
  args: readonly string[] = [],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<RunningDebuggee> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], env: environment })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const lines: string[] = []
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => reject(new Error(`${program} ended before it was ready: ${signal ?? code}`)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line === 'ready') resolve()
      else lines.push(line)
    })
  })
  const { pid } = child
  if (pid === undefined) throw new Error(`${program} has no process id`)
  return {
    pid,
    child,
    lines,
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      child.kill('SIGKILL')
      await ended
    },
  }
}
