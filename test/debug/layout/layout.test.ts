import assert from 'node:assert/strict'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { formatLayout } from '../../../src/debug/layout/format-layout.ts'
import { layoutOf } from '../../../src/debug/layout/layout.ts'
import { isCompound, stripTypedefs, type CompoundType, type NamedType } from '../../../src/symbols/type.ts'
import { compile, root } from '../../support/debuggee.ts'
import { assertGolden } from '../../support/golden.ts'
import { missing } from '../../support/requirements.ts'
import { int, member, struct } from '../declarations/made-up-program.ts'
import { moduleOf } from '../declarations/program-types.ts'
import { paholeStructs, summary, summaryNumbers } from './pahole.ts'

suite('layouts', () => {
  test('of a small program, as approved', { skip: missing('gcc') }, async () => {
    const { info } = await moduleOf(compile('layouts.c'))
    const own = [...(info?.types() ?? [])].filter((type) => 'position' in type && type.position?.file.startsWith(root))
    const key = (type: NamedType): string => `${type.kind} ${type.name}`
    const texts = own.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)).map((type) => formatLayout(type))
    assertGolden(join(import.meta.dirname, 'layouts.golden.txt'), texts.join('\n'))
  })

  const files: [string, () => string, string | false][] = [
    ['layouts.c, GCC', () => compile('layouts.c'), missing('gcc', 'pahole')],
    ['layouts.c, Clang', () => compile('layouts.c', { compiler: 'clang' }), missing('clang', 'pahole')],
    ['values.c, DWARF 4', () => compile(['values.c', 'values-2.c'], { flags: ['-g', '-gdwarf-4'] }), missing('gcc', 'pahole')],
    ['python3.11d', () => '/usr/bin/python3.11d', missing('/usr/bin/python3.11d', 'pahole')],
    ['libc.so.6', () => '/lib/x86_64-linux-gnu/libc.so.6', missing('/usr/lib/debug/.build-id', 'pahole')],
  ]
  for (const [name, file, skip] of files) {
    test(`are those of pahole: ${name}`, { skip }, async (context) => {
      const { info } = await moduleOf(file())
      let equal = 0
      const different: string[] = []
      const theirs = paholeStructs(info?.path ?? '')
      for (const pahole of theirs) {
        // pahole shows one of several structs of a name.
        const ours = (info?.findTypes(pahole.name, 'struct') ?? [])
          .filter((type) => isCompound(type))
          .filter((type) => !hasAtomicMember(type))
        const isAtomic = ours.length === 0 && info?.findTypes(pahole.name, 'struct').length !== 0
        if (isAtomic || ours.some((type) => hasNumbers(type, pahole.numbers))) equal++
        else different.push(`${pahole.text}\n${ours.map((type) => formatLayout(type)).join('')}`)
      }
      context.diagnostic(`${equal} of ${theirs.length} structs`)
      assert.deepEqual(different, [])
      assert.ok(equal > 0)
    })
  }

  test('as data', () => {
    const inner = struct(undefined, [member('low', int, 0), member('high', int, 4)], { kind: 'union', size: 8 })
    const type = struct('outer', [{ ...member('flag', int, 0), bitSize: 3 }, member(undefined, inner, 8), member('last', int, 16)], {
      size: 24,
    })
    const { members, ...totals } = layoutOf(type)
    assert.deepEqual(totals, {
      kind: 'struct',
      name: 'outer',
      size: 24,
      cachelines: 1,
      sumMembers: 12,
      sumBitfieldMembers: 3,
      holes: 1,
      sumHoles: 4,
      bitHoles: 1,
      sumBitHoles: 29,
      padding: 4,
      bitPadding: 0,
      paddings: 0,
      sumPaddings: 0,
      position: { file: '/src/main.c', line: 1 },
    })
    assert.deepEqual(members[0], { name: 'flag', type: 'int', declaration: 'int flag', offset: 0, size: 4, bitOffset: 0, bitSize: 3 })
    assert.deepEqual(members[2], { name: 'last', type: 'int', declaration: 'int last', offset: 16, size: 4 })
    assert.equal(members[1]?.layout?.members[1]?.offset, 12)
  })

  test('of what a damaged file may have', () => {
    const members: ReturnType<typeof member>[] = []
    const knot = struct(undefined, members, { size: 1 << 30 })
    members.push(member(undefined, knot, -8), member('self', knot, 0), member('again', knot, 1 << 20), member(undefined, int, 4))
    assert.ok(formatLayout(struct('damaged', [member('knot', knot, 0)])).length < 100_000_000)
  })
})

function hasNumbers(type: CompoundType, expected: ReadonlyMap<string, number>): boolean {
  const ours = summary(formatLayout(type))
  // pahole looks for padding in structs only where they are not behind a typedef.
  const hidden = type.members.some((each) => each.type.kind !== 'struct' && stripTypedefs(each.type).kind === 'struct')
  // Where all members are bit fields it adds up no holes of bytes, though it shows them.
  const onlyBits = type.members.every(({ bitSize }) => bitSize !== undefined)
  return summaryNumbers.every(
    (name) =>
      (hidden && name.endsWith('paddings')) ||
      (onlyBits && /^(sum )?holes$/.test(name)) ||
      (ours.get(name) ?? 0) === (expected.get(name) ?? 0),
  )
}

/** pahole 1.24 takes the size of _Atomic types for 0. */
function hasAtomicMember(type: CompoundType): boolean {
  return type.members.some((each) => {
    let current = each.type
    while (current.kind === 'typedef' || current.kind === 'const' || current.kind === 'volatile') current = current.target
    return current.kind === 'atomic'
  })
}
