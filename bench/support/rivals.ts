/**
 * The rivals of this machine: gdb with Python and drgn, of the distribution and, when INVIVO_RIVALS names the root of a newer
 * one (a debootstrap folder), of that too. A rival from such a root runs here, on this machine's files and processes: its own
 * dynamic loader is called with its own libraries.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

export interface Rival {
  readonly kind: 'gdb' | 'drgn'
  /** `gdb 13.1`, `drgn 0.3.0`. */
  readonly name: string
  /** Runs a script: gdb with `-batch`, drgn with Python. */
  readonly command: readonly string[]
  readonly environment: NodeJS.ProcessEnv
}

export function findRivals(): Rival[] {
  const found: Rival[] = []
  const consider = (kind: Rival['kind'], command: string[], environment: NodeJS.ProcessEnv) => {
    const version =
      kind === 'gdb'
        ? run([...command, '--version'], environment).match(/ (\d+\.\d+)\S*$/m)?.[1]
        : run([...command, '-c', 'import drgn; print(drgn.__version__)'], environment).match(/^\d[\w.]*/)?.[0]
    if (version !== undefined) found.push({ kind, name: `${kind} ${version}`, command, environment })
  }
  consider('gdb', ['gdb', '-nx'], process.env)
  consider('drgn', ['/usr/bin/python3'], process.env)
  const root = process.env['INVIVO_RIVALS']
  if (root !== undefined && existsSync(root)) {
    const libraries = ['lib/x86_64-linux-gnu', 'usr/lib/x86_64-linux-gnu'].map((folder) => join(root, folder)).join(':')
    const loader = [join(root, 'lib64/ld-linux-x86-64.so.2'), '--library-path', libraries]
    const environment = { ...process.env, PYTHONHOME: join(root, 'usr') }
    consider('gdb', [...loader, join(root, 'usr/bin/gdb'), '-nx', '--data-directory', join(root, 'usr/share/gdb')], environment)
    consider('drgn', [...loader, join(root, 'usr/bin/python3')], environment)
  }
  return found
}

function run(command: readonly string[], environment: NodeJS.ProcessEnv): string {
  const [program = '', ...args] = command
  const result = spawnSync(program, args, { encoding: 'utf8', env: environment })
  return result.status === 0 ? result.stdout : ''
}

/**
 * Runs a measuring script and reads the figures it prints as one JSON object on a line of its own.
 * @throws Error with the script's own output when it fails.
 */
export function measure(command: readonly string[], environment: NodeJS.ProcessEnv = process.env): Record<string, number> {
  const [program = '', ...args] = command
  const result = spawnSync(program, args, { encoding: 'utf8', env: environment, maxBuffer: 1 << 26 })
  const figures = result.stdout.split('\n').findLast((line) => line.startsWith('{'))
  if (figures === undefined) throw new Error(`${command.join(' ')} printed no figures:\n${result.stdout}${result.stderr}`)
  return JSON.parse(figures)
}

export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}

/** One contest: our figure, a rival's, the ratio, and what the ratio has to be. */
export interface Contest {
  readonly subject: string
  readonly ours: number
  readonly rival: string
  readonly theirs: number
  /** Ours is to be at least this many times as fast; below 1: at most 1/n times as slow. Undefined: no goal. */
  readonly goal: number | undefined
}

/** Prints contests as a table of ratios. @returns false when one missed its goal. */
export function report(contests: readonly Contest[], unit: string): boolean {
  let reached = true
  for (const { subject, ours, rival, theirs, goal } of contests) {
    const ratio = theirs / ours
    const missed = goal !== undefined && ratio < goal
    if (missed) reached = false
    const verdict = goal === undefined ? '' : missed ? `  MISSED (goal ${goal}x)` : `  goal ${goal}x`
    console.log(
      `${subject.padEnd(34)} ${ours.toFixed(3).padStart(9)} ${rival.padEnd(12)} ${theirs.toFixed(3).padStart(9)} ${unit.padEnd(8)} ${ratio.toFixed(2).padStart(7)}x${verdict}`,
    )
  }
  return reached
}
