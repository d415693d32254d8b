/**
 * Damaged debug information: programs with flipped, zeroed and cut bytes in their debug sections end with a result or an
 * InvivoError, soon.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test, type TestContext } from 'node:test'
import fc from 'fast-check'
import { InvivoError } from '../../../src/errors.ts'
import { BufferSource } from '../../../src/symbols/byte-source.ts'
import { openDebugInfoSync } from '../../../src/symbols/dwarf/dwarf-info.ts'
import { ElfFile } from '../../../src/symbols/elf/elf-file.ts'
import { sizeOf, type Type } from '../../../src/symbols/type.ts'
import { compile } from '../../support/debuggee.ts'
import { missing } from '../../support/requirements.ts'

/** Milliseconds a damaged file may take: an undamaged one takes 5. */
const LIMIT = 2000
const CASES = 40000

/** Looks at everything that can be asked for. */
function explore(bytes: Uint8Array): void {
  using elf = ElfFile.open(new BufferSource(bytes, 'damaged'))
  using info = openDebugInfoSync(elf, { cacheFolder: false, debugFolders: [] })
  for (const type of info.types()) look(type, 0)
  for (const variable of info.variables()) {
    look(variable.type, 0)
    assert.ok(typeof variable.position?.line !== 'string')
  }
  for (const name of ['bits', 'forward', 'count', 'main', 'same_name']) {
    info.findTypes(name)
    info.findVariables(name)
    for (const found of info.findFunctions(name)) look(found.type, 0)
  }
  info.findEnumerators('EIGHT')
  let names = 0
  for (const name of info.names()) names += name.length
  assert.ok(names >= 0)
}

function look(type: Type, depth: number): void {
  sizeOf(type)
  if (depth > 3) return
  switch (type.kind) {
    case 'struct':
    case 'union':
    case 'class':
      for (const member of type.members) look(member.type, depth + 1)
      break
    case 'enum':
      assert.ok(type.enumerators.length >= 0)
      break
    case 'array':
      look(type.element, depth + 1)
      break
    case 'function':
      look(type.returns, depth + 1)
      for (const parameter of type.parameters) look(parameter.type, depth + 1)
      break
    case 'pointer':
    case 'typedef':
    case 'const':
    case 'volatile':
    case 'restrict':
    case 'atomic':
      look(type.target, depth + 1)
      break
    case 'void':
    case 'base':
    case 'unknown':
      break
  }
}

/** Runs one damaged file; anything but a result or an InvivoError fails. */
function survive(bytes: Uint8Array): boolean {
  const before = performance.now()
  let ended = true
  try {
    explore(bytes)
  } catch (error) {
    if (!(error instanceof InvivoError)) throw error
    ended = false
  }
  assert.ok(performance.now() - before < LIMIT, `took ${performance.now() - before} ms`)
  return ended
}

function damage(context: TestContext, compiler: string, flags: readonly string[], cases = CASES): void {
  const original = readFileSync(compile(['every-type.c', 'every-type-2.c'], { compiler, flags: ['-w', ...flags], name: 'damaged' }))
  explore(original)
  using elf = ElfFile.open(new BufferSource(original, 'whole'))
  const sections = elf.sections.filter(({ name }) => /^\.z?debug_(info|abbrev|str|str_offsets|addr|line|line_str)$/.test(name))
  assert.ok(sections.length >= 4)
  // The smaller sections as often as the larger ones: what hurts is in .debug_abbrev and in the units' headers.
  const place = fc.nat({ max: sections.length - 1 }).chain((index) => {
    const { offset, size } = sections[index] ?? { offset: 0, size: 1 }
    return fc.oneof(fc.nat({ max: size - 1 }), fc.nat({ max: Math.min(size, 64) - 1 })).map((at) => offset + at)
  })
  const value = fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff))
  let results = 0
  fc.assert(
    fc.property(fc.array(fc.tuple(place, value, fc.constantFrom(1, 1, 1, 2, 4, 8)), { minLength: 1, maxLength: 30 }), (changes) => {
      const bytes = Uint8Array.from(original)
      for (const [at, byte, length] of changes) bytes.fill(byte, at, at + length)
      if (survive(bytes)) results++
    }),
    { numRuns: cases },
  )
  context.diagnostic(`${cases} damaged files of ${compiler} ${flags.join(' ')}: ${results} with a result, the others with an error`)
}

suite('damaged debug information ends with a result or an error', () => {
  test('DWARF 5 of GCC', { skip: missing('gcc') }, (context) => damage(context, 'gcc', ['-gdwarf-5', '-O2']))
  test('DWARF 4 of GCC', { skip: missing('gcc') }, (context) => damage(context, 'gcc', ['-gdwarf-4']))
  test('64-bit DWARF', { skip: missing('gcc') }, (context) => damage(context, 'gcc', ['-gdwarf-5', '-gdwarf64', '-fdebug-types-section']))
  test('DWARF 5 of Clang', { skip: missing('clang') }, (context) => damage(context, 'clang', ['-gdwarf-5']))
  test('compressed sections', { skip: missing('gcc') }, (context) => damage(context, 'gcc', ['-g', '-gz'], 600))
})
