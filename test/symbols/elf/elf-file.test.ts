/** ElfFile against readelf on real files, against the kernel's mappings, and on files built for what real ones do not show. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { deflateSync, zstdCompressSync } from 'node:zlib'
import { InvivoError, isInvivoError } from '../../../src/errors.ts'
import { BufferSource } from '../../../src/symbols/byte-source.ts'
import { ElfFile } from '../../../src/symbols/elf/elf-file.ts'
import { missing } from '../../support/requirements.ts'
import { buildElf, ByteWriter, type ElfRecipe } from './build-elf.ts'

const folder = mkdtempSync(join(tmpdir(), 'invivo-elf-'))
after(() => rmSync(folder, { recursive: true }))

const source = join(folder, 'tiny.c')
writeFileSync(
  source,
  'struct point { int x, y; char name[3]; } origin = { 1, 2, "o" };\nstatic int counter;\n' +
    'int area(struct point *p) { return p->x * p->y + counter; }\nvoid _start(void) { area(&origin); for (;;) ; }\n',
)

function build(name: string, command: string, ...args: string[]): string {
  const output = join(folder, name)
  execFileSync(command, [...args, source, '-o', output], { stdio: ['ignore', 'ignore', 'pipe'] })
  return output
}

function readelf(...args: string[]): string {
  return execFileSync('readelf', ['-W', ...args], { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] })
}

/** An address as our reader gives it: 64-bit ones signed. */
function address(hex: string): number {
  return Number(BigInt.asIntN(64, BigInt(`0x${hex}`)))
}

/** The rows of `readelf -S`: index, name, address, offset, size, link, info. */
function sectionRows(path: string): string[] {
  const rows: string[] = []
  const line =
    /^ +\[ *(\d+)\] (.*?) +([A-Z_0-9a-z<>:+. ]+?) +([0-9a-f]{8,16}) ([0-9a-f]{6,}) ([0-9a-f]{6,}) ([0-9a-f]{2,}) *([A-Za-z]*) +(\d+) +(\d+) +(\d+)$/
  for (const text of readelf('-S', path).split('\n')) {
    const match = line.exec(text)
    if (match === null || match[1] === '0') continue
    const [, index, name, , at, offset, size, entry, , link, info, alignment] = match
    rows.push([index, name, address(at ?? ''), ...[offset, size, entry].map((hex) => Number(`0x${hex}`)), link, info, alignment].join(' '))
  }
  return rows
}

function segmentRows(path: string): string[] {
  const rows: string[] = []
  const line = /^ +[A-Z_0-9+x]+ +0x([0-9a-f]+) 0x([0-9a-f]+) 0x[0-9a-f]+ 0x([0-9a-f]+) 0x([0-9a-f]+) ([R ][W ][E ])/
  for (const text of readelf('-l', path).split('\n')) {
    const match = line.exec(text)
    if (match === null) continue
    const [, offset, at, fileSize, memorySize, flags = ''] = match
    const bits = (flags.includes('R') ? 4 : 0) + (flags.includes('W') ? 2 : 0) + (flags.includes('E') ? 1 : 0)
    rows.push([Number(`0x${offset}`), address(at ?? ''), Number(`0x${fileSize}`), Number(`0x${memorySize}`), bits].join(' '))
  }
  return rows
}

function ownSections(elf: ElfFile): string[] {
  return elf.sections
    .slice(1)
    .map((s) => [s.index, s.name, s.address, s.offset, s.size, s.entrySize, s.link, s.info, s.alignment].join(' '))
}

function compareWithReadelf(path: string): void {
  using elf = ElfFile.open(path)
  const sections = sectionRows(path)
  assert.ok(sections.length > 4, `readelf shows sections of ${path}`)
  assert.deepEqual(ownSections(elf), sections)
  assert.deepEqual(
    elf.segments.map((s) => [s.offset, s.address, s.fileSize, s.memorySize, s.flags].join(' ')),
    segmentRows(path),
  )
  const notes = readelf('-n', path).matchAll(/^ {2}(\S+) +0x([0-9a-f]{8})\t/gm)
  assert.deepEqual(
    [...elf.notes()].map(({ name, descriptor }) => `${name} ${descriptor.length}`),
    Array.from(notes, ([, owner, size]) => `${owner} ${Number(`0x${size}`)}`),
  )
  assert.equal(elf.buildId, /Build ID: ([0-9a-f]+)/.exec(readelf('-n', path))?.[1])
  assert.deepEqual(elf.problems, [])
}

const libc = '/lib/x86_64-linux-gnu/libc.so.6'
const needs = missing('gcc', 'readelf')

suite('ELF against readelf', { skip: needs }, () => {
  const builds: [string, string[]][] = [
    ['gcc, position-independent', ['gcc', '-g', '-nostdlib']],
    ['gcc, static', ['gcc', '-g', '-nostdlib', '-static', '-Wl,--build-id=md5']],
    ['gcc -m32', ['gcc', '-g', '-m32', '-nostdlib', '-static', '-fno-pic']],
    ['gcc, relocatable', ['gcc', '-g', '-c']],
  ]
  for (const [name, [command = '', ...args]] of builds)
    test(name, () => compareWithReadelf(build(name.replaceAll(/\W/g, '-'), command, ...args)))

  for (const triple of ['powerpc64-linux-gnu', 'mips-linux-gnu', 's390x-linux-gnu', 'aarch64-linux-gnu', 'armv7-linux-gnueabi'])
    test(`clang for ${triple}`, { skip: missing('clang') }, () =>
      compareWithReadelf(build(triple, 'clang', `--target=${triple}`, '-g', '-c')),
    )

  test('the C library', { skip: missing('/usr/lib/debug/.build-id') }, () => compareWithReadelf(libc))
  test('python3.11d', { skip: missing('/usr/bin/python3.11d') }, () => compareWithReadelf('/usr/bin/python3.11d'))

  test('70,000 sections: extended numbering', () => {
    const assembly = join(folder, 'many.s')
    const lines = Array.from({ length: 70000 }, (_, index) => `.section .s${index},"aw"\nv${index}: .byte 1\n`)
    writeFileSync(assembly, lines.join(''))
    const path = join(folder, 'many.o')
    execFileSync('gcc', ['-c', assembly, '-o', path])
    using elf = ElfFile.open(path)
    assert.equal(elf.sections.length, Number(/Number of section headers: +0 \((\d+)\)/.exec(readelf('-h', path))?.[1]))
    const last = elf.section('.s69999')
    assert.deepEqual(last && [...elf.sectionData(last)], [1])
    assert.equal(elf.symbols.count, 70000)
    assert.equal(elf.symbols.find('v69999')?.name, 'v69999')
  })
})

suite('ELF sections', () => {
  for (const [kind, section] of [
    ['zlib', '.debug_info'],
    ['zlib-gnu', '.zdebug_info'],
    ['zstd', '.debug_info'],
  ] as const)
    test(`compressed by objcopy: ${kind}`, { skip: missing('gcc', 'objcopy') }, () => {
      // Enough text that compressing pays: objcopy leaves small sections alone.
      const large = join(folder, 'large.c')
      const structs = Array.from({ length: 200 }, (_, index) => `struct item_${index} { int first, second; } v${index};`)
      writeFileSync(large, structs.join('\n'))
      const plain = join(folder, 'large.o')
      execFileSync('gcc', ['-g', '-c', large, '-o', plain])
      const packed = join(folder, `large-${kind}.o`)
      execFileSync('objcopy', [`--compress-debug-sections=${kind}`, plain, packed])
      using before = ElfFile.open(plain)
      using after = ElfFile.open(packed)
      assert.ok(after.sections.some(({ name }) => name === section))
      for (const name of ['.debug_info', '.debug_str', '.debug_abbrev', '.debug_line']) {
        const [one, two] = [before.section(name), after.section(name)]
        assert.ok(one !== undefined && two !== undefined, name)
        assert.equal(after.sectionSize(two), one.size)
        // Relocatable files: the addends are in .rela sections, so the bytes are the same.
        assert.deepEqual(after.sectionData(two), before.sectionData(one))
      }
      const info = after.section('.debug_info')
      assert.equal(info !== undefined && after.isPlain(info), false)
      assert.ok(after.hasDebugInfo)
    })

  test('a compressed section that would inflate to more than its bytes can is refused before anything is allocated', () => {
    const attempts: [Uint8Array, number, number][] = [
      [deflateSync(new Uint8Array(100)), 1, 2 ** 40],
      [deflateSync(new Uint8Array(100)), 1, 2 ** 31],
      [zstdCompressSync(new Uint8Array(100)), 2, 2 ** 31],
      [deflateSync(new Uint8Array(5000)), 1, 100],
      [deflateSync(new Uint8Array(100)), 1, 5000],
      [zstdCompressSync(new Uint8Array(5000)), 2, 100],
      [zstdCompressSync(new Uint8Array(100)), 2, 5000],
      [Uint8Array.of(1, 2, 3), 1, 100],
      [Uint8Array.of(1, 2, 3), 2, 100],
      [deflateSync(new Uint8Array(100)), 9, 100],
    ]
    for (const [stream, method, size] of attempts) {
      const data = new ByteWriter().uint(method, 4).uint(0, 4).uint(size, 8).uint(1, 8).bytes(stream).done()
      using elf = openBuilt({ sections: [{ name: '.debug_str', flags: 0x800, data }] })
      const section = elf.section('.debug_str')
      assert.ok(section)
      const rss = process.memoryUsage.rss()
      assert.throws(
        () => elf.sectionData(section),
        (error) => isInvivoError(error) && /\.debug_str of built/.test(error.message),
      )
      assert.ok(process.memoryUsage.rss() - rss < 64 << 20)
    }
  })

  test('a section without bytes in the file is empty; one beyond the end is an error that says where', () => {
    using elf = openBuilt({
      sections: [
        { name: '.bss', type: 8, size: 2 ** 50 },
        { name: '.data', data: Uint8Array.of(1, 2), size: 2 ** 50 },
      ],
    })
    const [, bss, data] = elf.sections
    assert.ok(bss && data)
    assert.equal(elf.sectionData(bss).length, 0)
    assert.throws(
      () => elf.sectionData(data),
      (error) =>
        error instanceof InvivoError && error.code === 'BAD_ELF' && error.section === '.data' && /beyond the end/.test(error.message),
    )
    const into = new Uint8Array(8)
    assert.equal(elf.readSection(data, 1, into, 0, 1), 1)
    assert.equal(into[0], 2)
    assert.equal(elf.readSection(bss, 0, into, 0, 8), 0)
    assert.equal(elf.tryData('.data'), undefined)
    assert.equal(elf.problems.length, 1)
  })
})

suite('ELF files as they come', () => {
  test('what is not an ELF file says what it is', () => {
    for (const [path, code] of [
      ['/dev/null', 'NOT_ELF'],
      ['/usr', 'NOT_ELF'],
      ['/etc/passwd', 'NOT_ELF'],
      ['/no/such/file', 'NOT_FOUND'],
      [join('/etc/passwd', 'x'), 'NOT_FOUND'],
    ] as const)
      assert.throws(
        () => ElfFile.open(path),
        (error) => isInvivoError(error, code) && error.message.includes(path),
      )
    const empty = join(folder, 'empty')
    writeFileSync(empty, '')
    assert.throws(() => ElfFile.open(empty), /is not an ELF file: it is empty/)
  })

  test('a FIFO is refused at once, not waited for', () => {
    const fifo = join(folder, 'fifo')
    execFileSync('mkfifo', [fifo])
    assert.throws(() => ElfFile.open(fifo), /not a regular file/)
  })

  for (const is64 of [true, false])
    for (const little of [true, false])
      test(`${is64 ? 64 : 32} bits, ${little ? 'little' : 'big'}-endian, numbers in section 0`, () => {
        const segments = [
          { type: 1, flags: 5, address: 0x1000, fileSize: 64 },
          { type: 1, flags: 6, address: 0x3000, offset: 32, fileSize: 16, memorySize: 0x100 },
        ]
        const sections = [{ name: '.text', flags: 6, address: 0x1000, data: Uint8Array.of(1, 2, 3), alignment: 16 }]
        for (const extendedNumbering of [false, true]) {
          using elf = openBuilt({ is64, little, segments, sections, extendedNumbering })
          assert.deepEqual([elf.addressSize, elf.byteOrder], [is64 ? 8 : 4, little ? 'little' : 'big'])
          assert.deepEqual(
            elf.sections.map(({ name }) => name),
            ['', '.text', '.shstrtab'],
          )
          assert.deepEqual(
            elf.segments.map(({ address, fileSize, memorySize, flags }) => [address, fileSize, memorySize, flags]),
            [
              [0x1000, 64, 64, 5],
              [0x3000, 16, 0x100, 6],
            ],
          )
          assert.equal(elf.offsetOf(0x3008), 40)
          assert.equal(elf.offsetOf(0x3010), undefined)
        }
      })

  test('64-bit addresses are signed, so that the kernel half is exact', () => {
    using elf = openBuilt({ segments: [{ type: 1, address: -0x7f000000, fileSize: 16 }] })
    assert.equal(elf.segments[0]?.address, -0x7f000000)
    assert.equal(elf.offsetOf(-0x7efffff8), 8)
  })

  test('a file cut anywhere still opens, or says what is wrong', { skip: missing('gcc') }, () => {
    const bytes = readFileSync(build('cut', 'gcc', '-g', '-nostdlib', '-static'))
    for (let size = 0; size < bytes.length; size += 61) {
      try {
        using elf = ElfFile.open(new BufferSource(bytes.subarray(0, size), 'cut'))
        for (const section of elf.sections) elf.tryData(section.name)
        assert.ok(elf.problems.length > 0, `a cut after ${size} bytes is noticed`)
      } catch (error) {
        assert.ok(isInvivoError(error), String(error))
      }
    }
  })

  test('without section headers: segments, build-id and dynamic symbols', { skip: missing('readelf') || !/lib/.test(libc) }, () => {
    using whole = ElfFile.open(libc)
    const bytes = new Uint8Array(readFileSync(libc))
    bytes.fill(0, 40, 48)
    bytes.fill(0, 60, 64)
    using bare = ElfFile.open(new BufferSource(bytes, 'bare'))
    assert.equal(bare.sections.length, 0)
    assert.equal(bare.buildId, whole.buildId)
    const names = (elf: ElfFile): string[] => [...elf.symbols].map(({ name, address: at }) => `${name} ${at}`).sort()
    assert.deepEqual(names(bare), names(whole))
    const malloc = bare.symbols.find('malloc')
    assert.equal(bare.symbols.at((malloc?.address ?? 0) + 1)?.address, malloc?.address)
  })
})

test('the load bias of the program and of every library of this process is the one the kernel and the loader chose', () => {
  const biases = new Map<string, number | undefined>()
  for (const line of readFileSync('/proc/self/maps', 'utf8').split('\n')) {
    const match = /^([0-9a-f]+)-\S+ \S+ ([0-9a-f]+) \S+ \d+ +(\/.*)$/.exec(line)
    if (match === null) continue
    const [, start = '', offset = '', path = ''] = match
    if (biases.has(path) || !(/\.so[.\d]*$/.test(path) || path === process.execPath)) continue
    using elf = ElfFile.open(path)
    biases.set(path, elf.biasOf(Number(`0x${start}`), Number(`0x${offset}`)))
    if (path !== process.execPath) assert.equal(biases.get(path), Number(`0x${start}`), `${path} is linked at 0`)
  }
  assert.ok(biases.size >= 3)
  const auxv = new BigUint64Array(new Uint8Array(readFileSync('/proc/self/auxv')).buffer)
  using program = ElfFile.open(process.execPath)
  const AT_ENTRY = 9n
  const entry = auxv.findIndex((value, index) => index % 2 === 0 && value === AT_ENTRY)
  assert.equal(biases.get(process.execPath), Number(auxv[entry + 1]) - program.header.entry)
})

function openBuilt(recipe: ElfRecipe): ElfFile {
  return ElfFile.open(new BufferSource(buildElf(recipe), 'built'))
}
