/** The page cache against a plain array of bytes, and what it reads of the target. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { highOfNumber, highPlus } from '../../src/debug/address.ts'
import { Memory } from '../../src/debug/memory.ts'
import { FakeTarget } from '../support/fake-target.ts'

const PAGE = 4096

function pattern(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = Math.imul(i + seed, 0x9e3779b1) >>> 24
  return bytes
}

function copy(memory: Memory, address: number, length: number): Uint8Array {
  const into = new Uint8Array(length)
  return into.subarray(0, memory.copy(highOfNumber(address), address | 0, length, into, 0))
}

suite('the page cache', () => {
  // Two regions that touch in no page, one that ends within a page, one in the upper half, all with like low bits.
  const regions = [
    { start: 0x5555_0000_0000, length: 600 * PAGE },
    { start: 0x7fff_0000_0000, length: 700 * PAGE },
    { start: 0x1234_0000_0010, length: 3 * PAGE + 100 },
    { start: -0x7fff_0000_0000, length: 50 * PAGE },
  ]

  test('gives what the target has, whatever is asked in whatever order', () => {
    const access = fc.record({
      region: fc.nat(regions.length - 1),
      place: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.oneof(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 3 * PAGE })),
      write: fc.boolean(),
      how: fc.nat(9),
    })
    fc.assert(
      fc.property(fc.array(access, { minLength: 1, maxLength: 60 }), fc.nat(1000), (accesses, seed) => {
        const target = new FakeTarget()
        const models = regions.map(({ start, length }, i) => {
          const bytes = pattern(length, seed + i)
          target.add(start, bytes)
          return new Uint8Array(bytes)
        })
        // The least that there is, so that pages have to leave.
        const memory = new Memory(target, { capacity: 1 << 20 })
        for (const { region, place, length, write, how } of accesses) {
          const { start, length: size } = regions[region] ?? { start: 0, length: 0 }
          const model = models[region] ?? new Uint8Array()
          const offset = Math.floor(place * (size - 1))
          const expected = model.subarray(offset, offset + length)
          if (how === 0) memory.refresh()
          if (write) {
            const bytes = pattern(expected.length, offset)
            assert(memory.write(highOfNumber(start + offset), (start + offset) | 0, bytes))
            model.set(bytes, offset)
          }
          // A scan, so that streams and evictions happen.
          if (how === 1) for (let at = 0; at + 8 <= size; at += PAGE) copy(memory, start + at, 8)
          assert.deepEqual(copy(memory, start + offset, length), expected)
          const hi = highOfNumber(start + offset)
          const lo = (start + offset) | 0
          if (length <= 64 && expected.length === length) {
            const at = memory.stage(hi, lo, length)
            assert.deepEqual(new Uint8Array(memory.bytes.subarray(at, at + length)), expected)
          } else if (length <= 64) {
            assert.equal(memory.stage(hi, lo, length), -1)
            assert.equal(memory.faultLo, (start + size) | 0)
            assert.equal(memory.faultHi, highPlus(hi, lo, expected.length))
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  for (const direction of ['up', 'down'] as const) {
    test(`a scan ${direction} takes few reads`, () => {
      const target = new FakeTarget().add(0x5555_0000_0000, pattern(2000 * PAGE, 1))
      const memory = new Memory(target)
      for (let page = 0; page < 2000; page++) {
        const address = 0x5555_0000_0000 + (direction === 'up' ? page : 1999 - page) * PAGE
        assert.equal(copy(memory, address + 8, 8).length, 8)
      }
      assert(target.reads.length < 100, String(target.reads.length))
      const bytes = target.reads.reduce((sum, { length }) => sum + length, 0)
      assert(bytes < 2200 * PAGE, String(bytes))
    })
  }

  test('scattered accesses read a page each', () => {
    const target = new FakeTarget().add(0x5555_0000_0000, pattern(2000 * PAGE, 1))
    const memory = new Memory(target)
    for (let i = 0; i < 200; i++) copy(memory, 0x5555_0000_0000 + ((i * 977) % 2000) * PAGE, 8)
    assert.deepEqual(new Set(target.reads.map(({ length }) => length)), new Set([PAGE]))
  })

  test('what is used again and again stays, once it is clear that it is', () => {
    const target = new FakeTarget().add(0x5555_0000_0000, pattern(3000 * PAGE, 1))
    const memory = new Memory(target)
    for (let round = 0; round < 8; round++) {
      target.reads = []
      for (let page = 0; page < 3000; page++) copy(memory, 0x5555_0000_0000 + page * PAGE, 8)
    }
    assert.equal(target.reads.length, 0)
  })

  test('addresses that no machine has, and the last page, are faults and not other pages', () => {
    const memory = new Memory(new FakeTarget().add(0, pattern(PAGE, 1)))
    assert(memory.position(0, 0) >= 0)
    for (const [hi, lo] of [
      [-1, -1],
      [-1, -PAGE],
      [0x1000_0000, 0],
      [-0x5555_5556, 0x1000],
    ] as const) {
      assert.equal(memory.position(hi, lo), -1)
      assert.equal(memory.stage(hi, lo, 1), -1)
      assert.deepEqual([memory.faultHi, memory.faultLo], [hi, lo])
    }
    assert.equal(new Memory(new FakeTarget()).position(-1, -1), -1)
  })

  test('a running target is read anew after refresh, an immutable one never', () => {
    for (const immutable of [false, true]) {
      const bytes = pattern(PAGE, 1)
      const [old] = bytes
      const memory = new Memory(new FakeTarget({ immutable }).add(0x1000, bytes))
      copy(memory, 0x1000, 8)
      bytes[0] = ~(old ?? 0)
      assert.equal(copy(memory, 0x1000, 1)[0], old)
      memory.refresh()
      assert.equal(copy(memory, 0x1000, 1)[0], immutable ? old : bytes[0])
    }
  })
})
