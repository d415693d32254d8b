/** Separate debug files as objcopy makes them: build-id folders, debug links in every place, and what must be refused. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { ElfFile } from '../../src/symbols/elf/elf-file.ts'
import { describeDebugFileSearch, findDebugFile, type DebugFileSearch } from '../../src/symbols/find-debug-file.ts'
import { missing } from '../support/requirements.ts'

const folder = mkdtempSync(join(tmpdir(), 'invivo-debug-files-'))
after(() => rmSync(folder, { recursive: true }))

interface Build {
  /** Without debug sections. */
  readonly program: string
  readonly debug: string
}

let builds = 0

/** Another program each time: another build-id and checksum. */
function build(home: string, ...flags: string[]): Build {
  mkdirSync(home, { recursive: true })
  const whole = join(home, 'whole')
  const [program, debug] = [join(home, 'program'), join(home, 'program.debug')]
  const source = join(folder, 'source.c')
  writeFileSync(source, `int build_${++builds} = 1;\nvoid _start(void) { for (;;) ; }\n`)
  execFileSync('gcc', ['-g', '-nostdlib', '-static', ...flags, source, '-o', whole])
  execFileSync('objcopy', ['--only-keep-debug', whole, debug])
  execFileSync('objcopy', ['--strip-all', `--add-gnu-debuglink=${debug}`, whole, program])
  rmSync(whole)
  return { program, debug }
}

function search(program: string, debugFolders: string[] = [], programPath?: string): DebugFileSearch {
  using elf = ElfFile.open(program)
  const result = findDebugFile(elf, programPath === undefined ? { debugFolders } : { debugFolders, programPath })
  result.found?.[Symbol.dispose]()
  return result
}

suite('separate debug files', { skip: missing('gcc', 'objcopy') }, () => {
  test('by build-id, in the second of two folders', () => {
    const { program, debug } = build(join(folder, 'by-id'))
    using elf = ElfFile.open(program)
    const id = elf.buildId ?? ''
    assert.match(id, /^[0-9a-f]{40}$/)
    const [first, second] = [join(folder, 'ids-1'), join(folder, 'ids-2')]
    const place = join(second, '.build-id', id.slice(0, 2))
    mkdirSync(place, { recursive: true })
    const path = join(place, `${id.slice(2)}.debug`)
    copyFileSync(debug, path)
    const result = search(program, [first, second])
    assert.equal(result.found?.path, path)
    assert.equal(result.by, 'build-id')
    assert.deepEqual(result.tried, [{ path: path.replace('ids-2', 'ids-1'), why: 'no such file' }])
  })

  for (const [place, where] of [
    ['beside the program', () => join(folder, 'linked')],
    ['in .debug beside it', () => join(folder, 'linked', '.debug')],
    ['in the debug folder', () => join(folder, 'root', folder, 'linked')],
  ] as const)
    for (const id of ['--build-id=sha1', '--build-id=none'])
      test(`by debug link, ${place}, ${id}`, () => {
        const { program, debug } = build(join(folder, 'linked'), `-Wl,${id}`)
        const target = join(where(), 'program.debug')
        mkdirSync(where(), { recursive: true })
        if (target !== debug) {
          copyFileSync(debug, target)
          rmSync(debug)
        }
        const result = search(program, [join(folder, 'root')])
        assert.equal(result.found?.path, target)
        assert.equal(result.by, 'debug-link')
        rmSync(target)
      })

  test('of a program opened by another path, as /proc gives it', () => {
    const { program, debug } = build(join(folder, 'installed'))
    const elsewhere = join(folder, 'elsewhere')
    copyFileSync(program, elsewhere)
    assert.equal(search(elsewhere).found, undefined)
    assert.equal(search(elsewhere, [], program).found?.path, debug)
  })

  test('a file of another build is refused: by build-id, and by checksum where there is none', () => {
    for (const [id, why] of [
      ['--build-id=sha1', /it is of another build: build-id [0-9a-f]{40}, not [0-9a-f]{40}/],
      ['--build-id=none', /it is of another build: CRC-32 0x[0-9a-f]{8}, not 0x[0-9a-f]{8}/],
    ] as const) {
      const one = build(join(folder, `one${id}`), `-Wl,${id}`)
      const other = build(join(folder, `other${id}`), `-Wl,${id}`)
      copyFileSync(other.debug, one.debug)
      const result = search(one.program)
      assert.equal(result.found, undefined)
      assert.match(describeDebugFileSearch('one', result), why)
    }
  })

  test('damaged, foreign and useless candidates are passed over with the reason', () => {
    const { program, debug } = build(join(folder, 'damaged'))
    writeFileSync(debug, 'not ELF')
    assert.match(describeDebugFileSearch('p', search(program)), /program\.debug was not taken: .* is not an ELF file/)
    copyFileSync(program, debug)
    assert.match(describeDebugFileSearch('p', search(program)), /it has neither debug information nor symbols/)
    rmSync(debug)
    mkdirSync(debug)
    assert.match(describeDebugFileSearch('p', search(program)), /it is a directory/)
    rmSync(debug, { recursive: true })
    const message = describeDebugFileSearch('p', search(program, ['/usr/lib/debug']))
    assert.match(message, /^no debug information for p: there is no \S+\.debug, nor one in \d other places; install its -dbg/)
  })

  test('a program that names no debug file', () => {
    const source = join(folder, 'source.c')
    writeFileSync(source, 'void _start(void) { for (;;) ; }\n')
    const program = join(folder, 'nameless')
    execFileSync('gcc', ['-nostdlib', '-static', '-Wl,--build-id=none', source, '-o', program])
    const result = search(program)
    assert.deepEqual(result, { found: undefined, by: undefined, tried: [] })
    assert.match(describeDebugFileSearch('nameless', result), /it has none itself and names no separate debug file/)
  })

  test("the C library's, as Debian installs it", { skip: missing('/usr/lib/debug/.build-id') }, () => {
    using elf = ElfFile.open('/lib/x86_64-linux-gnu/libc.so.6')
    using found = findDebugFile(elf).found
    assert.ok(found?.hasDebugInfo)
    assert.equal(found.buildId, elf.buildId)
    assert.ok(found.symbols.count > elf.symbols.count)
    assert.equal(found.symbols.find('malloc')?.address, elf.symbols.find('malloc')?.address)
  })
})
