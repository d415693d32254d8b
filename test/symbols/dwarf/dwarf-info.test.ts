/**
 * Types and variables of programs as GCC and Clang write them, in DWARF 2 to 5, of both word sizes and byte orders. What is
 * expected is what C says of the source; addresses are held against the symbol table.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { InvivoError } from '../../../src/errors.ts'
import { BufferSource } from '../../../src/symbols/byte-source.ts'
import { openDebugInfo, openDebugInfoSync, type DwarfInfo } from '../../../src/symbols/dwarf/dwarf-info.ts'
import { ElfFile } from '../../../src/symbols/elf/elf-file.ts'
import { compile, programsFolder } from '../../support/debuggee.ts'
import { missing } from '../../support/requirements.ts'
import { spell } from './spell.ts'

const sources = ['every-type.c', 'every-type-2.c']

/** Compilers and flags; what DWARF before version 5 cannot say. */
const variants = [
  { compiler: 'gcc', flags: ['-gdwarf-5'], atomic: true, restrict: true },
  { compiler: 'gcc', flags: ['-gdwarf-5', '-gdwarf64'], atomic: true, restrict: true },
  { compiler: 'gcc', flags: ['-gdwarf-5', '-fdebug-types-section'], atomic: true, restrict: true },
  { compiler: 'gcc', flags: ['-gdwarf-4'], atomic: false, restrict: true },
  { compiler: 'gcc', flags: ['-gdwarf-3', '-gstrict-dwarf'], atomic: false, restrict: true },
  { compiler: 'gcc', flags: ['-gdwarf-2', '-gstrict-dwarf'], atomic: false, restrict: false },
  { compiler: 'gcc', flags: ['-g', '-gz'], atomic: true, restrict: true },
  { compiler: 'gcc', flags: ['-g', '-gz=zlib-gnu'], atomic: true, restrict: true },
  { compiler: 'clang', flags: ['-gdwarf-5'], atomic: true, restrict: true },
  { compiler: 'clang', flags: ['-gdwarf-5', '-gdwarf64'], atomic: true, restrict: true },
  { compiler: 'clang', flags: ['-gdwarf-4'], atomic: false, restrict: true },
] as const

const forward = 'struct forward(16){value@0 signed4; next@64 struct forward *}'

/** Of every global of every-type.c, as C defines them on x86-64. */
const expected: Record<string, string> = {
  g_bits:
    'struct bits(16){first@0:3 unsigned4; second@3:5 signed4; third@8:33 unsigned8; fourth@41:1 unsigned-char1; ' +
    '@64 struct {}(4){inner_low@0:2 unsigned4; inner_high@2:30 unsigned4}; last@96:7 signed8}',
  g_flexible: 'struct flexible *',
  g_zero: 'struct zero *',
  g_arrays:
    'struct arrays(328){matrix@0 signed4[3][2]; name@192 signed-char1[256]; pointers@2240 signed-char1 *[4]; ' +
    'elsewhere@2496 struct forward *; opaque@2560 struct nowhere incomplete *}',
  g_numbers: 'union numbers(16){i@0 signed4; f@0 float4; d@0 float8[2]}',
  g_negative: 'enum negative signed(4){MINUS_ONE=-1, FIVE=5}',
  g_large: 'enum large(4){ALL_BITS=4294967295, ONE=1}',
  g_vector: 'vector4=signed4[4] vector',
  g_printer: 'printer=signed4(const signed-char1 *, ...) *',
  g_unprototyped: 'signed4(?) *',
  g_bool: 'boolean1',
  g_long_double: 'float16',
  g_complex: 'complex16',
  g_atomic: 'atomic signed4',
  g_restrict: 'restrict signed4 *',
  g_wide: 'wchar_t=signed4',
  g_thread: 'signed4',
  s_thread: 'signed4',
  declared_first: 'signed4[10]',
  g_forward: forward,
}

suite('types and variables', () => {
  for (const { compiler, flags, atomic, restrict } of variants) {
    test(`${compiler} ${flags.join(' ')}`, { skip: missing(compiler) }, async () => {
      using elf = ElfFile.open(compile(sources, { compiler, flags: ['-w', ...flags] }))
      using info = await openDebugInfo(elf, { cacheFolder: false })
      assert.deepEqual(info.problems, [])
      for (const [name, text] of Object.entries(expected)) {
        let want = text
        if (!atomic) want = want.replace('atomic ', '')
        if (!restrict) want = want.replace('restrict ', '')
        assert.deepEqual(
          info.findVariables(name).map(({ type }) => spell(type)),
          [want],
          name,
        )
      }
      checkVariables(info, elf)
      checkTypes(info)
    })
  }

  test('several definitions, and declarations without one', { skip: missing('gcc') }, () => {
    using elf = ElfFile.open(compile(sources, { flags: ['-g', '-w'] }))
    using info = openDebugInfoSync(elf, { cacheFolder: false })
    assert.deepEqual(
      info.findVariables('same_name').map(({ unit, external }) => [unit.replace(/.*\//, ''), external]),
      [
        ['every-type.c', false],
        ['every-type-2.c', false],
      ],
    )
    assert.deepEqual(info.findVariables('defined_nowhere'), [])
    assert.deepEqual(info.findTypes('no such type'), [])
    const [nowhere] = info.findTypes('nowhere')
    assert.ok(nowhere?.kind === 'struct' && nowhere.incomplete && nowhere.members.length === 0)
    // The other module's definition completes it, whenever that comes.
    const [arrays] = info.findTypes('arrays', 'struct')
    assert.ok(arrays?.kind === 'struct')
    const pointer = arrays.members.at(-1)?.type
    assert.ok(pointer?.kind === 'pointer' && pointer.target === nowhere)
    const [elsewhere] = info.findTypes('forward', 'struct')
    assert.ok(elsewhere?.kind === 'struct')
    info.foreignDefinition = (space, name) => (space === 'struct' && name === 'nowhere' ? elsewhere : undefined)
    assert.equal(pointer.target, elsewhere)
    assert.deepEqual(info.findTypes('forward', 'union'), [])
  })

  test('two types of one name, size and line', { skip: missing('gcc') }, () => {
    using elf = ElfFile.open(compile(['same-name-1.c', 'same-name-2.c'], { flags: ['-g'] }))
    using info = openDebugInfoSync(elf, { cacheFolder: false })
    const items = info.findTypes('item')
    assert.deepEqual(
      items.map((type) => [spell(type), info.unitOf(type)?.replace(/.*\//, '')]),
      [
        ['struct item(16){value@0 signed4 *; more@64 signed4}', 'same-name-1.c'],
        ['struct item(16){value@0 signed-char1 *; more@64 signed4}', 'same-name-2.c'],
      ],
    )
    assert.equal(info.findVariables('first_item')[0]?.type, items[0])
    assert.equal(info.findVariables('second_item')[0]?.type, items[1])
  })

  test('one object a definition', { skip: missing('gcc') }, () => {
    using elf = ElfFile.open(compile(sources, { flags: ['-g', '-w'] }))
    using info = openDebugInfoSync(elf, { cacheFolder: false })
    const [forwardType] = info.findTypes('forward')
    const [variable] = info.findVariables('g_forward')
    assert.equal(variable?.type, forwardType)
    const names = [...info.types()].map(({ kind, name }) => `${kind} ${name}`)
    assert.equal(new Set(names).size, names.length, 'each type once')
    assert.ok(names.includes('struct within'), 'types within functions too')
  })
})

function checkVariables(info: DwarfInfo, elf: ElfFile): void {
  let compared = 0
  for (const { name, location, enclosingFunction } of info.variables()) {
    if (location.kind !== 'address') continue
    // GCC calls the symbol of a static local `count.0`, Clang `first_function.count`.
    const there = elf.symbols.findAll(name).some(({ address }) => address === location.address)
    const symbol = elf.symbols.at(location.address)?.name ?? ''
    const local = symbol === `${enclosingFunction}.${name}` || (symbol.startsWith(`${name}.`) && enclosingFunction !== undefined)
    assert.ok(there || local, `${name} is at ${location.address}, where the symbol table has ${symbol}`)
    compared++
  }
  assert.ok(compared >= 24, `${compared} variables with an address`)
  assert.deepEqual(
    info
      .findVariables('count')
      .map(({ enclosingFunction }) => enclosingFunction)
      .sort((a = '', b = '') => a.localeCompare(b)),
    ['first_function', 'second_function'],
  )
  const [first] = info.findVariables('g_thread')
  assert.equal(first?.location.kind, 'thread-local')
  const [thread] = info.findVariables('s_thread')
  assert.ok(first?.location.kind === 'thread-local' && thread?.location.kind === 'thread-local')
  assert.notEqual(thread.location.offset, first.location.offset)
  const line = readFileSync(join(programsFolder, 'every-type.c'), 'utf8').split('\n').indexOf('struct bits g_bits;') + 1
  const [bits] = info.findVariables('g_bits')
  assert.deepEqual(bits?.position, { file: join(programsFolder, 'every-type.c'), line })
}

function checkTypes(info: DwarfInfo): void {
  const spelled = (name: string): string[] => info.findTypes(name).map((type) => spell(type))
  assert.deepEqual(spelled('forward'), [forward])
  assert.deepEqual(spelled('flexible'), ['struct flexible(4){count@0 signed4; data@32 signed4[]}'])
  assert.deepEqual(spelled('zero'), ['struct zero(4){count@0 signed4; data@32 signed4[0]}'])
  assert.deepEqual(spelled('within'), ['struct within(4){value@0 signed4}'])
  assert.deepEqual(
    info.findEnumerators('EIGHT').map((type) => spell(type)),
    ['enum (4){SEVEN=7, EIGHT=8}'],
  )
  const [main, ...others] = info.findFunctions('main')
  assert.equal(others.length, 0)
  assert.ok(main?.external && main.address !== undefined)
  assert.equal(spell(main.type), 'signed4()')
  assert.match(info.description, /^DWARF [2-5] \((GNU C|.*clang)/)
}

/** An object file of Clang for another machine, made a program: its debug sections relocated, its type changed. */
function foreign(target: string, flags: readonly string[]): Uint8Array | undefined {
  const args = ['-target', target, '-w', '-c', '-fno-common', ...flags, '-o', '-', '-x', 'c', '-']
  const text = `
    struct bits { unsigned first : 3; int second : 5; unsigned third : 20; short plain; unsigned char last : 2; };
    struct node { struct node *next; long number; char name[6]; };
    enum sign { LOW = -2, HIGH = 3 };
    struct bits bits = {1}; struct node node = {&node}; enum sign sign = HIGH;`
  const { status, stdout } = spawnSync('clang', args, { input: text })
  if (status !== 0) return undefined
  const bytes = Uint8Array.from(stdout)
  const little = bytes[5] === 1
  const view = new DataView(bytes.buffer)
  using elf = ElfFile.open(new BufferSource(bytes, target))
  const [info, relocations, symbols] = ['.debug_info', '.rel.debug_info', '.symtab'].map((name) => elf.section(name))
  assert.ok(info !== undefined && relocations !== undefined && symbols !== undefined)
  // Elf32_Rel: r_offset, r_info, whose upper 24 bits are a symbol; Elf32_Sym: st_value at 4. All are "add the symbol's value".
  for (let at = relocations.offset; at < relocations.offset + relocations.size; at += 8) {
    const place = info.offset + view.getUint32(at, little)
    const symbol = symbols.offset + (view.getUint32(at + 4, little) >>> 8) * 16
    view.setUint32(place, view.getUint32(place, little) + view.getUint32(symbol + 4, little), little)
  }
  // e_type: ET_DYN.
  view.setUint16(16, 3, little)
  return bytes
}

suite('other machines', () => {
  const cases = [
    {
      target: 'i386-linux-gnu',
      bits: 'first@0:3 unsigned4; second@3:5 signed4; third@8:20 unsigned4; plain@32 signed2; last@48:2 unsigned-char1',
    },
    {
      target: 'mips-linux-gnu',
      bits: 'first@0:3 unsigned4; second@3:5 signed4; third@8:20 unsigned4; plain@32 signed2; last@48:2 unsigned-char1',
    },
  ]
  for (const { target, bits } of cases)
    for (const version of ['-gdwarf-2', '-gdwarf-3', '-gdwarf-4']) {
      test(`${target} ${version}`, { skip: missing('clang') }, (context) => {
        const bytes = foreign(target, [version])
        if (bytes === undefined) {
          context.skip(`clang cannot compile for ${target}`)
          return
        }
        using elf = ElfFile.open(new BufferSource(bytes, target))
        using info = openDebugInfoSync(elf, { cacheFolder: false })
        assert.deepEqual(info.problems, [])
        assert.equal(info.byteOrder, target.startsWith('mips') ? 'big' : 'little')
        assert.equal(info.addressSize, 4)
        const spelled = (name: string): string[] => info.findVariables(name).map(({ type }) => spell(type))
        assert.deepEqual(spelled('bits'), [`struct bits(8){${bits}}`])
        assert.deepEqual(spelled('node'), ['struct node(16){next@0 struct node *; number@32 signed4; name@64 signed-char1[6]}'])
        assert.deepEqual(spelled('sign'), ['enum sign signed(4){LOW=-2, HIGH=3}'])
      })
    }
})

suite('what cannot be read', () => {
  test('no debug information', { skip: missing('gcc') }, async () => {
    using elf = ElfFile.open(compile(sources, { flags: ['-w', '-s'], name: 'stripped' }))
    await assert.rejects(openDebugInfo(elf, { debugFolders: ['/nonexistent'] }), (error) => {
      assert.ok(error instanceof InvivoError && error.code === 'NO_DEBUG_INFO')
      assert.match(error.message, /no debug information for .*stripped.*-dbg/s)
      return true
    })
  })

  test('a damaged unit leaves the others', { skip: missing('gcc') }, () => {
    const bytes = Uint8Array.from(readFileSync(compile(sources, { flags: ['-g', '-w'] })))
    {
      using elf = ElfFile.open(new BufferSource(bytes, 'program'))
      const section = elf.section('.debug_info')
      assert.ok(section !== undefined)
      // The first unit's abbreviations are beyond the end of .debug_abbrev: unit_length, version, unit_type, address_size before.
      bytes.fill(0x7f, section.offset + 8, section.offset + 12)
    }
    using elf = ElfFile.open(new BufferSource(bytes, 'program'))
    using info = openDebugInfoSync(elf, { cacheFolder: false })
    assert.equal(info.problems.length, 1)
    assert.match(info.problems[0] ?? '', /unit at \.debug_info\+0x0 is damaged.*abbreviation/)
    assert.deepEqual(
      info.findTypes('forward').map((type) => spell(type)),
      [forward],
    )
    assert.deepEqual(info.findTypes('bits'), [])
  })
})

suite('python3.11d', { skip: missing('/usr/bin/python3.11d') }, () => {
  test('variables are where the symbol table has them', (context) => {
    using elf = ElfFile.open('/usr/bin/python3.11d')
    using info = openDebugInfoSync(elf, { cacheFolder: false })
    let compared = 0
    for (const { name, location } of info.variables()) {
      if (location.kind !== 'address') continue
      const symbols = elf.symbols.findAll(name)
      if (!symbols.some(({ address }) => address === location.address)) {
        const symbol = elf.symbols.at(location.address)?.name ?? ''
        assert.ok(symbol.startsWith(`${name}.`), `${name} is at ${location.address}, where the symbol table has ${symbol}`)
      }
      compared++
    }
    context.diagnostic(`${compared} of ${compared} variables`)
    assert.ok(compared > 10_000)
  })

  test('progress goes up to the end', async () => {
    using elf = ElfFile.open('/usr/bin/python3.11d')
    const told: number[] = []
    let size = 0
    const onProgress = (done: number, total: number): void => {
      told.push(done)
      size = total
    }
    using info = await openDebugInfo(elf, { cacheFolder: false, onProgress })
    assert.deepEqual(info.problems, [])
    assert.ok(told.length > 1 && told.every((done, at) => at === 0 || done > (told[at - 1] ?? 0)))
    assert.equal(told.at(-1), size)
    assert.equal(size, elf.section('.debug_info')?.size)
  })
})
