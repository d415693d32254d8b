/**
 * `npm run bench [SUBJECT…]`: walk, index, start; all without arguments. Exits 1 when a goal is missed. Ratios count, not
 * times: the rival runs in the same minutes on the same machine. See support/rivals.ts for INVIVO_RIVALS.
 */
import { benchIndex } from './index.ts'
import { benchStart } from './start.ts'
import { findRivals } from './support/rivals.ts'
import { benchWalk } from './walk.ts'

const subjects: Record<string, () => Promise<boolean>> = { walk: benchWalk, index: benchIndex, start: benchStart }

const asked = process.argv.slice(2)
console.log(
  `rivals here: ${
    findRivals()
      .map((rival) => rival.name)
      .join(', ') || 'none; apt-get install gdb python3-drgn'
  }\n`,
)
for (const [name, bench] of Object.entries(subjects)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  if (!(await bench())) process.exitCode = 1
  console.log()
}
