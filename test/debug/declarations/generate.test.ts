import assert from 'node:assert/strict'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { generateDeclarations, type DeclaredModule } from '../../../src/debug/declarations/generate.ts'
import { layoutHash } from '../../../src/debug/declarations/layout-hash.ts'
import { parseDeclarations } from '../../../src/debug/declarations/parse.ts'
import { typeName } from '../../../src/symbols/type-name.ts'
import type { Type } from '../../../src/symbols/type.ts'
import { compile, root } from '../../support/debuggee.ts'
import { assertGolden } from '../../support/golden.ts'
import { findKernel, noKernel } from '../../support/kernel.ts'
import { missing } from '../../support/requirements.ts'
import { char, enumeration, int, madeUpProgram, member, pointerTo, struct, typedef, unsignedLong, variable } from './made-up-program.ts'
import { compilerMessages, moduleOf } from './program-types.ts'

const libc = '/lib/x86_64-linux-gnu/libc.so.6'

suite('generated declarations', () => {
  test('of a small program, as approved', { skip: missing('gcc') }, async () => {
    // Paths as they are in every checkout.
    const program = compile('declared.c', { flags: ['-g', '-O0', `-ffile-prefix-map=${root}=/repository`] })
    const { info } = await moduleOf(program)
    const text = generateDeclarations([{ path: '/bin/declared', buildId: 'abcd', info }], { name: 'declared' })
    // What the C library's headers declare differs from one release to the next.
    const own = text.replaceAll(
      /\/\*\* `[^`]*`(?:, \d+ bytes?)?, \/usr\/(?:[^*]|\*(?!\/))*\*\/\nexport (?:interface [\s\S]*?\n\}\n\n|type .*\n\n)/g,
      '',
    )
    assertGolden(join(import.meta.dirname, 'declared.golden.txt'), own.slice(0, own.indexOf('/** Types by their C spelling')))
    assert.equal(compilerMessages(text), '')
  })

  test('are the same each time', { skip: missing('gcc') }, async () => {
    const program = compile('declared.c')
    const texts = await Promise.all([1, 2].map(async () => generateDeclarations([await moduleOf(program)], { name: 'declared' })))
    assert.equal(texts[0], texts[1])
  })

  const programs: [string, () => string, string | false][] = [
    ['values.c, GCC', () => compile(['values.c', 'values-2.c']), missing('gcc')],
    ['values.c, Clang', () => compile(['values.c', 'values-2.c'], { compiler: 'clang' }), missing('clang')],
    ['python3.11d', () => '/usr/bin/python3.11d', missing('/usr/bin/python3.11d')],
    ['libc.so.6', () => libc, missing('/usr/lib/debug/.build-id')],
    ['Linux', () => findKernel() ?? '', noKernel()],
  ]
  for (const [name, program, skip] of programs) {
    test(`have every type and variable of ${name}, and the compiler takes them`, { skip }, async (context) => {
      const module = await moduleOf(program())
      const text = generateDeclarations([module], { name: 'all' })
      const { types, variables } = missingNames(text, module)
      context.diagnostic(`${types.found} of ${types.all} types, ${variables.found} of ${variables.all} variables`)
      assert.deepEqual(types.missing, [])
      assert.deepEqual(variables.missing, [])
      assert.equal(compilerMessages(text), '')
    })
  }

  test('keep hostile names where they are put', () => {
    const names = [
      '*/ evil()',
      "'; evil(); '",
      '${evil}',
      '\u2028evil',
      '\n} evil()',
      '`',
      '\\',
      '',
      '/*',
      '😀',
      '\ud800',
      'a\0b',
      '-->',
      'x y',
    ]
    const modules = names.map((name) => moduleNamed(name))
    const texts = modules.map((module) => generateDeclarations([module], { name: '*/ evil' }))
    for (const text of texts) assert.equal(codeOf(text), '')
    assert.equal(compilerMessages(...texts), '')
  })

  test('keep any name where it is put', () => {
    const awkward = fc.constantFrom(
      '*/',
      '/*',
      "'",
      '"',
      '`',
      '\\',
      '${',
      '\n',
      '\r',
      '\u2028',
      '//',
      ';',
      '}',
      '{',
      'evil()',
      '\ud800',
      '<',
      '>',
      '$',
    )
    const name = fc.array(fc.oneof(awkward, fc.string({ maxLength: 3 })), { maxLength: 5 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(name, (each) => {
        assert.equal(codeOf(generateDeclarations([moduleNamed(each)], { name: each })), '')
      }),
      { numRuns: 300 },
    )
  })

  test('tell apart what C tells apart by space or file', () => {
    const list = struct('list', [member('a', int, 0)])
    const otherList = struct('list', [member('a', int, 0), member('b', int, 8)], { file: '/src/other.c' })
    const declaredOnly = struct('tree', [], { incomplete: true })
    const types = [declaredOnly, list, otherList, typedef('list', int), struct('tree', []), typedef('tree', struct(undefined, [])), int]
    const variables = [
      variable('both', list),
      variable('elsewhere', pointerTo(declaredOnly)),
      variable('state', list, { external: false, unit: '/src/a/x.c' }),
      variable('state', otherList, { external: false, unit: '/src/b/x.c' }),
      variable('count', int, { external: false, enclosingFunction: 'f' }),
    ]
    const text = generateDeclarations([{ path: '/bin/x', buildId: undefined, info: madeUpProgram(types, variables) }], { name: 'x' })
    for (const declared of [
      'export interface list extends',
      'export interface list$other_c extends',
      'export type list$typedef = number',
      'readonly both: list\n',
      'elsewhere: tree | null\n',
      "  'a/x.c': {\n",
      "  'b/x.c': {\n",
      'readonly state: list\n',
      'readonly state: list$other_c\n',
      "'f::count': number\n",
      "  'struct list': list\n",
      '  list: list$typedef\n',
    ]) {
      assert.ok(text.includes(declared), `${declared} is not in:\n${text}`)
    }
    assert.ok(!text.includes('Opaque'))
    assert.equal(compilerMessages(text), '')
  })

  test('end for types that a damaged file makes of themselves', () => {
    const members: ReturnType<typeof member>[] = []
    const knot = struct(undefined, members)
    members.push(member(undefined, knot, 0), member(undefined, knot, 8), member('self', knot, 0), member('again', knot, 8))
    const loop: { kind: 'typedef'; name: string; target: Type; position: undefined } = {
      kind: 'typedef',
      name: 'loop',
      target: int,
      position: undefined,
    }
    loop.target = loop
    const deep: Type = Array.from({ length: 5000 }).reduce<Type>((target) => pointerTo(target), int)
    const types = [struct('outer', [member('knot', knot, 0), member('loop', loop, 8), member('deep', deep, 16)]), loop]
    const text = generateDeclarations([{ path: '/bin/x', buildId: undefined, info: madeUpProgram(types) }], { name: 'x' })
    assert.ok(text.length < 1_000_000, `${text.length} characters`)
    assert.equal(compilerMessages(text), '')
  })
})

/** What is left for a JavaScript engine. */
function codeOf(text: string): string {
  return stripTypeScriptTypes(text)
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .trim()
}

/** A program in which everything has one name. */
function moduleNamed(name: string): DeclaredModule {
  const all = struct(name, [member(name, int, 0), member(`${name}2`, struct(undefined, [member(name, char, 0)]), 8)], { file: name })
  const types = [
    all,
    struct(`${name}3`, [], { incomplete: true }),
    typedef(name, pointerTo(all)),
    enumeration(name, { [name]: 0n, [`${name}2`]: 1n }),
    { ...unsignedLong, name },
  ]
  const variables = [
    variable(name, all),
    variable(`${name}2`, int, { external: false, unit: name, enclosingFunction: name }),
    variable(`${name}4`, int, { location: { kind: 'unavailable', reason: name }, position: { file: name, line: 1 } }),
  ]
  return { path: name, buildId: undefined, info: madeUpProgram(types, variables) }
}

interface Coverage {
  all: number
  found: number
  missing: string[]
}

/** Counts in the module's text, as it is read back, what the debug information lists. */
function missingNames(text: string, { info }: DeclaredModule): { types: Coverage; variables: Coverage } {
  const declared = parseDeclarations(text)
  const registry = new Set(
    [...text.slice(text.lastIndexOf('export interface ')).matchAll(/^ {2}(?:'(.*)'|([\w$]+)): /gm)].map(
      ([, quoted, plain]) => quoted ?? plain ?? '',
    ),
  )
  const layouts = new Set([...declared.types.values()].map(({ layout }) => layout))
  const types: Coverage = { all: 0, found: 0, missing: [] }
  for (const type of info?.types() ?? []) {
    // Of several of one name each has to be there, not only the one that the name means.
    const isThere = type.kind === 'base' || type.kind === 'typedef' || type.incomplete || layouts.has(layoutHash(type))
    count(types, typeName(type), isThere && registry.has(typeName(type)))
  }
  const inFiles = new Set(declared.fileVariables.map(({ name }) => name))
  const variables: Coverage = { all: 0, found: 0, missing: [] }
  for (const { name } of info?.variables() ?? []) count(variables, name, declared.globals.has(name) || inFiles.has(name))
  return { types, variables }
}

function count(coverage: Coverage, name: string, found: boolean): void {
  coverage.all++
  if (found) coverage.found++
  else coverage.missing.push(name)
}
