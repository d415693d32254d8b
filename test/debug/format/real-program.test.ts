/** Globals of a real program, Debian's debug build of CPython, print as GDB prints them. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { suite, test } from 'node:test'
import { isInvivoError } from '../../../src/errors.ts'
import { evaluate } from '../../../src/debug/expression/evaluate.ts'
import { formatValue } from '../../../src/debug/format/format-value.ts'
import { Program } from '../../../src/debug/program.ts'
import { start } from '../../support/debuggee.ts'
import { missing } from '../../support/requirements.ts'
import { askGdb } from './gdb-oracle.ts'

const python = '/usr/bin/python3.11d'
const everyNth = process.env['INVIVO_FULL'] === '1' ? 1 : 9

suite('a real program', { skip: missing('gdb', python, 'readelf') }, () => {
  test('prints as gdb prints it', async (context) => {
    await using debuggee = await start(python, ['-c', 'import sys; print("ready", flush=True); sys.stdin.read()'])
    using program = await Program.attach(debuggee.pid)
    const { stdout } = spawnSync('nm', [python], { encoding: 'utf8', maxBuffer: 64 << 20 })
    const names = stdout.split('\n').flatMap((line) => /^\S+ [BbDdRr] (\w+)$/.exec(line)?.[1] ?? [])
    const sample = ['_PyRuntime', 'PyDict_Type', ...[...new Set(names)].toSorted().filter((_, index) => index % everyNth === 0)]
    const answers = askGdb(
      debuggee.pid,
      sample.map((name) => `print ${name}`),
    )
    const wrong: string[] = []
    let right = 0
    let differing = 0
    for (const [index, name] of sample.entries()) {
      const answer = answers[index]
      const expected = answer !== undefined && 'text' in answer ? answer.text : 'error'
      let here: string
      try {
        here = formatValue(program, evaluate(program, name))
      } catch (error) {
        if (!isInvivoError(error)) throw error
        here = 'error'
        // Several statics of one name: GDB takes one of them.
        if (error.code === 'AMBIGUOUS') {
          differing++
          continue
        }
      }
      if (here === expected) right++
      // Arrays declared without a bound elsewhere; cut-off sequences; the linker's symbols: see formatValue.
      else if (expected.startsWith('0x') || expected.includes('<incomplete sequence')) differing++
      else wrong.push(`${name}\n  gdb   ${excerpt(expected, here)}\n  here  ${excerpt(here, expected)}`)
    }
    context.diagnostic(`${right} of ${right + wrong.length} globals of ${python} equal gdb's; ${differing} differ by design`)
    assert.deepEqual(wrong, [])
    assert.ok(differing < sample.length / 20)
  })
})

/** Around the first difference. */
function excerpt(text: string, other: string): string {
  let at = 0
  while (at < text.length && text[at] === other[at]) at++
  return text.slice(Math.max(0, at - 60), at + 60)
}
