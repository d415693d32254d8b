/**
 * Damaged and hostile ELF files: real ones with bytes flipped, fields overwritten and ends cut. Each must end with a result
 * (perhaps with less in it) or an InvivoError, in bounded time and memory. Seeds of failures are printed by fast-check.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { InvivoError } from '../../../src/errors.ts'
import { BufferSource } from '../../../src/symbols/byte-source.ts'
import { ElfFile } from '../../../src/symbols/elf/elf-file.ts'
import { missing } from '../../support/requirements.ts'
import { buildElf, ByteWriter } from './build-elf.ts'

const CASES = 4000
const MAX_MILLISECONDS = 1000

/** A few kilobytes each, with every structure this reader knows. */
function seeds(): Uint8Array[] {
  const folder = mkdtempSync(join(tmpdir(), 'invivo-elf-fuzz-'))
  try {
    const source = join(folder, 'seed.c')
    writeFileSync(
      source,
      'int value = 3; static int hidden; __thread int local;\nint f(int a) { return a + hidden + value; }\nvoid _start(void) { f(local); }\n',
    )
    const flags = [
      ['-g', '-static', '-gz=zlib'],
      ['-g', '-static', '-gz=zlib-gnu'],
      ['-g', '-shared', '-fPIC', '-Wl,--hash-style=gnu'],
      ['-shared', '-fPIC', '-Wl,--hash-style=sysv', '-s'],
      ['-m32', '-static', '-fno-pic'],
      ['-c'],
    ]
    const files = flags.map((list, index) => {
      const path = join(folder, `seed-${index}`)
      execFileSync('gcc', [...list, '-nostdlib', '-Wl,-z,noseparate-code', '-Wl,-z,max-page-size=64', source, '-o', path], {
        stdio: 'ignore',
      })
      return new Uint8Array(readFileSync(path))
    })
    const [, , shared] = files
    if (shared !== undefined) {
      const bare = shared.slice()
      bare.fill(0, 40, 48).fill(0, 60, 64)
      files.push(bare)
    }
    return files
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function bigEndianSeed(): Uint8Array {
  const strings = new ByteWriter().uint(0, 1).text('first').text('second@@V1').done()
  const symbols = new ByteWriter(false, false).bytes(new Uint8Array(16))
  for (const name of [1, 7])
    symbols
      .uint(name, 4)
      .uint(0x1000 + name, 4)
      .uint(4, 4)
      .uint(0x12, 1)
      .uint(0, 1)
      .uint(1, 2)
  const note = new ByteWriter(false, false).uint(4, 4).uint(8, 4).uint(3, 4).text('GNU').bytes([1, 2, 3, 4, 5, 6, 7, 8]).done()
  const zstd = new ByteWriter(false, false)
    .uint(2, 4)
    .uint(1000, 4)
    .uint(1, 4)
    .bytes(zstdCompressSync(new Uint8Array(1000)))
    .done()
  return buildElf({
    is64: false,
    little: false,
    extendedNumbering: true,
    segments: [{ type: 1, address: 0x1000, fileSize: 64 }],
    sections: [
      { name: '.text', flags: 6, address: 0x1000, data: new Uint8Array(32) },
      { name: '.strtab', type: 3, data: strings },
      { name: '.symtab', type: 2, data: symbols.done(), link: 2, entrySize: 16 },
      { name: '.note.gnu.build-id', type: 7, data: note, alignment: 4 },
      { name: '.debug_str', flags: 0x800, data: zstd },
      { name: '.gnu_debuglink', data: new ByteWriter(false).text('program.debug').align(4).uint(0x12345678, 4).done() },
    ],
  })
}

interface Change {
  readonly at: number
  readonly width: 0 | 1 | 2 | 4 | 8
  readonly value: bigint
}

// Most of what matters is in the first bytes (headers) and the last (section headers).
const position = fc.oneof(fc.integer({ min: 0, max: 256 }), fc.integer({ min: -800, max: -1 }), fc.integer({ min: 0, max: 40000 }))
const value = fc.oneof(
  fc.constantFrom(0n, 1n, 0xffn, 0xffffn, 0xfffen, 0x7fffffffn, 0xffffffffn, 0x7fffffffffffffffn, 0xffffffffffffffffn, 0xfffffffffffff000n),
  fc.bigInt({ min: 0n, max: 0xffffn }),
  fc.bigInt({ min: 0n, max: 0xffffffffffffffffn }),
)
const change: fc.Arbitrary<Change> = fc.record({ at: position, width: fc.constantFrom(0, 1, 1, 2, 4, 8), value })

function apply(seed: Uint8Array, changes: readonly Change[], cut: number): Uint8Array {
  const bytes = new Uint8Array(seed)
  for (const { at, width, value: number } of changes) {
    const start = at < 0 ? bytes.length + at : at % bytes.length
    if (start < 0) continue
    // Width 0 flips one bit.
    if (width === 0) bytes[start] = (bytes[start] ?? 0) ^ (1 << Number(number & 7n))
    for (let index = 0; index < width && start + index < bytes.length; index++)
      bytes[start + index] = Number((number >> BigInt(index * 8)) & 255n)
  }
  return cut === 0 ? bytes : bytes.subarray(0, bytes.length - (cut % bytes.length))
}

/** Everything the reader offers. */
function readAll(bytes: Uint8Array): void {
  using elf = ElfFile.open(new BufferSource(bytes, 'mutant'))
  for (const section of elf.sections.slice(0, 200)) {
    elf.tryData(section.name)
    elf.readSection(section, 8, new Uint8Array(16), 0, 16)
    attempt(() => elf.sectionSize(section))
    attempt(() => elf.isPlain(section))
  }
  let notes = 0
  for (const note of elf.notes()) notes += note.descriptor.length
  assert.ok(notes <= bytes.length * 16)
  void elf.buildId
  void elf.debugLink
  void elf.hasDebugInfo
  elf.dynamicEntries()
  for (const segment of elf.segments.slice(0, 200)) {
    elf.offsetOf(segment.address)
    elf.biasOf(0x7f0000000000, segment.offset)
  }
  let count = 0
  for (const symbol of elf.symbols) {
    elf.symbols.find(symbol.name)
    elf.symbols.at(symbol.address)
    elf.symbols.at(symbol.address + symbol.size)
    if (++count === 200) break
  }
}

function attempt(action: () => unknown): void {
  try {
    action()
  } catch (error) {
    if (!(error instanceof InvivoError)) throw error
  }
}

suite('damaged ELF files', { skip: missing('gcc') }, () => {
  test(`${CASES} mutations of real files end with a result or an InvivoError`, () => {
    const files = [...seeds(), bigEndianSeed()]
    for (const file of files) readAll(file)
    const before = process.memoryUsage.rss()
    fc.assert(
      fc.property(
        fc.nat({ max: files.length - 1 }),
        fc.array(change, { minLength: 1, maxLength: 6 }),
        fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat({ max: 40000 })),
        (file, changes, cut) => {
          const bytes = apply(files[file] ?? new Uint8Array(0), changes, cut)
          const start = performance.now()
          attempt(() => readAll(bytes))
          const took = performance.now() - start
          assert.ok(took < MAX_MILLISECONDS, `${took} ms`)
        },
      ),
      { numRuns: CASES },
    )
    assert.ok(process.memoryUsage.rss() - before < 200 << 20)
  })

  test('random bytes behind the magic number', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2),
        fc.constantFrom(1, 2),
        fc.uint8Array({ minLength: 0, maxLength: 400 }),
        (fileClass, order, rest) => {
          attempt(() => readAll(Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, fileClass, order, ...rest])))
        },
      ),
      { numRuns: 500 },
    )
  })
})
