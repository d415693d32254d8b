/**
 * `invivo demo`: the whole job on a program made for it, in a folder that is gone afterwards. Each step is the command a user
 * would type, run as a process of its own; the C program and the script are in examples/demo. Needs a C compiler, no root.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { InvivoError } from '../errors.ts'
import { ProcessTarget, writeCore } from '../target/index.ts'
import { makeTemporaryFolder } from '../temporary-folder.ts'
import { paint } from './terminal.ts'

export interface DemoOptions {
  readonly elements: number
}

const examples = join(import.meta.dirname, '..', '..', 'examples', 'demo')
const main = join(import.meta.dirname, `main${extname(import.meta.filename)}`)

export async function demo(options: DemoOptions): Promise<void> {
  const { elements } = options
  if (!Number.isSafeInteger(elements) || elements < 1 || elements > 20_000_000) {
    throw new InvivoError('USAGE', '--elements takes a number from 1 to 20000000')
  }
  const compiler = findCompiler()
  using stage = new Stage()
  const times: [string, number][] = []

  say(`A C program keeps ${elements.toLocaleString('en')} drives in a list, as QEMU keeps its block backends.`)
  copyFileSync(join(examples, 'drives.c'), join(stage.folder, 'drives.c'))
  await stage.shell([compiler, '-g', '-o', 'drives', 'drives.c'])
  const drives = await stage.start('./drives', [String(elements)])
  const pid = String(drives)

  say('Its debug information becomes TypeScript declarations.')
  times.push(['write the declarations', await stage.invivo(['types', '--pid', pid, '-o', 'drives.ts'])])
  show(stage.excerpt('drives.ts', /^export interface drive /, 12))

  say('A script walks the list. Every field is known to the editor.')
  copyFileSync(join(examples, 'find.ts'), join(stage.folder, 'find.ts'))
  show(readFileSync(join(stage.folder, 'find.ts'), 'utf8').trimEnd())
  console.log()
  const wanted = `drive${Math.floor(elements * 0.765432)}`
  times.push(['check the script, find the drive in the process', await stage.invivo(['run', 'find.ts', '--pid', pid, '--', wanted])])

  say('With a misspelled field it is refused before the process is touched.')
  const misspelled = readFileSync(join(stage.folder, 'find.ts'), 'utf8').replace('tqe_next', 'tqe_nxt')
  writeFileSync(join(stage.folder, 'typo.ts'), misspelled)
  times.push(['refuse the misspelled script', await stage.invivo(['run', 'typo.ts', '--pid', pid, '--', wanted], 1)])

  say('The same script reads a core dump, here one that invivo takes itself.')
  const core = join(stage.folder, 'core')
  const started = performance.now()
  let size: number
  {
    using target = ProcessTarget.attach(drives)
    size = writeCore(target, core)
  }
  times.push([`write the core dump (${Math.round(size / 1e6)} MB)`, performance.now() - started])
  times.push(['find the drive in the core dump', await stage.invivo(['run', 'find.ts', '--core', 'core', '--', wanted])])

  say('Times, each with the start of its process:')
  for (const [what, milliseconds] of times) console.log(`  ${what.padEnd(50)} ${seconds(milliseconds)}`)
}

/** The folder and the processes of one demo: given back on every way out, Ctrl-C and termination included. */
class Stage implements Disposable {
  readonly folder: string = makeTemporaryFolder('invivo-demo-')
  readonly #children = new Set<ChildProcess>()
  readonly #onSignal = (signal: NodeJS.Signals) => {
    void this.#end(signal === 'SIGINT' ? 130 : signal === 'SIGHUP' ? 129 : 143)
  }

  constructor() {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, this.#onSignal)
    process.on('exit', this.#remove)
  }

  readonly #remove = () => {
    for (const child of this.#children) child.kill('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** A child that still ran could write into the folder while it is removed. */
  async #end(status: number): Promise<void> {
    const ended = [...this.#children].map((child) => new Promise((resolve) => child.once('exit', resolve)))
    for (const child of this.#children) child.kill('SIGKILL')
    await Promise.all(ended)
    process.exit(status)
  }

  [Symbol.dispose](): void {
    this.#remove()
    process.off('exit', this.#remove)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, this.#onSignal)
  }

  /** Starts a program that prints `ready` and then waits for the end of its input. @returns its process id. */
  async start(program: string, args: readonly string[]): Promise<number> {
    console.log(`${paint('bold', `$ ${program} ${args.join(' ')} &`)}`)
    const child = this.#spawn(join(this.folder, program), args, 'pipe')
    for await (const line of createInterface({ input: child.stdout ?? process.stdin })) if (line === 'ready') break
    if (child.pid === undefined || child.exitCode !== null) throw new InvivoError('SYSTEM', `the demo’s program ${program} did not start`)
    console.log(`process ${child.pid}`)
    return child.pid
  }

  async shell(command: readonly [string, ...string[]]): Promise<void> {
    const [program, ...args] = command
    console.log(paint('bold', `$ ${command.join(' ')}`))
    await this.#wait(this.#spawn(program, args, 'inherit'), command.join(' '), 0)
  }

  /** Runs a command of invivo, as typed. @returns milliseconds it took. */
  async invivo(args: readonly string[], expectedStatus = 0): Promise<number> {
    const command = `invivo ${args.join(' ')}`
    console.log(paint('bold', `$ ${command}`))
    const started = performance.now()
    await this.#wait(this.#spawn(process.execPath, [main, ...args], 'inherit'), command, expectedStatus)
    return performance.now() - started
  }

  excerpt(file: string, first: RegExp, count: number): string {
    const lines = readFileSync(join(this.folder, file), 'utf8').split('\n')
    const start = Math.max(
      0,
      lines.findIndex((line) => first.test(line)),
    )
    return [...lines.slice(start, start + count), '…'].join('\n')
  }

  #spawn(program: string, args: readonly string[], stdio: 'inherit' | 'pipe'): ChildProcess {
    const child = spawn(program, args, {
      cwd: this.folder,
      stdio: stdio === 'pipe' ? ['pipe', 'pipe', 'inherit'] : ['ignore', 'inherit', 'inherit'],
    })
    this.#children.add(child)
    child.once('exit', () => this.#children.delete(child))
    return child
  }

  async #wait(child: ChildProcess, command: string, expectedStatus: number): Promise<void> {
    const status = await new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => resolve(code ?? signal))
    })
    if (status !== expectedStatus)
      throw new InvivoError('SYSTEM', `the demo failed: \`${command}\` ended with ${String(status)}, not ${expectedStatus}`)
  }
}

function findCompiler(): string {
  const compiler = ['cc', 'gcc', 'clang'].find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0)
  if (compiler !== undefined) return compiler
  throw new InvivoError(
    'NOT_FOUND',
    'the demo compiles a small C program, and there is no C compiler (cc, gcc, clang): apt-get install gcc libc6-dev, or dnf install gcc',
  )
}

function say(text: string): void {
  console.log(`\n${paint('cyan', text)}\n`)
}

function show(text: string): void {
  console.log(text.replaceAll(/^/gm, paint('dim', '│ ')))
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2).padStart(6)} s`
}
