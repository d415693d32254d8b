/**
 * The file header, the section headers and the program headers of ELF (gABI chapter 4, "ELF Header" and "Sections"; chapter 5,
 * "Program Header"), with the extended numbering of files that have more than 65,279 sections or 65,534 segments. The section
 * table is optional: a file without one, or with a damaged one, still has its segments. What is in the sections: elf-file.ts.
 */
import { InvivoError } from '../../errors.ts'
import type { ByteSource } from '../byte-source.ts'
import { PN_XNUM, SHN, SHT } from './constants.ts'
import { ElfReader } from './reader.ts'

export interface ElfHeader {
  readonly is64: boolean
  readonly little: boolean
  /** e_type: one of ET. */
  readonly type: number
  /** e_machine: one of EM, or any other. */
  readonly machine: number
  readonly entry: number
  /** e_flags: machine-dependent. */
  readonly flags: number
}

export interface ElfSection {
  readonly index: number
  readonly name: string
  /** sh_type: one of SHT, or any other. */
  readonly type: number
  /** sh_flags: bits of SHF. */
  readonly flags: number
  /** Link-time address, 0 when not loaded. */
  readonly address: number
  readonly offset: number
  /** In the file (but for SHT_NOBITS, which has no bytes there): of a compressed section, the compressed size. */
  readonly size: number
  readonly link: number
  readonly info: number
  readonly alignment: number
  readonly entrySize: number
}

export interface ElfSegment {
  readonly index: number
  /** p_type: one of PT, or any other. */
  readonly type: number
  /** p_flags: bits of PF. */
  readonly flags: number
  readonly offset: number
  /** Link-time address. */
  readonly address: number
  readonly fileSize: number
  readonly memorySize: number
  readonly alignment: number
}

export interface ElfTables {
  readonly header: ElfHeader
  readonly sections: readonly ElfSection[]
  readonly segments: readonly ElfSegment[]
}

/** More entries than any toolchain makes; keeps a hostile table from costing gigabytes of objects. */
const MAX_ENTRIES = 1 << 20

/**
 * @param problems gets a sentence for each table that had to be left out.
 * @throws InvivoError NOT_ELF, BAD_ELF when the header itself makes no sense.
 */
export function readTables(source: ByteSource, problems: string[]): ElfTables {
  const ident = new Uint8Array(64)
  const available = source.readInto(0, ident, 0, 64)
  if (available < 4 || ident[0] !== 0x7f || ident[1] !== 0x45 || ident[2] !== 0x4c || ident[3] !== 0x46) {
    const what = available === 0 ? 'it is empty' : 'it does not start with the ELF magic number'
    throw new InvivoError('NOT_ELF', `${source.path} is not an ELF file: ${what}`, { file: source.path })
  }
  const bad = (why: string): InvivoError =>
    new InvivoError('BAD_ELF', `cannot read the ELF header of ${source.path}: ${why}`, { file: source.path, offset: 0 })
  const fileClass = ident[4]
  const data = ident[5]
  if (fileClass !== 1 && fileClass !== 2) throw bad(`EI_CLASS is ${fileClass}, not 1 (32 bits) or 2 (64 bits)`)
  if (data !== 1 && data !== 2) throw bad(`EI_DATA is ${data}, not 1 (little-endian) or 2 (big-endian)`)
  const is64 = fileClass === 2
  const little = data === 1
  if (available < (is64 ? 64 : 52)) throw bad(`the file ends after ${available} bytes`)

  const reader = new ElfReader(ident, little, is64)
  const header: ElfHeader = {
    is64,
    little,
    type: reader.u16(16),
    machine: reader.u16(18),
    entry: reader.address(24),
    flags: reader.u32(is64 ? 48 : 36),
  }
  const segmentsAt = reader.word(is64 ? 32 : 28)
  const sectionsAt = reader.word(is64 ? 40 : 32)
  const counts = is64 ? 54 : 42
  const segmentEntry = reader.u16(counts)
  let segmentCount = reader.u16(counts + 2)
  const sectionEntry = reader.u16(counts + 4)
  let sectionCount = reader.u16(counts + 6)
  let namesIndex = reader.u16(counts + 8)

  // Section 0 carries the numbers that do not fit the header: sh_size, sh_link and sh_info.
  const minimumSection = is64 ? 64 : 40
  if (sectionsAt !== 0 && sectionEntry >= minimumSection && sectionsAt + minimumSection <= source.size) {
    const zero = new ElfReader(source.read(sectionsAt, minimumSection), little, is64)
    if (sectionCount === 0) sectionCount = zero.word(is64 ? 32 : 20)
    if (namesIndex === SHN.XINDEX) namesIndex = zero.u32(is64 ? 40 : 24)
    if (segmentCount === PN_XNUM) segmentCount = zero.u32(is64 ? 44 : 28)
  }

  const table = (what: string, at: number, count: number, entry: number, minimum: number): ElfReader | undefined => {
    if (at === 0 || count === 0) return undefined
    const size = count * entry
    let why: string | undefined
    if (entry < minimum) why = `an entry of ${entry} bytes is too small`
    else if (count > MAX_ENTRIES) why = `${count} entries are more than this version takes (${MAX_ENTRIES})`
    else if (at + size > source.size) why = `${count} entries at offset 0x${at.toString(16)} go beyond the end of the file`
    if (why === undefined) return new ElfReader(source.read(at, size), little, is64)
    problems.push(`${source.path}: the ${what} table is left out: ${why}`)
    return undefined
  }

  const segmentReader = table('segment', segmentsAt, segmentCount, segmentEntry, is64 ? 56 : 32)
  const segments = segmentReader === undefined ? [] : readSegments(segmentReader, segmentCount, segmentEntry)
  const sectionReader = table('section', sectionsAt, sectionCount, sectionEntry, minimumSection)
  const sections = sectionReader === undefined ? [] : readSections(source, sectionReader, sectionCount, sectionEntry, namesIndex, problems)
  return { header, sections, segments }
}

function readSegments(reader: ElfReader, count: number, entrySize: number): ElfSegment[] {
  const segments: ElfSegment[] = []
  for (let index = 0; index < count; index++) {
    const at = index * entrySize
    segments.push(
      reader.is64
        ? {
            index,
            type: reader.u32(at),
            flags: reader.u32(at + 4),
            offset: reader.u64(at + 8),
            address: reader.s64(at + 16),
            fileSize: reader.u64(at + 32),
            memorySize: reader.u64(at + 40),
            alignment: reader.u64(at + 48),
          }
        : {
            index,
            type: reader.u32(at),
            flags: reader.u32(at + 24),
            offset: reader.u32(at + 4),
            address: reader.u32(at + 8),
            fileSize: reader.u32(at + 16),
            memorySize: reader.u32(at + 20),
            alignment: reader.u32(at + 28),
          },
    )
  }
  return segments
}

function readSections(
  source: ByteSource,
  reader: ElfReader,
  count: number,
  entrySize: number,
  namesIndex: number,
  problems: string[],
): ElfSection[] {
  const { is64 } = reader
  const wide = is64 ? 8 : 4
  const names = readNames(source, reader, namesIndex < count ? namesIndex * entrySize : -1, problems)
  const sections: ElfSection[] = []
  // Names share suffixes (`.rela.text`), so that their sum may exceed the table's size, but not by much.
  let budget = 4 * names.length
  for (let index = 0; index < count; index++) {
    const at = index * entrySize
    const afterSize = at + 8 + 4 * wide
    const name = budget > 0 ? sectionName(names, reader.u32(at)) : ''
    budget -= name.length
    sections.push({
      index,
      name,
      type: reader.u32(at + 4),
      flags: reader.word(at + 8),
      address: reader.address(at + 8 + wide),
      offset: reader.word(at + 8 + 2 * wide),
      size: reader.word(at + 8 + 3 * wide),
      link: reader.u32(afterSize),
      info: reader.u32(afterSize + 4),
      alignment: reader.word(afterSize + 8),
      entrySize: reader.word(afterSize + 8 + wide),
    })
  }
  return sections
}

/** @param at of the header of the section that holds the names; -1: there is none. */
function readNames(source: ByteSource, reader: ElfReader, at: number, problems: string[]): Buffer {
  if (at < 0 || reader.u32(at + 4) === SHT.NOBITS) return Buffer.alloc(0)
  const wide = reader.is64 ? 8 : 4
  const offset = reader.word(at + 8 + 2 * wide)
  const size = reader.word(at + 8 + 3 * wide)
  // 64 MiB of section names: 60 for each of a million sections.
  if (size <= 1 << 26 && offset + size <= source.size) return Buffer.from(source.read(offset, size).buffer)
  problems.push(`${source.path}: sections have no names: their string table goes beyond the end of the file`)
  return Buffer.alloc(0)
}

/** Longer names exist in no toolchain. */
const MAX_NAME = 1024

function sectionName(names: Buffer, at: number): string {
  if (at >= names.length) return ''
  const candidate = names.subarray(at, at + MAX_NAME)
  const end = candidate.indexOf(0)
  return candidate.toString('utf8', 0, end === -1 ? candidate.length : end)
}
