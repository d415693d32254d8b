/**
 * Index of the debug information of a large binary (Debian's cloud kernel: over 100 MB of .debug_info) with the first look-up,
 * cold and from the cache, beside drgn: each in a fresh process, in alternation; files are in the page cache for both.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findKernel } from '../test/support/kernel.ts'
import { findRivals, measure, median, report, type Contest } from './support/rivals.ts'

const rounds = Number(process.env['INVIVO_BENCH_ROUNDS'] ?? 5)
/** What the issue allows the whole process: mebibytes. */
const memoryGoal = 300

export async function benchIndex(): Promise<boolean> {
  const kernel = findKernel()
  if (kernel === undefined) {
    console.log('index: skipped: no kernel with debug information; apt-get install linux-image-cloud-amd64-dbg, or set INVIVO_VMLINUX')
    return false
  }
  const cache = mkdtempSync(join(tmpdir(), 'invivo-bench-'))
  try {
    const script = join(import.meta.dirname, 'index-invivo.ts')
    const rivals = findRivals().filter((rival) => rival.kind === 'drgn')
    const cold: number[] = []
    const warm: number[] = []
    let memory = 0
    const theirs = new Map<string, number[]>()
    measure([process.execPath, script, kernel, cache])
    for (let round = 0; round < rounds; round++) {
      const fresh = measure([process.execPath, script, kernel, '-'])
      cold.push(fresh['seconds'] ?? Number.NaN)
      memory = Math.max(memory, fresh['mebibytes'] ?? Number.NaN)
      warm.push(measure([process.execPath, script, kernel, cache])['seconds'] ?? Number.NaN)
      for (const rival of rivals) {
        const figures = measure([...rival.command, join(import.meta.dirname, 'index-drgn.py'), kernel], rival.environment)
        theirs.set(rival.name, [...(theirs.get(rival.name) ?? []), figures['seconds'] ?? Number.NaN])
      }
    }
    const contests: Contest[] = rivals.flatMap(({ name }) => {
      const rival = { rival: name, theirs: median(theirs.get(name) ?? []) }
      return [
        { subject: 'index, cold', ours: median(cold), ...rival, goal: 1 / 2.5 },
        { subject: 'index, from the cache', ours: median(warm), ...rival, goal: 4 },
      ]
    })
    const reached = report(contests, 's')
    console.log(`index, peak memory ${memory.toFixed(0)} MiB (goal: below ${memoryGoal})${memory < memoryGoal ? '' : '  MISSED'}`)
    return reached && memory < memoryGoal
  } finally {
    rmSync(cache, { recursive: true, force: true })
  }
}
