/** Values of targets and types that no compiler here makes: big-endian, 32 bits, and what a damaged file may claim. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { isInvivoError } from '../../../src/errors.ts'
import { sameType, typeName } from '../../../src/symbols/type-name.ts'
import type { BaseEncoding, BaseType, CompoundType, Member, Type } from '../../../src/symbols/type.ts'
import { CValue } from '../../../src/debug/c-value.ts'
import { evaluate } from '../../../src/debug/expression/evaluate.ts'
import { formatValue } from '../../../src/debug/format/format-value.ts'
import { toJson } from '../../../src/debug/format/to-json.ts'
import { tableInspector } from './table-inspector.ts'

const base = (name: string, size: number, encoding: BaseEncoding): BaseType => ({ kind: 'base', name, size, encoding, bitSize: undefined })
const int = base('int', 4, 'signed')
const char = base('char', 1, 'signed-char')
const unsigned = base('unsigned int', 4, 'unsigned')

function struct(size: number, members: [string, Type, bitOffset: number, bitSize?: number][]): CompoundType {
  return {
    kind: 'struct',
    name: 's',
    size,
    incomplete: false,
    position: undefined,
    members: members.map(([name, type, bitOffset, bitSize]): Member => ({ name, type, bitOffset, bitSize, line: undefined })),
  }
}

suite('other targets', () => {
  test('big-endian, 32 bits', () => {
    const bytes = Uint8Array.of(
      0xff,
      0xff,
      0xff,
      0xfe,
      0x12,
      0x34,
      0x56,
      0x78,
      0x40,
      0x49,
      0x0f,
      0xdb,
      0x00,
      0x00,
      0x10,
      0x14,
      0x61,
      0x62,
      0x63,
      0,
    )
    const inspector = tableInspector('big', 4, bytes)
    const wide = base('char16_t', 2, 'utf')
    const type = struct(20, [
      ['negative', int, 0],
      ['high', unsigned, 32, 4],
      ['middle', unsigned, 36, 12],
      ['across', int, 44, 9],
      ['real', base('float', 4, 'float'), 64],
      ['text', { kind: 'pointer', size: 4, target: char }, 96],
      ['unit', wide, 128],
    ])
    assert.equal(
      formatValue(inspector, CValue.at(inspector, type, 0x1000n)),
      `{negative = -2, high = 1, middle = 564, across = 138, real = 3.14159274, text = 0x1014 <error: Cannot access memory at address 0x1014>, unit = 24930 u'慢'}`,
    )
    assert.equal(formatValue(inspector, evaluate(inspector, 'sizeof(long) + sizeof(void *)')), '8')
    assert.equal(formatValue(inspector, evaluate(inspector, '*(char (*)[3]) 0x1010')), '"abc"')
    assert.equal(formatValue(inspector, evaluate(inspector, '{short} 0x1004'), { format: 'x' }), '0x1234')
    assert.equal(formatValue(inspector, evaluate(inspector, '4294967295 + 1')), '4294967296')
    assert.equal(formatValue(inspector, evaluate(inspector, '(char *) 0x1010 - 0x1010')), '0x0')
  })

  test('floating-point formats', () => {
    const show = (name: string, size: number, hex: string, byteOrder: 'little' | 'big' = 'big'): string =>
      formatValue(
        tableInspector(byteOrder, 8, new Uint8Array(0)),
        CValue.of(tableInspector(byteOrder, 8, new Uint8Array(0)), base(name, size, 'float'), Buffer.from(hex, 'hex')),
      )
    assert.equal(show('_Float16', 2, '3555'), '0.33325')
    assert.equal(show('__bf16', 2, '3eab'), '0.334')
    assert.equal(show('_Float128', 16, '3fffc000000000000000000000000000'), '1.75')
    assert.equal(show('_Float128', 16, '3ffd5555555555555555555555555555'), '0.333333333333333333333333333333333317')
    assert.equal(show('long double', 16, '7fff8000000000000000000000000000'), 'nan(0x8000000000000000000000000000)')
    assert.equal(show('long double', 12, '00000000000000c000400000', 'little'), '3')
  })

  test('types are the same by what C calls them', () => {
    const named = (name: string, members: [string, Type, number][]): CompoundType => ({ ...struct(8, members), name })
    const pointer = (target: Type): Type => ({ kind: 'pointer', size: 8, target })
    assert.ok(sameType(base('long unsigned int', 8, 'unsigned'), base('unsigned long', 8, 'unsigned')))
    assert.ok(!sameType(base('long', 8, 'signed'), base('long long', 8, 'signed')))
    assert.ok(sameType(named('a', [['x', int, 0]]), named('a', [['x', int, 0]])))
    assert.ok(!sameType(named('a', [['x', int, 0]]), named('a', [['x', int, 32]])))
    assert.ok(!sameType(named('a', [['x', int, 0]]), named('b', [['x', int, 0]])))
    assert.ok(sameType(pointer(named('a', [['x', int, 0]])), pointer({ ...named('a', []), size: 0, incomplete: true })))
    assert.ok(!sameType({ kind: 'const', target: int }, int))
  })

  test('claims of a damaged file end in less or in an error, soon', () => {
    const inspector = tableInspector(
      'little',
      8,
      new Uint8Array(4096).map((_, i) => i * 7),
    )
    const number = fc.oneof(fc.nat(64), fc.constantFrom(-1, -8, 2 ** 31, 2 ** 53, 2 ** 64, -(2 ** 64), 1e30, 4096, 65_536))
    const tree = fc.letrec<{ type: Type; member: Member }>((tie) => ({
      member: fc.record({
        name: fc.constantFrom('a', 'b', '__proto__', undefined),
        type: tie('type'),
        bitOffset: number,
        bitSize: fc.option(number, { nil: undefined }),
        line: fc.constant(undefined),
      }),
      type: fc.oneof(
        { depthSize: 'medium' },
        fc.record({
          kind: fc.constant('base' as const),
          name: fc.constantFrom('int', 'char', 'wchar_t', ''),
          size: number,
          encoding: fc.constantFrom<BaseEncoding>(
            'signed',
            'unsigned',
            'boolean',
            'float',
            'complex',
            'signed-char',
            'utf',
            'decimal-float',
            'other',
          ),
          bitSize: fc.option(number, { nil: undefined }),
        }),
        fc.record({ kind: fc.constant('pointer' as const), size: number, target: tie('type') }),
        fc.record({
          kind: fc.constant('array' as const),
          element: tie('type'),
          count: fc.option(number, { nil: undefined }),
          vector: fc.boolean(),
        }),
        fc.record({ kind: fc.constantFrom('const' as const, 'volatile' as const), target: tie('type') }),
        fc.record({ kind: fc.constant('typedef' as const), name: fc.constant('t'), target: tie('type'), position: fc.constant(undefined) }),
        fc.record({
          kind: fc.constantFrom('struct' as const, 'union' as const),
          name: fc.constantFrom('s', undefined),
          size: number,
          incomplete: fc.boolean(),
          members: fc.array(tie('member'), { maxLength: 4 }),
          position: fc.constant(undefined),
        }),
        fc.record({
          kind: fc.constant('enum' as const),
          name: fc.constant(undefined),
          size: number,
          signed: fc.boolean(),
          incomplete: fc.boolean(),
          enumerators: fc.constant([{ name: 'A', value: 1n << 70n }]),
          position: fc.constant(undefined),
        }),
        fc.constantFrom<Type>({ kind: 'void' }, { kind: 'unknown', name: undefined, size: undefined, reason: '' }),
      ),
    }))
    fc.assert(
      fc.property(tree.type, (type) => {
        const value = CValue.at(inspector, type, 0x1000n)
        typeName(type)
        sameType(type, type)
        for (const attempt of [
          () => formatValue(inspector, value),
          () => formatValue(inspector, value, { format: 'x' }),
          () => toJson(value),
        ]) {
          try {
            attempt()
          } catch (error) {
            if (!isInvivoError(error)) throw error
          }
        }
      }),
      { numRuns: 1500 },
    )
  })

  test('a type that contains itself prints, bounded', () => {
    const members: Member[] = []
    const type: CompoundType = { kind: 'struct', name: undefined, size: 64, incomplete: false, position: undefined, members }
    for (let i = 0; i < 8; i++) members.push({ name: i === 0 ? 'x' : undefined, type, bitOffset: 0, bitSize: undefined, line: undefined })
    const inspector = { ...tableInspector('little', 8, new Uint8Array(4096)), findTypes: () => [{ ...type, name: 's' }] }
    const started = performance.now()
    formatValue(inspector, CValue.at(inspector, type, 0x1000n))
    assert.throws(() => evaluate(inspector, '((struct s *) 0x1000)->nosuch'), { code: 'NOT_FOUND' })
    assert.throws(() => toJson(CValue.at(inspector, type, 0x1000n)), { code: 'OUT_OF_RANGE' })
    typeName(type)
    assert.ok(performance.now() - started < 10_000)
  })
})
