import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { checkDeclarations } from '../../../src/debug/declarations/check-declarations.ts'
import { compareDeclarations } from '../../../src/debug/declarations/compare.ts'
import { generateDeclarations, type DeclaredModule } from '../../../src/debug/declarations/generate.ts'
import { parseDeclarations } from '../../../src/debug/declarations/parse.ts'
import { wordsOf } from '../../../src/debug/declarations/used-types.ts'
import { isInvivoError } from '../../../src/errors.ts'
import type { NamedType } from '../../../src/symbols/type.ts'
import { compile } from '../../support/debuggee.ts'
import { missing } from '../../support/requirements.ts'
import { char, enumeration, int, madeUpProgram, member, pointerTo, struct, typedef, unsignedLong, variable } from './made-up-program.ts'
import { Folder, moduleOf } from './program-types.ts'

const gcc = missing('gcc')

suite('declarations compared with another build', () => {
  const compileBefore = (): string => compile('declared.c')
  const compileAfter = (): string => compile('declared.c', { flags: ['-g', '-O0', '-DCHANGED'], name: 'declared-changed' })

  const walk = `import { program } from 'invivo'
import type { Declared } from './declared.ts'
const { head } = program<Declared>()
console.log(head?.name?.string(), head?.link.next)
`
  const elsewhere = "import type { Declared } from './declared.ts'\nexport const of = (all: Declared) => all.untouched.a\n"

  test('same build: nothing is compared', { skip: gcc }, async () => {
    using folder = new Folder()
    const module = await moduleOf(compileBefore())
    // Made from that build and then spoiled, which nobody notices.
    folder.write('declared.ts', generateDeclarations([module], { name: 'declared' }).replaceAll(/layout \w+/g, 'layout 000000000000'))
    assert.deepEqual(await checkDeclarations(folder.write('walk.ts', walk), [module]), [])
  })

  test('what the script uses has changed: it does not run, and is told what', { skip: gcc }, async () => {
    using folder = new Folder()
    folder.write('declared.ts', generateDeclarations([await moduleOf(compileBefore())], { name: 'declared' }))
    const script = folder.write('walk.ts', walk)
    await assert.rejects(checkDeclarations(script, [await moduleOf(compileAfter())]), (error) => {
      assert.ok(isInvivoError(error, 'LAYOUT_CHANGED'))
      const lines = error.message.replaceAll(folder.path, '…').split('\n')
      assert.deepEqual(lines, [
        'cannot run …/walk.ts: …/declared.ts was made from another build, and what the script uses has changed since:',
        "  struct elem: size 152 → 168, field 'ratio' is now 'double ratio', was 'float ratio', field 'weight' is new, " +
          "field 'name' moved from offset 8 to 16, field 'color' moved from offset 16 to 24, field 'link' moved from offset 24 to 32, " +
          "field 'bits' moved from offset 40 to 48, and 12 more",
        "  struct elem.link: field 'prev' is gone, field 'back' is new, fields now: next, back",
        'Make the declarations anew with `invivo types`, and look at these places of the script (--no-check runs it as it is)',
      ])
      return true
    })
  })

  test('reached through another local module', { skip: gcc }, async () => {
    using folder = new Folder()
    folder.write('declared.ts', generateDeclarations([await moduleOf(compileBefore())], { name: 'declared' }))
    folder.write('walk.ts', walk)
    const script = folder.write('main.ts', "import './walk.ts'\n")
    await assert.rejects(checkDeclarations(script, [await moduleOf(compileAfter())]), /struct elem: size 152 → 168/)
  })

  test('what the script does not use has changed: a warning', { skip: gcc }, async () => {
    using folder = new Folder()
    folder.write('declared.ts', generateDeclarations([await moduleOf(compileBefore())], { name: 'declared' }))
    const script = folder.write('elsewhere.ts', elsewhere)
    const warnings = await checkDeclarations(script, [await moduleOf(compileAfter())])
    assert.deepEqual(
      warnings.map((warning) => warning.replaceAll(folder.path, '…')),
      ['…/declared.ts was made from another build; 2 types that …/elsewhere.ts does not use are different (struct elem, struct elem.link)'],
    )
  })

  test('a formatter has been over the declarations', { skip: gcc }, async () => {
    const text = generateDeclarations([await moduleOf(compileBefore())], { name: 'declared' })
    const formatted = text
      .replaceAll("'", '"')
      .replaceAll(/^(\s+(?:readonly )?[\w$"]+: .*)$/gm, '$1;')
      .replaceAll('\n  ', '\n\t')
    const words = wordsOf(walk)
    const modules = [await moduleOf(compileAfter())]
    const plain = compareDeclarations(parseDeclarations(text), modules, words)
    assert.deepEqual(compareDeclarations(parseDeclarations(formatted), modules, words), plain)
    assert.equal(plain.length, 2)
  })

  test('nothing differs from the program it was made from', { skip: gcc }, async () => {
    const programs = [compileBefore(), ...(missing('/usr/lib/debug/.build-id') === false ? ['/lib/x86_64-linux-gnu/libc.so.6'] : [])]
    for (const program of programs) {
      const module = await moduleOf(program)
      const declared = parseDeclarations(generateDeclarations([module], { name: 'all' }))
      const everything = new Set([...declared.globals.keys(), ...declared.types.keys()])
      assert.deepEqual(compareDeclarations(declared, [module], everything), [])
    }
  })

  const cases: [string, NamedType[], NamedType[], string[]][] = [
    ['a field moved', [struct('s', [member('f', int, 0)])], [struct('s', [member('f', int, 4)])], ["field 'f' moved from offset 0 to 4"]],
    [
      'a field changed its type',
      [struct('s', [member('f', pointerTo(char), 0)])],
      [struct('s', [member('f', unsignedLong, 0)])],
      ["field 'f' is now 'unsigned long f', was 'char *f'"],
    ],
    [
      'a field became a bit field',
      [struct('s', [member('f', int, 0)])],
      [struct('s', [{ ...member('f', int, 0), bitSize: 3 }])],
      ["field 'f' is now 'int f:3', was 'int f'"],
    ],
    ['the type is gone', [struct('s', [])], [], ['is gone']],
    ['a struct became a union', [struct('s', [])], [struct('s', [], { kind: 'union' })], ['is gone']],
    [
      'enumerators changed',
      [enumeration('s', { A: 0n, B: 1n, C: -2n })],
      [enumeration('s', { A: 1n, D: 2n, C: -2n })],
      ['B = 1 is gone', 'A is now 1, was 0', 'D = 2 is new'],
    ],
    ['a typedef changed', [typedef('s', int)], [typedef('s', unsignedLong)], ["is now 'unsigned long s', was 'int s'"]],
    [
      'only the meaning of a typedef changed',
      [struct('s', [member('f', typedef('t', int), 0)])],
      [struct('s', [member('f', typedef('t', pointerTo(int)), 0)])],
      ['a type that one of its fields is spelled with has changed its meaning'],
    ],
    [
      'a typedef was renamed, its meaning not',
      [struct('s', [member('f', typedef('t', int), 0)])],
      [struct('s', [member('f', int, 0)])],
      [],
    ],
    ['a qualifier came', [struct('s', [member('f', int, 0)])], [struct('s', [member('f', { kind: 'const', target: int }, 0)])], []],
  ]
  for (const [what, was, now, changes] of cases) {
    test(what, () => {
      const declared = parseDeclarations(generateDeclarations([made(was)], { name: 'x' }))
      const found = compareDeclarations(declared, [made(now)], new Set(['s'])).filter(({ subject }) => /\bs$/.test(subject))
      assert.deepEqual(
        found.flatMap((change) => change.changes),
        changes,
      )
      assert.ok(found.every(({ used }) => used))
    })
  }

  const at = (variables: ReturnType<typeof variable>[]): DeclaredModule => ({
    path: '/bin/x',
    buildId: undefined,
    info: madeUpProgram([int], variables),
  })

  test('a word that is also a field the script reaches need not be the variable', () => {
    const declared = parseDeclarations(
      generateDeclarations([made([struct('s', [member('name', int, 0)])]), at([variable('name', int)])], { name: 'x' }),
    )
    const now = [made([struct('s', [member('name', int, 0)])])]
    const found = (words: string[]) => compareDeclarations(declared, now, new Set(words)).map(({ subject, used }) => [subject, used])
    assert.deepEqual(found(['s', 'name']), [["variable 'name'", 'perhaps']])
    assert.deepEqual(found(['name']), [["variable 'name'", true]])
  })

  test('of the same program, what is gone was of a library that is not there', async () => {
    using folder = new Folder()
    const program: DeclaredModule = { ...made([struct('s', [member('f', int, 0)])]), buildId: 'aa' }
    const library: DeclaredModule = { ...made([struct('s_of_library', [member('f', int, 0)])]), path: '/lib/l.so', buildId: 'bb' }
    const file = folder.write('x.ts', generateDeclarations([program, library], { name: 'x' }))
    const script = folder.write('script.ts', `import type { X, s, s_of_library } from './x.ts'\n`)
    assert.deepEqual(await checkDeclarations(script, [program]), [`${file} was made with other libraries: struct s_of_library is gone`])
    await assert.rejects(checkDeclarations(script, [{ ...program, buildId: 'cc' }]), /struct s_of_library: is gone/)
  })

  test('a global went, or changed its type', () => {
    const declared = parseDeclarations(generateDeclarations([at([variable('gone', int), variable('other', int)])], { name: 'x' }))
    const found = compareDeclarations(declared, [at([variable('other', pointerTo(int))])], new Set(['gone', 'other']))
    assert.deepEqual(
      found.map(({ subject, changes }) => `${subject} ${changes.join()}`),
      ["variable 'gone' is gone", "variable 'other' is now 'int *other', was 'int other'"],
    )
  })
})

function made(types: readonly NamedType[]): DeclaredModule {
  return { path: '/bin/x', buildId: undefined, info: madeUpProgram(types) }
}
