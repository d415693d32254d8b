/** The printer's options against GDB's settings, JSON against the program's own knowledge, and types across compilers. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { evaluate } from '../../../src/debug/expression/evaluate.ts'
import { formatValue, type FormatOptions } from '../../../src/debug/format/format-value.ts'
import { toJson } from '../../../src/debug/format/to-json.ts'
import { Program } from '../../../src/debug/program.ts'
import { sameType, typeName } from '../../../src/symbols/type-name.ts'
import { compile, start, type RunningDebuggee } from '../../support/debuggee.ts'
import { missing } from '../../support/requirements.ts'
import { askGdb } from './gdb-oracle.ts'

suite('printing with options', { skip: missing('gcc') }, () => {
  let debuggee: RunningDebuggee
  let program: Program

  before(async () => {
    debuggee = await start(compile(['values.c', 'values-2.c'], { flags: ['-g', '-O0', '-w'] }))
    program = await Program.attach(debuggee.pid)
  })
  after(async () => {
    program?.[Symbol.dispose]()
    await debuggee?.[Symbol.asyncDispose]()
  })

  const names =
    'nested points operations with_anonymous points_same grid array_of_structs bits number recursive_a packed empty chars_250 ints_1000 ints_300_runs grid_large str_201 str_long_repeat depth_21 str_table wchars_repeat str_repeats chars_sparse'.split(
      ' ',
    )

  function compare(setting: string, options: FormatOptions): number {
    const answers = askGdb(debuggee.pid, [setting, ...names.map((name) => `print ${name}`)]).slice(1)
    for (const [index, name] of names.entries()) {
      const answer = answers[index]
      assert.ok(answer !== undefined && 'text' in answer, name)
      assert.equal(formatValue(program, evaluate(program, name), options), answer.text, `${setting}: ${name}`)
    }
    return names.length
  }

  test('pretty, limit and depth are those of gdb', { skip: missing('gdb') }, (context) => {
    let compared = compare('set print pretty on', { pretty: true })
    for (const limit of [1, 5, 11, 30, 1000]) compared += compare(`set print elements ${limit}`, { limit })
    for (const maxDepth of [0, 1, 2, 5]) compared += compare(`set print max-depth ${maxDepth}`, { maxDepth })
    context.diagnostic(`${compared} of ${compared} texts equal gdb's`)
  })

  test('JSON', () => {
    const json = (source: string): unknown => JSON.parse(JSON.stringify(toJson(evaluate(program, source))))
    assert.deepEqual(json('point'), { x: 3, y: -4 })
    assert.deepEqual(json('with_anonymous'), {
      first: 1,
      as_int: 16256,
      as_float: 16256 * 2 ** -149,
      low: 128,
      high: 63,
      deep_a: 2,
      deeper: 3,
      last: 4,
    })
    assert.equal(json('u64'), '16045690984503111693')
    assert.equal(json('i128_small'), '-5')
    assert.equal(json('f_inf'), 'inf')
    assert.equal(json('d_nan'), 'nan')
    assert.equal(json('ld_minus'), -123.456)
    assert.deepEqual(json('cf'), { real: 1.5, imaginary: 2.5 })
    assert.equal(json('b_true'), true)
    assert.equal(json('e_red'), 'RED')
    assert.equal(json('e_unknown'), 42)
    assert.equal(json('p_null'), null)
    assert.equal(json('p_garbage'), '0xdeadbeef')
    assert.deepEqual(json('str_garbage'), { address: '0x10' })
    assert.equal((json('str_utf8') as { string: string }).string, 'héllo 中文 😀')
    assert.equal((json('wstr') as { string: string }).string, 'wide é中')
    assert.equal((json('str16') as { string: string }).string, 'sixteen é\u{1f600}')
    assert.equal((json('str32') as { string: string }).string, 'thirty-two é\u{1f600}')
    assert.equal(json('chars_16'), 'abc')
    assert.equal(json('chars_4'), 'abcd')
    assert.deepEqual(json('bytes_4'), [1, 2, 255, 0])
    assert.deepEqual(json('grid'), [
      [1, 2, 3],
      [4, 5, 6],
    ])
    assert.deepEqual(json('bits'), {
      a: 1,
      b: 2,
      c: 21,
      d: -3,
      e: 7,
      f: -1,
      g: true,
      h: '78187493530',
      i: '1',
      j: '8152436061464415727',
      k: 100,
      l: -200,
      m: '-1',
    })
    assert.deepEqual(json('flexible'), { count: 3, items: [] })
    assert.equal(json('thread_local_int'), null)
  })

  test('types of two compilers are the same types', { skip: missing('clang') }, async (context) => {
    using gcc = await Program.openFile(compile(['values.c', 'values-2.c'], { flags: ['-g', '-O0', '-w'] }))
    using clang = await Program.openFile(compile(['values.c', 'values-2.c'], { compiler: 'clang', flags: ['-g', '-O0', '-w'] }))
    let compared = 0
    for (const name of [
      'point',
      'nested',
      'with_anonymous',
      'packed',
      'bits',
      'all_pointers',
      'number',
      'operations',
      'l5',
      'unnamed_t',
      'callback',
      'color',
      'flags',
    ]) {
      const [ofGcc] = gcc.findTypes(name)
      const [ofClang] = clang.findTypes(name)
      assert.ok(ofGcc !== undefined && ofClang !== undefined, name)
      assert.ok(sameType(ofGcc, ofClang), `${name}: ${typeName(ofGcc)}, ${typeName(ofClang)}`)
      compared++
    }
    context.diagnostic(`${compared} of ${compared} types equal`)
    const two = program.findTypes('point', 'struct')
    assert.equal(two.length, 2)
    assert.ok(two[0] !== undefined && two[1] !== undefined && !sameType(two[0], two[1]))
  })
})
