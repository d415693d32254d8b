/** Types that only a damaged or hostile file has: values of them are values or InvivoErrors, in bounded time and memory. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { Memory } from '../../../src/debug/memory.ts'
import { ValueSpace } from '../../../src/debug/values/value-space.ts'
import { isInvivoError } from '../../../src/errors.ts'
import type { BaseEncoding, Type } from '../../../src/symbols/type.ts'
import { FakeTarget } from '../../support/fake-target.ts'

const encodings: readonly BaseEncoding[] = [
  'signed',
  'unsigned',
  'boolean',
  'float',
  'complex',
  'signed-char',
  'unsigned-char',
  'utf',
  'decimal-float',
  'other',
]
const oddSize = fc.oneof(fc.constantFrom(0, 1, 2, 3, 4, 8, 10, 16, 2 ** 31, 2 ** 53, -1, NaN), fc.nat(600))
const name = fc.constantFrom('a', 'constructor', '__proto__', '$x', '', '*/', 'toString', undefined)

/** Types that refer to one another in any way, themselves included: by their numbers. */
const plans = fc.array(
  fc.record({
    kind: fc.constantFrom('base', 'pointer', 'struct', 'union', 'enum', 'array', 'typedef', 'const', 'function', 'void', 'unknown'),
    size: oddSize,
    encoding: fc.constantFrom(...encodings),
    bits: fc.option(oddSize, { nil: undefined }),
    targets: fc.array(fc.nat(100), { minLength: 1, maxLength: 5 }),
    names: fc.array(name, { minLength: 5, maxLength: 5 }),
    offsets: fc.array(fc.oneof(fc.nat(300), oddSize), { minLength: 5, maxLength: 5 }),
    signed: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
)

type Plan = typeof plans extends fc.Arbitrary<(infer P)[]> ? P : never

function makeTypes(from: readonly Plan[]): Type[] {
  const made: Type[] = []
  for (const plan of from) made.push(makeType(plan, (index) => made[index % made.length] ?? { kind: 'void' }))
  return made
}

function makeType({ kind, size, encoding, bits, targets, names, offsets, signed }: Plan, at: (index: number) => Type): Type {
  const [target = 0] = targets
  const position = undefined
  const named = names[0] ?? 'n'
  switch (kind) {
    case 'base':
      return { kind, name: named, size, encoding, bitSize: bits }
    case 'pointer':
      return {
        kind,
        size,
        get target() {
          return at(target)
        },
      }
    case 'struct':
    case 'union':
      return {
        kind,
        name: names[0],
        size,
        incomplete: signed && size === 0,
        position,
        get members() {
          return targets.map((index, i) => ({
            name: names[i],
            type: at(index),
            bitOffset: offsets[i] ?? 0,
            bitSize: i % 2 === 0 ? undefined : bits,
            line: 1,
          }))
        },
      }
    case 'enum':
      return { kind, name: names[0], size, signed, incomplete: false, position, enumerators: [{ name: named, value: BigInt(target) }] }
    case 'array':
      return {
        kind,
        count: bits,
        vector: signed,
        get element() {
          return at(target)
        },
      }
    case 'typedef':
      return {
        kind,
        name: named,
        position,
        get target() {
          return at(target)
        },
      }
    case 'const':
      return {
        kind,
        get target() {
          return at(target)
        },
      }
    case 'function':
      return {
        kind,
        parameters: [],
        variadic: false,
        prototyped: true,
        get returns() {
          return at(target)
        },
      }
    case 'void':
      return { kind }
    case 'unknown':
      return { kind, name: undefined, size, reason: 'of the test' }
  }
}

/** Does something; an InvivoError is as good as a result. */
function attempt(action: () => unknown): unknown {
  try {
    return action()
  } catch (error) {
    if (isInvivoError(error)) return undefined
    throw error
  }
}

function explore(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null || depth > 1) return
  attempt(() => inspect(value))
  for (const method of ['$snapshot', '$fields', 'toTypedArray', 'string']) {
    const found: unknown = attempt(() => Reflect.get(value, method))
    if (typeof found === 'function') attempt(() => Reflect.apply(found, value, []) as unknown)
  }
  for (const method of ['at', '$at', 'take', '$bytes', '$set']) {
    const found: unknown = attempt(() => Reflect.get(value, method))
    if (typeof found === 'function')
      for (const argument of [3])
        explore(
          attempt(() => Reflect.apply(found, value, [argument, 1]) as unknown),
          depth + 1,
        )
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (typeof prototype !== 'object' || prototype === null) return
  for (const field of Object.getOwnPropertyNames(prototype)) {
    explore(
      attempt(() => Reflect.get(value, field)),
      depth + 1,
    )
    attempt(() => Reflect.set(value, field, 1))
  }
}

suite('hostile types', () => {
  test('are values or errors', () => {
    const bytes = new Uint8Array(3 * 4096)
    for (let i = 0; i < bytes.length; i += 8) bytes.set([i & 0xff, ((i >> 8) & 0xff) | 0x10, 0, 0, 0, 0, 0, i % 40 === 0 ? 0x80 : 0], i)
    fc.assert(
      fc.property(plans, fc.boolean(), (from, big) => {
        const target = new FakeTarget({ byteOrder: big ? 'big' : 'little' }).add(0x1000, new Uint8Array(bytes))
        const space = new ValueSpace(
          new Memory(target, { capacity: 1 << 20 }),
          { little: !big, pointerSize: 8, longDouble: 'x87' },
          { symbolName: () => undefined, format: () => '', formatPointer: () => '', describe: () => undefined },
        )
        for (const type of makeTypes(from))
          explore(
            attempt(() => space.read(type, 0x1800n)),
            0,
          )
      }),
      { numRuns: 200 },
    )
    assert.ok(true)
  })
})
