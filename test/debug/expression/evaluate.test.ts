/** Expressions mean what they mean to GDB; what is no expression is refused with a message that shows the place. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import fc from 'fast-check'
import { InvivoError, isInvivoError } from '../../../src/errors.ts'
import { evaluate, parseTypeName, type EvaluateOptions } from '../../../src/debug/expression/evaluate.ts'
import { formatValue } from '../../../src/debug/format/format-value.ts'
import { parseFormat } from '../../../src/debug/format/radix.ts'
import { Program } from '../../../src/debug/program.ts'
import { typeName } from '../../../src/symbols/type-name.ts'
import { compile, start, type RunningDebuggee } from '../../support/debuggee.ts'
import { missing } from '../../support/requirements.ts'
import { askGdb } from '../format/gdb-oracle.ts'
import { arithmeticExpression } from './arithmetic-expressions.ts'

const skip = missing('gcc')

suite('expressions', { skip }, () => {
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

  const show = (source: string, options: EvaluateOptions = {}): string => formatValue(program, evaluate(program, source, options))

  /** The answers to `print` and `whatis` here, and the ones of GDB that differ. */
  function compare(sources: readonly string[]): string[] {
    const split = sources.map((source) => {
      const [, format, expression = ''] = /^(?:\/ *(\w) )?(.*)$/.exec(source) ?? []
      return { source, format, expression }
    })
    const answers = askGdb(
      debuggee.pid,
      split.flatMap(({ format, expression }) => [`print${format === undefined ? '' : `/${format}`} ${expression}`, `whatis ${expression}`]),
    )
    const wrong: string[] = []
    for (const [index, { source, format, expression }] of split.entries()) {
      const [value, type] = answers
        .slice(index * 2, index * 2 + 2)
        .map((answer) => ('text' in answer ? answer.text : `error: ${answer.error}`))
      let here: string
      let hereType: string
      try {
        const result = evaluate(program, expression)
        here = formatValue(program, result, format === undefined ? {} : { format: parseFormat(format) })
        hereType = typeName(result.type)
      } catch (error) {
        if (!(error instanceof InvivoError)) throw error
        here = hereType = `error: ${error.message}`
      }
      // GDB negates by subtracting from zero, so that it has no negative zero; its `whatis` reads no memory, and takes every
      // condition for false.
      const same = here === value || (here === '-0' && value === '0')
      if (!same || (hereType !== type && !expression.includes('?'))) {
        wrong.push(`${source}\n  gdb   ${value} : ${type}\n  here  ${here} : ${hereType}`)
      }
    }
    return wrong
  }

  test('mean what they mean to gdb', { skip: missing('gdb') }, (context) => {
    const list = readFileSync(join(import.meta.dirname, 'expressions.txt'), 'utf8')
      .trim()
      .split('\n')
    const wrong = compare(list)
    context.diagnostic(`${list.length - wrong.length} of ${list.length} expressions equal gdb's, in value and type`)
    assert.deepEqual(wrong, [])
  })

  test('random arithmetic gives what gdb gives', { skip: missing('gdb') }, (context) => {
    const seed = Number(process.env['INVIVO_SEED'] ?? 20_240_501)
    const list = [...new Set(fc.sample(arithmeticExpression, { seed, numRuns: 600 }).filter((source) => source.length < 500))]
    const wrong = compare(list)
    context.diagnostic(`${list.length - wrong.length} of ${list.length} random expressions equal gdb's (INVIVO_SEED=${seed})`)
    assert.deepEqual(wrong, [])
  })

  test('type names are read and spelled as gdb does', { skip: missing('gdb') }, (context) => {
    const names =
      `char|unsigned char|signed char|short int|unsigned short|int|signed|unsigned|long int|unsigned long int|long unsigned|long long
unsigned long long int|float|double|long double|_Bool|void *|const char *|char const *|char *const|const char *const *|int *restrict
int[3]|int [2][3]|int *[3]|int (*)[3]|int *(*)[3]|int (*)(int)|int (*)(int, char)|int (*(*)(int))[4]|void (*)(void)|int (*(*)(char *))(long)
int (*[3])(int)|struct nested|struct nested *|struct nested **|union number|enum color|enum color *|point_t *|callback|callback *|string
unnamed_t|triple_t|triple_t *|const_count_t|volatile int *|const volatile long|uint8_t|size_t *|name_t *|int (*)(const char *, ...)
struct never_defined *|const struct nested *|struct nested const *volatile *|vector4|unsigned|__int128`
        .split(/[|\n]/)
        .map((name) => name.trim())
    const answers = askGdb(
      debuggee.pid,
      // GDB's `whatis` looks through a typedef it is given by name; that of a cast does not.
      names.map((name) => `whatis *(${pointerTo(name)})0`),
    )
    let right = 0
    for (const [index, name] of names.entries()) {
      const answer = answers[index]
      if (answer === undefined || 'error' in answer) continue
      assert.equal(typeName(parseTypeName(program, name)), answer.text, name)
      right++
    }
    context.diagnostic(`${right} of ${names.length} type names compared`)
    // GDB reads no `_Bool *`, and not every name in every place; most it must read, or this compares nothing.
    assert.ok(right >= 55, String(right))
  })

  /** The spelling of a pointer to a type: a declarator goes where the name would be. */
  function pointerTo(name: string): string {
    const inner = /^(.*\(\*+)([)[].*)$/.exec(name) ?? /^(.*?)((?:\[.*)?)$/.exec(name)
    const [, before = '', rest = ''] = inner ?? []
    return rest.startsWith('[') ? `${before}(*)${rest}` : `${before} *${rest}`
  }

  test('goes further than gdb where C does', () => {
    assert.equal(show('i128_small + 1'), '-4')
    assert.equal(show('i128_big / 2'), '756183037602085473666177684841568520')
    assert.equal(show('u128_max + 1'), '0')
    assert.equal(show('i128_min - 1'), '170141183460469231731687303715884105727')
    assert.equal(show('(double _Complex) 1'), '1 + 0i')
    assert.equal(show('(int)cd'), '-1')
    assert.equal(show('-d_zero'), '-0')
    assert.equal(show('b_true + b_true'), '2')
    assert.equal(show('-e_minus'), '1')
    assert.equal(show("(struct 'values.c'::point *) p_point == p_point"), '1')
    assert.equal(show("sizeof(struct 'values-2.c'::point)"), '16')
    assert.equal(show("*(struct 'values.c'::point *) &point"), '{x = 3, y = -4}')
    assert.equal(show('u8"h\\u00e9"[1] == 0xe9 || 1'), '1')
  })

  test('refuses with a message that shows the place', () => {
    const message = (source: string): string => {
      try {
        return show(source)
      } catch (error) {
        return error instanceof InvivoError ? `${error.code}: ${error.message}` : String(error)
      }
    }
    assert.equal(message(''), 'SYNTAX: the expression is empty\n  \n  ^')
    assert.equal(message('1 +'), 'SYNTAX: an operand is missing at the end\n  1 +\n     ^')
    assert.equal(message('(1'), "SYNTAX: ')' is missing at the end\n  (1\n    ^")
    assert.equal(message('1 2'), "SYNTAX: an operator or the end was expected, not '2'\n  1 2\n    ^")
    assert.equal(message('point # 2'), 'SYNTAX: no expression has this character\n  point # 2\n        ^')
    assert.equal(message('08'), "SYNTAX: '08' is no octal number\n  08\n  ^")
    assert.equal(message('12abc'), "SYNTAX: '12abc' is no number\n  12abc\n  ^")
    assert.equal(message('"abc'), 'SYNTAX: the closing " is missing\n  "abc\n  ^')
    assert.equal(message('twice(3)'), 'SYNTAX: functions of the target cannot be called\n  twice(3)\n       ^')
    assert.equal(message('target_int++'), "SYNTAX: '++' would write to the target\n  target_int++\n            ^")
    assert.equal(message('$rip'), "SYNTAX: '$rip': there are no registers and convenience variables here\n  $rip\n  ^")
    assert.equal(
      message('1 + points[0].z'),
      "NOT_FOUND: 'struct point' has no member 'z'; did you mean 'x' or 'y'?\n  1 + points[0].z\n                ^",
    )
    assert.equal(message('target_int.x'), "TYPE_ERROR: 'int' has no members\n  target_int.x\n             ^")
    assert.equal(message('*target_int.x'), "TYPE_ERROR: 'int' has no members\n  *target_int.x\n              ^")
    assert.equal(message('&bits.c'), 'TYPE_ERROR: a bit field has no address\n  &bits.c\n  ^')
    assert.equal(message('1 / 0'), 'OUT_OF_RANGE: division by zero\n  1 / 0\n  ^')
    assert.equal(message('point + 1'), "TYPE_ERROR: '+' does not apply to 'struct point' and 'int'\n  point + 1\n  ^")
    assert.equal(message('*v_int'), "TYPE_ERROR: 'void *' says nothing about what it points to: cast it first\n  *v_int\n  ^")
    assert.equal(
      message('p_never->x'),
      "TYPE_ERROR: 'struct never_defined' is declared, but no debug information found defines it\n  p_never->x\n  ^",
    )
    assert.equal(message('struct nested'), "TYPE_ERROR: 'struct nested' is a type, not a value: 'sizeof (struct nested)' has one")
    assert.equal(
      message('target_int = 8'),
      "TYPE_ERROR: '=' would write to the target, and writing was not asked for (--write); '==' compares\n  target_int = 8\n  ^",
    )
    assert.equal(
      message('shared_name'),
      "AMBIGUOUS: there are several: variable 'shared_name' is one of 'values.c'::shared_name, 'values-2.c'::shared_name",
    )
    assert.match(
      message('(struct point *) 0'),
      /^AMBIGUOUS: there are several: type 'struct point' is one of struct 'values(-2)?\.c'::point, /,
    )
    assert.match(
      message("'values-3.c'::shared_name"),
      /^NOT_FOUND: no variable, function or enumerator 'values-3\.c'::shared_name; there is 'values\.c'::shared_name, 'values-2\.c'::shared_name$/,
    )
    assert.match(message('(nosuch_t) 1'), /^NOT_FOUND: no type 'nosuch_t'.*\n {2}\(nosuch_t\) 1\n {3}\^$/)
    assert.match(message('p_point_bad->y'), /^MEMORY_FAULT: cannot read p_point_bad->y, 4 bytes at 0x1238: /)
    assert.match(message('*p_point_null'), /^MEMORY_FAULT: cannot read \*p_point_null, .* at 0x0: /)
    assert.match(message('p_high[0] + 1'), /^MEMORY_FAULT: cannot read p_high\[0\], 4 bytes at 0xffff800000000000: /)
    assert.match(message('*p_noncanonical'), /^MEMORY_FAULT: cannot read \*p_noncanonical, 4 bytes at 0x8000000000000001: /)
  })

  test('assigns only when that is asked for', () => {
    const write = { write: true }
    assert.equal(show('i_zero = 41', write), '41')
    assert.equal(show('i_zero += 1', write), '42')
    assert.equal(show('i_zero'), '42')
    assert.equal(show('bits.d = 2, bits', write).slice(0, 42), '{a = 1, b = 2, c = 21, d = 2, e = 7, f = -')
    assert.equal(show('f_zero = 1.0 / 3', write), '0.333333343')
    assert.equal(show('p_null = &target_array[1]', write), show('&target_array[1]'))
    assert.equal(show('*p_null'), '2')
    assert.equal(show('points[2] = points[0], points', write), '{{x = 1, y = 2}, {x = 3, y = 4}, {x = 1, y = 2}}')
    assert.throws(() => show('1 = 2', write), { code: 'TYPE_ERROR' })
    assert.throws(() => show('point = 1', write), { code: 'TYPE_ERROR' })
  })

  test('hostile text ends in an error, soon', () => {
    const many = 30_000
    for (const text of [
      '('.repeat(100_000),
      '('.repeat(many),
      '-'.repeat(many) + '1',
      '- '.repeat(many) + '1',
      '1' + '+1'.repeat(many),
      '1?'.repeat(many),
      'a' + '.a'.repeat(many),
      'point' + '[0]'.repeat(10_000),
      '(int' + '*'.repeat(many) + ')0',
      '(int' + '(*'.repeat(many),
      '(int (' + '*('.repeat(many),
      'sizeof '.repeat(5000) + '1',
      '{'.repeat(many),
      '(int)'.repeat(5000) + '1',
      '1e999999999999 + "' + '\\'.repeat(many),
      '9'.repeat(60_000),
      '9'.repeat(60_000) + '.0',
      '0x1p999999999',
      '(char[99999999999999999999])0',
      'target_int@99999999999999999',
      'x = '.repeat(10_000),
      "'".repeat(1001),
    ]) {
      try {
        formatValue(program, evaluate(program, text))
      } catch (error) {
        assert.ok(isInvivoError(error), `${text.slice(0, 30)}: ${String(error)}`)
      }
    }
  })

  test('any sequence of tokens gives a value or an error of ours', () => {
    const token = fc.constantFrom(
      ...`( ) [ ] { } * & - + . -> , ? : :: @ ! ~ < >> == && = += sizeof struct union enum unsigned int char const point points nested p_point
      str cd vec4 bits 1 0 7u 1.5 'a' "s" 'values.c' main x y at flexible items d_nan p_noncanonical v_int e_flags RED point_t`.split(
        /\s+/,
      ),
    )
    fc.assert(
      fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
        try {
          formatValue(program, evaluate(program, tokens.join(' ')))
        } catch (error) {
          if (!isInvivoError(error)) throw error
        }
      }),
      { numRuns: 3000 },
    )
  })
})
