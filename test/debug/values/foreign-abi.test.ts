/** Values of big-endian and of 32-bit targets, and formats that programs here do not use: bytes as the ABIs' documents give them. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { Memory } from '../../../src/debug/memory.ts'
import type { CArray, CString, FunctionPointer, Pointer, Struct } from '../../../src/debug/value-types.ts'
import type { Abi } from '../../../src/debug/values/codec.ts'
import { ValueSpace } from '../../../src/debug/values/value-space.ts'
import { sizeOf, type BaseEncoding, type CompoundType, type Type } from '../../../src/symbols/type.ts'
import { FakeTarget } from '../../support/fake-target.ts'

const base = (name: string, size: number, encoding: BaseEncoding, bitSize?: number): Type => ({
  kind: 'base',
  name,
  size,
  encoding,
  bitSize,
})
const int = base('int', 4, 'signed')
const short = base('short', 2, 'signed')
const char = base('char', 1, 'signed-char')
const long64 = base('long long', 8, 'signed')
const pointer = (target: Type, size: 4 | 8): Type => ({ kind: 'pointer', size, target })
const array = (element: Type, count?: number): Type => ({ kind: 'array', element, count, vector: false })

function struct(name: string, fields: readonly (readonly [string | undefined, Type, number, number?])[], size: number): CompoundType {
  return {
    kind: 'struct',
    name,
    size,
    incomplete: false,
    position: undefined,
    members: fields.map(([field, type, bitOffset, bitSize]) => ({ name: field, type, bitOffset, bitSize, line: undefined })),
  }
}

function space(target: FakeTarget, abi: Partial<Abi> = {}): ValueSpace {
  return new ValueSpace(
    new Memory(target, { capacity: 1 << 20 }),
    { little: target.byteOrder === 'little', pointerSize: target.addressSize, longDouble: 'x87', ...abi },
    { symbolName: () => 'f', format: () => '', formatPointer: () => '', describe: () => undefined },
  )
}

suite('values of other machines', () => {
  for (const addressSize of [4, 8] as const) {
    for (const byteOrder of ['big', 'little'] as const) {
      test(`${addressSize * 8} bits, ${byteOrder}-endian`, () => {
        const little = byteOrder === 'little'
        const bytes = new Uint8Array(4096)
        const data = new DataView(bytes.buffer)
        const node = struct('node', [], 24 + addressSize * 5)
        const fields: [string, Type, number][] = [
          ['i', int, 0],
          ['s', short, 4],
          ['c', char, 6],
          ['l', long64, 8],
          ['a', array(short, 4), 16],
          ['next', pointer(node, addressSize), 24],
          ['text', pointer(char, addressSize), 24 + addressSize],
          ['number', pointer(int, addressSize), 24 + addressSize * 2],
          [
            'f',
            pointer({ kind: 'function', returns: int, parameters: [], variadic: false, prototyped: true }, addressSize),
            24 + addressSize * 3,
          ],
          ['none', pointer(node, addressSize), 24 + addressSize * 4],
        ]
        Object.assign(node, {
          members: struct(
            '',
            fields.map(([name, type, byte]) => [name, type, byte * 8] as const),
            0,
          ).members,
        })
        // On 32 bits an address above 2 GiB, on 64 one of the kernel's half.
        const start = addressSize === 4 ? 0xf000_0000 : -0x7fff_f000
        const unsigned = addressSize === 4 ? 0xf000_0000n : BigInt.asUintN(64, BigInt(start))
        const put = (at: number, address: bigint): void =>
          addressSize === 4 ? data.setUint32(at, Number(address), little) : data.setBigUint64(at, address, little)
        data.setInt32(0, -2, little)
        data.setInt16(4, -3, little)
        data.setInt8(6, -4)
        data.setBigInt64(8, -5n, little)
        for (let i = 0; i < 4; i++) data.setInt16(16 + i * 2, i - 2, little)
        put(24, unsigned)
        put(24 + addressSize, unsigned + 200n)
        put(24 + addressSize * 2, unsigned)
        put(24 + addressSize * 3, unsigned + 8n)
        bytes.set(Buffer.from('text\0'), 200)
        const target = new FakeTarget({ byteOrder, addressSize }).add(start, bytes)
        const values = space(target)
        const value = values.read(node, unsigned) as Struct & {
          i: number
          s: number
          c: number
          l: bigint
          a: CArray<number>
          next: typeof value | bigint | null
          text: CString
          number: Pointer<number>
          f: FunctionPointer
          none: null
        }
        assert.deepEqual([value.i, value.s, value.c, value.l], [-2, -3, -4, -5n])
        assert.deepEqual(value.a.toTypedArray(), Int16Array.of(-2, -1, 0, 1))
        const { next } = value
        assert(next !== null && typeof next === 'object')
        assert.equal(next.$address, unsigned)
        assert.equal(next.i, -2)
        assert.equal(value.text.string(), 'text')
        assert.equal(value.number.$value, -2)
        assert.equal(value.f.$address, unsigned + 8n)
        assert.equal(value.none, null)
        assert.equal(value.$raw['next'], unsigned)
        value.i = 77
        value.l = -78n
        value.next = unsigned + 16n
        assert.deepEqual([value.i, value.l, (value.next as Struct | bigint | null as Struct).$address], [77, -78n, unsigned + 16n])
        assert.equal(data.getInt32(0, little), 77)
        assert.throws(() => value.$at(1000).i, addressSize === 4 ? /0xf000abe0|0xf000[0-9a-f]{4}/ : /0xffffffff800[0-9a-f]{5}: not mapped/)
      })
    }
  }

  test('bit fields of a big-endian target count from the most significant bit', () => {
    // struct { unsigned a : 3; int b : 5; unsigned c : 20; unsigned d : 4; } as GCC lays it out on s390x.
    const bits = struct(
      'bits',
      [
        ['a', base('unsigned', 4, 'unsigned'), 0, 3],
        ['b', int, 3, 5],
        ['c', base('unsigned', 4, 'unsigned'), 8, 20],
        ['d', base('unsigned', 4, 'unsigned'), 28, 4],
      ],
      4,
    )
    const bytes = Uint8Array.of(0b101_11001, 0xab, 0xcd, 0xe7)
    const value = space(new FakeTarget({ byteOrder: 'big' }).add(0x1000, bytes)).read(bits, 0x1000n) as Record<string, number>
    assert.deepEqual([value['a'], value['b'], value['c'], value['d']], [5, -7, 0xabcde, 7])
    value['c'] = 0x12345
    value['b'] = 15
    assert.deepEqual([...bytes], [0b101_01111, 0x12, 0x34, 0x57])
  })

  test('bit fields of any place and width hold what was written, and nothing beside them changes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 64 }),
        fc.boolean(),
        fc.boolean(),
        fc.bigInt(-(2n ** 63n), 2n ** 64n),
        (start, width, signed, big, number) => {
          const type = struct('s', [['f', base('t', 8, signed ? 'signed' : 'unsigned'), start, width]], 16)
          const bytes = new Uint8Array(16).fill(0xa5)
          const value = space(new FakeTarget({ byteOrder: big ? 'big' : 'little' }).add(0x1000, bytes)).read(type, 0x1000n) as Record<
            string,
            bigint
          >
          const stored = signed ? BigInt.asIntN(width, number) : BigInt.asUintN(width, number)
          value['f'] = stored
          assert.equal(value['f'], stored)
          // Bit by bit, in the target's way of counting.
          const bit = (i: number): number => ((bytes[i >> 3] ?? 0) >> (big ? 7 - (i & 7) : i & 7)) & 1
          const before = (i: number): number => (0xa5 >> (big ? 7 - (i & 7) : i & 7)) & 1
          let read = 0n
          for (let i = 0; i < 128; i++) {
            if (i < start || i >= start + width) assert.equal(bit(i), before(i))
            else read |= BigInt(bit(i)) << BigInt(big ? start + width - 1 - i : i - start)
          }
          assert.equal(read, BigInt.asUintN(width, stored))
        },
      ),
    )
  })

  test('wide floats: x87 and binary128', () => {
    const cases: [string, 'x87' | 'binary128', number][] = [
      ['0000000000000080ff3f', 'x87', 1],
      ['00000000000000c000c0', 'x87', -3],
      ['0000000000000080ff7f', 'x87', Infinity],
      ['00000000000000c0ff7f', 'x87', NaN],
      ['00000000000000000000', 'x87', 0],
      ['00f8ffffffffffffff3f', 'x87', 1.9999999999999998],
      ['00ffffffffffffffff3f', 'x87', 2],
      ['0000000000000080fe7b', 'x87', Infinity],
      ['0000000000000080013c', 'x87', 2 ** -1022],
      ['0000000000000080cd3b', 'x87', 2 ** -1074],
      ['0000000000000000000000000000ff3f', 'binary128', 1],
      ['000000000000000000000000000000c0', 'binary128', -2],
      ['0000000000000000000000000000ff7f', 'binary128', Infinity],
    ]
    for (const [hex, longDouble, expected] of cases) {
      const bytes = new Uint8Array(16)
      bytes.set(Buffer.from(hex, 'hex').subarray(0, 16))
      const values = space(new FakeTarget().add(0x1000, bytes), { longDouble })
      assert.deepEqual(values.read(base('long double', 16, 'float'), 0x1000n), expected, `${longDouble} ${hex}`)
    }
  })

  test('every double survives a wide float', () => {
    fc.assert(
      fc.property(fc.double(), fc.constantFrom('x87', 'binary128' as const), fc.boolean(), (number, longDouble, big) => {
        const target = new FakeTarget({ byteOrder: big ? 'big' : 'little' }).add(0x1000, new Uint8Array(16))
        const type = struct('s', [['f', base('long double', 16, 'float'), 0]], 16)
        const value = space(target, { longDouble }).read(type, 0x1000n) as Record<string, number>
        value['f'] = number
        assert(Object.is(value['f'], number), `${value['f']}`)
      }),
      { numRuns: 1000 },
    )
  })

  test('_BitInt: padding bits mean nothing', () => {
    const bytes = Uint8Array.of(0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff)
    const values = space(new FakeTarget().add(0x1000, bytes))
    assert.equal(values.read(base('_BitInt(17)', 4, 'signed', 17), 0x1000n), -1)
    assert.equal(values.read(base('unsigned _BitInt(33)', 8, 'unsigned', 33), 0x1000n), 0x1_7fff_ffffn)
  })

  test('a struct that is everywhere: across pages, half mapped, at the end', () => {
    const type = struct(
      's',
      [
        ['a', int, 0],
        ['b', int, 32],
        ['tail', array(int), 64],
      ],
      8,
    )
    const page = new Uint8Array(4096)
    new DataView(page.buffer).setInt32(4090, 0x01020304, true)
    const value = space(new FakeTarget().add(0x1000, page)).read(type, 0x1000n + 4090n) as Struct & { a: number; b: number }
    assert.equal(value.a, 0x01020304)
    assert.throws(() => value.b, { code: 'MEMORY_FAULT', address: 0x2000n })
    assert.equal(sizeOf(type), 8)
  })
})
