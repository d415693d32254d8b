/** Variables of shared libraries as the running program sees them: gdb is the oracle. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { suite, test } from 'node:test'
import { evaluate } from '../../src/debug/expression/evaluate.ts'
import { formatValue } from '../../src/debug/format/format-value.ts'
import { Program } from '../../src/debug/program.ts'
import { compile, start } from '../support/debuggee.ts'
import { missing } from '../support/requirements.ts'

suite('variables of shared libraries', () => {
  for (const [kind, flags] of [
    ['position-independent', ['-g', '-fPIE', '-pie']],
    ['fixed', ['-g', '-no-pie']],
  ] as const) {
    test(`the program’s own copy is the variable: ${kind}`, { skip: missing('gdb', 'gcc') }, async () => {
      const library = compile('copied-library.c', { flags: ['-g', '-fPIC', '-shared'] })
      const program = compile('copied.c', {
        flags: [...flags, '-Wl,--no-as-needed', library, `-Wl,-rpath,${library.replace(/\/[^/]*$/, '')}`],
      })
      await using debuggee = await start(program)
      using target = await Program.attach(debuggee.pid)
      const ours = (expression: string) => formatValue(target, evaluate(target, expression))
      const expressions = ['shared_counter', '*shared_thing', 'shared_thing->weight', 'environ[0]', '&shared_counter']
      const gdb = spawnSync('gdb', ['-p', `${debuggee.pid}`, '-batch', '-nx', ...expressions.flatMap((text) => ['-ex', `print ${text}`])], {
        encoding: 'utf8',
      })
      const theirs = [...gdb.stdout.matchAll(/^\$\d+ = (.*)$/gm)].map(([, text]) => text)
      assert.deepEqual(expressions.map(ours), theirs)
      assert.equal(ours('shared_counter'), '12', 'the library itself counts in the copy')
      assert.equal(target.globals<{ shared_counter: number }>().shared_counter, 12)
    })
  }
})
