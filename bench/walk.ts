/**
 * Walk of a list of 1,000,000 elements, in a live process and in its core dump, beside GDB's Python and drgn: each in a fresh
 * process, in alternation, the same list. `name` compares each element's name with a string, `next` only follows the link.
 */
import { rmSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ProcessTarget, writeCore } from '../src/target/index.ts'
import { compile, start } from '../test/support/debuggee.ts'
import { findRivals, measure, median, report, type Contest } from './support/rivals.ts'

const elements = Number(process.env['INVIVO_BENCH_ELEMENTS'] ?? 1_000_000)
const rounds = Number(process.env['INVIVO_BENCH_ROUNDS'] ?? 3)

export async function benchWalk(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'invivo-bench-'))
  try {
    const program = compile('million.c')
    await using debuggee = await start(program, [String(elements)])
    const core = join(folder, 'core')
    {
      using target = ProcessTarget.attach(debuggee.pid)
      writeCore(target, core)
    }
    const subjects = { live: String(debuggee.pid), core }
    const contests: Contest[] = []
    for (const kind of ['live', 'core'] as const) {
      const ours: Record<string, number>[] = []
      const theirs = new Map<string, Record<string, number>[]>()
      const rivals = findRivals()
      for (let round = 0; round < rounds; round++) {
        ours.push(measure([process.execPath, join(import.meta.dirname, 'walk-invivo.ts'), kind, subjects[kind]]))
        for (const rival of rivals) {
          const script = join(import.meta.dirname, `walk-${rival.kind}.py`)
          const target = kind === 'live' ? ['-p', subjects.live] : [program, subjects.core]
          const args = rival.kind === 'gdb' ? ['-batch', ...target, '-x', script] : [script, kind, subjects[kind]]
          const figures = measure([...rival.command, ...args], rival.environment)
          const list = theirs.get(rival.name) ?? []
          theirs.set(rival.name, [...list, figures])
        }
      }
      for (const rival of rivals) {
        for (const what of ['name', 'next'] as const) {
          const figure = (all: readonly Record<string, number>[]) => median(all.map((figures) => figures[what] ?? Number.NaN))
          const goal = what === 'name' ? (rival.kind === 'gdb' ? 25 : 40) : rival.kind === 'drgn' ? 3 : undefined
          contests.push({
            subject: `walk, ${kind}, ${what}`,
            ours: figure(ours),
            rival: rival.name,
            theirs: figure(theirs.get(rival.name) ?? []),
            goal,
          })
        }
      }
    }
    return report(contests, 'us/elem')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
