/** Values of every kind as properties of a live process: what test/programs/fields.c set, and after writes what the kernel says. */
import assert from 'node:assert/strict'
import { closeSync, openSync, readSync } from 'node:fs'
import { inspect } from 'node:util'
import { after, before, suite, test } from 'node:test'
import { MemoryFault } from '../../../src/debug/memory-fault.ts'
import { Program } from '../../../src/debug/program.ts'
import { isInvivoError } from '../../../src/errors.ts'
import type {
  CArray,
  CharArray,
  Complex,
  CString,
  FlexArray,
  FunctionPointer,
  Located,
  Opaque,
  Pointer,
  ProgramGlobals,
  Struct,
} from '../../../src/debug/value-types.ts'
import { compile, start, type RunningDebuggee } from '../../support/debuggee.ts'
import { missing } from '../../support/requirements.ts'

interface Inner extends Struct<'struct inner'> {
  x: number
  y: number
}

interface Bits extends Struct<'struct bits'> {
  a: number
  b: number
  c: number
  wide: bigint
  flag: boolean
  color: 'RED' | 'GREEN' | 'BLUE' | number
  top: bigint
}

interface Fields extends Struct<'struct fields'> {
  i8: number
  u8: number
  i16: number
  u16: number
  i32: number
  u32: number
  i64: bigint
  u64: bigint
  i128: bigint
  u128: bigint
  yes: boolean
  letter: number
  f: number
  d: number
  ld: number
  z: Complex
  color: 'RED' | 'GREEN' | 'BLUE' | number
  huge: 'HUGE_ONE' | 'HUGE_MAX' | bigint
  readonly inner: Inner
  anonymous_a: number
  anonymous_b: number
  readonly anonymous_bytes: CharArray
  self: Fields | null
  none: Fields | bigint | null
  opaque: Opaque<'struct opaque'> | null
  address: Opaque | null
  text: CString | bigint | null
  octets: CString | null
  wide_text: CString | null
  text16: CString | null
  text32: CString | null
  long_text: CString | null
  latin: CString | null
  numbers: Pointer<number> | null
  to_numbers: Pointer<Pointer<number> | null> | null
  inners: Inner | null
  compare: FunctionPointer | null
  readonly name: CharArray
  readonly full: CharArray
  readonly list: CArray<number>
  readonly matrix: CArray<CArray<number>>
  readonly pairs: CArray<Inner>
  readonly words: CArray<CString | null>
  readonly floats: CArray<number>
  readonly longs: CArray<bigint>
  readonly bits: Bits
  then: number
  hasOwnProperty: number
  atomic: number
  qualified: number
}

interface Globals extends ProgramGlobals<{ 'struct fields': Fields; 'struct inner': Inner; int: number; 'unsigned char[4]': CharArray }> {
  readonly fields: Fields
  with_tail: (Struct & { count: number; readonly tail: FlexArray<number> }) | null
  counter: number
  pointer_to_fields: Fields | null
  hidden: number
  bad_text: CString | null
  garbage: Fields | null
}

const unavailable = missing('gcc')

suite('values of a live process', { skip: unavailable }, () => {
  let debuggee: RunningDebuggee
  let program: Program
  let globals: Globals
  let fields: Fields

  before(async () => {
    debuggee = await start(compile('fields.c'))
    program = await Program.attach(debuggee.pid)
    globals = program.globals<Globals>()
    fields = globals.fields
  })

  after(async () => {
    program?.[Symbol.dispose]()
    await debuggee?.[Symbol.asyncDispose]()
  })

  /** What the process has in memory, through nothing of ours. */
  function kernelBytes(value: Located, length: number): Buffer {
    const bytes = Buffer.alloc(length)
    const file = openSync(`/proc/${debuggee.pid}/mem`, 'r')
    try {
      readSync(file, bytes, 0, length, value.$address)
    } finally {
      closeSync(file)
    }
    return bytes
  }

  const code = (expected: string) => (error: unknown) => isInvivoError(error) && error.code === expected

  test('numbers', () => {
    assert.equal(fields.i8, -128)
    assert.equal(fields.u8, 255)
    assert.equal(fields.i16, -32768)
    assert.equal(fields.u16, 65535)
    assert.equal(fields.i32, -(2 ** 31))
    assert.equal(fields.u32, 2 ** 32 - 1)
    assert.equal(fields.i64, -(2n ** 63n))
    assert.equal(fields.u64, 2n ** 64n - 1n)
    assert.equal(fields.i128, -5n)
    assert.equal(fields.u128, 2n ** 100n)
    assert.equal(fields.yes, true)
    assert.equal(fields.letter, 0x78)
    assert.equal(fields.f, 1.5)
    assert.equal(fields.d, -2.25)
    assert.equal(fields.ld, 3.0625)
    assert.deepEqual(fields.z, { real: 1.5, imaginary: -2.5 })
    assert.equal(fields.atomic, 11)
    assert.equal(fields.qualified, 12)
  })

  test('enums by the first name of a value', () => {
    assert.equal(fields.color, 'GREEN')
    assert.equal(fields.huge, 'HUGE_MAX')
  })

  test('structs, anonymous members, unions, arrays', () => {
    assert.deepEqual([fields.inner.x, fields.inner.y], [7, 8])
    assert.deepEqual([fields.anonymous_a, fields.anonymous_b], [9, 0x01020304])
    assert.deepEqual(fields.anonymous_bytes.toArray(), [4, 3, 2, 1])
    assert.deepEqual([...fields.list], [1, -2, 3, -4, 5])
    assert.equal(fields.list.at(-1), 5)
    assert.equal(fields.list.at(5), undefined)
    assert.deepEqual(fields.list.slice(1, -1).toArray(), [-2, 3, -4])
    assert.deepEqual(fields.list.toTypedArray(), Int32Array.of(1, -2, 3, -4, 5))
    assert.deepEqual(fields.longs.toTypedArray(), BigUint64Array.of(1n, 2n ** 64n - 1n))
    assert.deepEqual(fields.floats.toTypedArray(), Float32Array.of(0.5, -0.25))
    assert.equal(fields.matrix.at(1)?.at(2), 6)
    assert.equal(fields.pairs.at(2)?.y, 6)
    assert.deepEqual(
      fields.words.toArray().map((word) => word?.string()),
      ['one', undefined, 'three'],
    )
    assert.equal(globals.with_tail?.tail.at(2), 300)
    assert.deepEqual(globals.with_tail?.tail.take(globals.with_tail.count).toArray(), [100, 200, 300])
  })

  test('pointers', () => {
    assert.equal(fields.none, null)
    assert.equal(fields.self?.self?.$address, fields.$address)
    assert.equal(globals.pointer_to_fields?.i8, -128)
    assert.equal(fields.numbers?.$value, 10)
    assert.equal(fields.numbers?.$at(3), 40)
    assert.equal(fields.to_numbers?.$value?.$at(-1), 10)
    assert.deepEqual(fields.numbers?.$slice(1, 3).toArray(), [20, 30])
    assert.deepEqual([fields.inners?.$at(1).x, fields.inners?.$at(1).y], [3, 4])
    assert.equal(fields.address?.$address, fields.numbers?.$address)
    assert.equal(fields.compare?.name, 'compare_ints')
    assert.equal(fields.opaque?.$bytes(1)[0], 0x80)
    assert.equal(fields.address?.$cast(globals.$type('int')), 10)
  })

  test('strings', () => {
    const { text, latin, long_text: long } = fields
    assert(text !== null && typeof text !== 'bigint')
    assert.equal(text.string(), 'drive2')
    assert.equal(fields.octets?.string(), 'octets')
    assert.equal(fields.wide_text?.string(), 'wïde')
    assert.equal(fields.text16?.string(), '😀')
    assert.equal(fields.text32?.string(), '😀!')
    assert.equal(latin?.string('latin1'), 'été')
    assert.equal(latin?.string(), '\uFFFDt\uFFFD')
    assert.equal(long?.string(), `${'a'.repeat(5000)}é${'a'.repeat(14998)}`)
    assert.throws(() => long?.string('utf8', 100), code('OUT_OF_RANGE'))
    assert.equal(fields.name.string(), 'short')
    assert.equal(fields.full.string(), 'full')
    // Every length around the words and pages in which strings are read.
    for (let start = 19_960; start <= 20_000; start++) {
      const rest = long?.$slice(start, 20_001)
      assert.equal(globals.$cast('struct fields', fields).long_text?.$at(start), start === 20_000 ? 0 : 97)
      assert.equal(rest?.length, 20_001 - start)
    }
  })

  test('bit fields', () => {
    const { bits } = fields
    assert.deepEqual(
      [bits.a, bits.b, bits.c, bits.wide, bits.flag, bits.color, bits.top],
      [5, -7, 0xabcde, 0x123456789an, true, 'BLUE', 2n ** 64n - 1n],
    )
  })

  test('$raw, $snapshot, $fields, $field, $at', () => {
    assert.equal(fields.$raw['i8'], -128n)
    assert.equal(fields.$raw['none'], 0n)
    assert.equal(fields.$raw['self'], fields.$address)
    assert.equal(fields.$raw['color'], 5n)
    assert.equal(fields.bits.$raw['b'], -7n)
    assert.deepEqual(fields.inner.$snapshot(), { x: 7, y: 8 })
    const snapshot = fields.$snapshot()
    assert.equal(snapshot['name'], 'short')
    assert.deepEqual(snapshot['matrix'], [
      [1, 2, 3],
      [4, 5, 6],
    ])
    assert.equal(snapshot['self'], `0x${fields.$address.toString(16)}`)
    assert.equal(fields.$field('$dollar'), 8)
    assert(fields.$fields().includes('anonymous_b'))
    assert.throws(() => fields.$field('anonymus_b'), /struct fields has no field 'anonymus_b'; did you mean 'anonymous_b'/)
    assert.equal(fields.pairs.at(0)?.$at(2).x, 5)
  })

  test('fields named like members of Object', async () => {
    const named = ['constructor', 'toString', 'then', '__proto__', 'hasOwnProperty', 'valueOf', 'prototype']
    assert.deepEqual(
      named.map((name) => fields.$field(name)),
      [1, 2, 3, 4, 5, 6, 7],
    )
    assert.equal(fields.then, 3)
    assert.equal(fields.hasOwnProperty, 5)
    assert.equal(Reflect.get(fields, '__proto__'), 4)
    assert.equal(await Promise.resolve(fields), fields)
    assert.match(`${fields.inner}`, /^\{x = 7, y = 8\}$/)
    assert.match(inspect(fields), /^struct fields \{i8 = -128/)
    assert.match(inspect(fields.text), /^char \* 0x[0-9a-f]+ "drive2"$/)
  })

  test('writes arrive in the process', () => {
    fields.i32 = 1234
    assert.equal(fields.i32, 1234)
    fields.u64 = 2n ** 63n
    fields.letter = 65
    fields.yes = false
    fields.d = 0.1
    fields.ld = -1e300
    fields.z = { real: 3, imaginary: 4 }
    fields.color = 'BLUE'
    fields.i128 = -(2n ** 100n)
    fields.list.set(2, 77)
    fields.inner.y = 9
    fields.bits.b = 3
    fields.bits.wide = 0xffn
    fields.bits.color = 'GREEN'
    fields.bits.flag = false
    fields.none = fields
    globals.counter = 42
    fields.numbers?.$set(1, 21)
    if (fields.to_numbers?.$value) fields.to_numbers.$value.$value = 22
    program.refresh()
    assert.equal(fields.i32, 1234)
    assert.equal(fields.u64, 2n ** 63n)
    assert.deepEqual([fields.letter, fields.yes, fields.d, fields.ld, fields.color], [65, false, 0.1, -1e300, 'BLUE'])
    assert.deepEqual(fields.z, { real: 3, imaginary: 4 })
    assert.equal(fields.i128, -(2n ** 100n))
    assert.deepEqual([...fields.list], [1, -2, 77, -4, 5])
    assert.deepEqual([fields.bits.a, fields.bits.b, fields.bits.c, fields.bits.wide, fields.bits.color], [5, 3, 0xabcde, 0xffn, 'GREEN'])
    assert.equal(fields.bits.top, 2n ** 64n - 1n)
    assert.equal((fields.none as Fields | null)?.i32, 1234)
    assert.equal(fields.numbers?.$at(1), 22)
    assert.deepEqual([...kernelBytes(fields.inner, 8)], [7, 0, 0, 0, 9, 0, 0, 0])
    fields.none = null
    fields.text = 0n
    assert.equal(fields.text, null)
  })

  test('what does not fit is refused and nothing is written', () => {
    const before = kernelBytes(fields, 64)
    assert.throws(() => (fields.u8 = 256), /cannot assign 256 to fields\.u8: uint8_t holds 0 to 255/)
    assert.throws(() => (fields.i8 = 1.5), code('OUT_OF_RANGE'))
    assert.throws(() => (fields.u64 = -1n), code('OUT_OF_RANGE'))
    assert.throws(() => (fields.bits.a = 8), /fields\.bits\.a: a bit field of 3 bits holds 0 to 7/)
    assert.throws(() => Reflect.set(fields, 'color', 'PINK'), /enum color has RED, GREEN, ALSO_GREEN, BLUE/)
    assert.throws(() => Reflect.set(fields, 'i32', 'five'), code('TYPE_ERROR'))
    assert.throws(() => Reflect.set(fields, 'inner', fields.inner), code('TYPE_ERROR'))
    assert.throws(() => fields.list.set(5, 1), code('OUT_OF_RANGE'))
    assert.deepEqual(kernelBytes(fields, 64), before)
  })

  test('faults name the path and how it was reached', () => {
    const { garbage, bad_text: bad } = globals
    assert(garbage !== null && bad !== null)
    assert.equal(garbage.$address, 0xdeadbeefdeadbeefn)
    assert.throws(
      () => garbage.inner.y,
      (error) => {
        assert(error instanceof MemoryFault && isInvivoError(error, 'MEMORY_FAULT'))
        assert.match(error.message, /^cannot read \(\(struct fields \*\) 0xdeadbeefdeadbeef\)->inner\.y, 4 bytes at 0xdeadbeefdead/)
        assert.match(error.message, /\(reached by garbage\)$/)
        assert.equal(error.path, '((struct fields *) 0xdeadbeefdeadbeef)->inner.y')
        return true
      },
    )
    assert.throws(() => bad.string(), /^InvivoError: cannot read \*\(char \*\) 0x10, 1 byte at 0x10: not mapped \(reached by bad_text\)$/)
    const low = globals.$cast('struct fields', 0x1000n)
    assert.throws(() => low.pairs.at(1)?.y, /cannot read \(\(struct fields \*\) 0x1000\)->pairs\[1\]\.y, 4 bytes at 0x/)
    assert.throws(() => (low.i32 = 1), /cannot write \(\(struct fields \*\) 0x1000\)->i32/)
  })

  test('names', () => {
    assert.equal(globals.hidden, 17)
    assert.equal(program.global('main::static_local'), 99)
    assert.throws(() => Reflect.get(globals, 'feilds'), /no variable 'feilds' in process \d+ \(fields[^)]*\); did you mean 'fields'\?/)
    assert.throws(() => program.type('struct feilds'), /did you mean 'fields'/)
    assert.equal(program.type('struct inner').size, 8)
    assert.equal(program.type('struct inner *[4]').size, 32)
    assert.equal(program.type('unsigned long').size, 8)
    assert.deepEqual(globals.$cast('unsigned char[4]', fields.anonymous_bytes).toArray(), [4, 3, 2, 1])
  })
})

/** Compiled, never called: what must not compile. */
export function types(fields: Fields, inner: Inner): void {
  // @ts-expect-error a pointer may be null
  void fields.self.i8
  // @ts-expect-error 64 bits are bigint
  fields.i64 = 5
  // @ts-expect-error a CString is no string
  void (fields.latin === 'x')
  // @ts-expect-error embedded structs are not assigned
  fields.inner = inner
  // @ts-expect-error misspelled
  void fields.inner.z
}
