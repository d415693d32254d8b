/**
 * One ELF file, opened: its header, sections and segments, and on demand the contents of sections, its notes, build-id, debug
 * link, dynamic entries and symbols. Sections are read one by one when asked for, never the whole file. A file without section
 * headers (stripped of them, or a core dump, or the vdso) has what its segments tell.
 * The tables: header.ts; symbols: symbol-table.ts; debug information: ../dwarf/.
 */
import { InvivoError } from '../../errors.ts'
import { FileSource, type ByteSource } from '../byte-source.ts'
import { inflate, readCompressedHeader } from './compression.ts'
import { DT, NT_GNU_BUILD_ID, PT, SHF, SHT } from './constants.ts'
import { readTables, type ElfHeader, type ElfSection, type ElfSegment } from './header.ts'
import { readNotes, type ElfNote } from './notes.ts'
import { readPltSymbols } from './plt-symbols.ts'
import { ElfReader } from './reader.ts'
import { SymbolTable, type SymbolRegion } from './symbol-table.ts'

/** `.gnu_debuglink`: the name of the file that has the debug sections, and its CRC-32. */
export interface DebugLink {
  readonly name: string
  readonly crc: number
}

export interface DynamicEntry {
  /** d_tag: one of DT, or any other. */
  readonly tag: number
  /** d_un, as an address. */
  readonly value: number
}

/** Notes larger than this are not those of a program; a core of 100,000 mappings has 10 MB. */
const MAX_NOTES = 1 << 28

export class ElfFile implements Disposable {
  readonly source: ByteSource
  readonly header: ElfHeader
  readonly byteOrder: 'little' | 'big'
  readonly addressSize: 4 | 8
  readonly sections: readonly ElfSection[]
  readonly segments: readonly ElfSegment[]
  /** Segments of type PT_LOAD, by address. */
  readonly loadSegments: readonly ElfSegment[]
  /** What had to be left out because the file is damaged, a sentence each. */
  readonly problems: string[] = []
  readonly #byName = new Map<string, ElfSection>()
  #buildId: string | null | undefined
  #symbols: SymbolTable | undefined

  /**
   * @param source closed with this.
   * @throws InvivoError NOT_FOUND, PERMISSION, NOT_ELF, BAD_ELF.
   */
  static open(source: string | ByteSource): ElfFile {
    const bytes = typeof source === 'string' ? new FileSource(source) : source
    try {
      return new ElfFile(bytes)
    } catch (error) {
      bytes[Symbol.dispose]()
      throw error
    }
  }

  private constructor(source: ByteSource) {
    this.source = source
    const { header, sections, segments } = readTables(source, this.problems)
    this.header = header
    this.byteOrder = header.little ? 'little' : 'big'
    this.addressSize = header.is64 ? 8 : 4
    this.sections = sections
    this.segments = segments
    this.loadSegments = segments.filter((segment) => segment.type === PT.LOAD).sort((a, b) => a.address - b.address)
    for (const section of sections) if (section.name !== '' && !this.#byName.has(section.name)) this.#byName.set(section.name, section)
  }

  get path(): string {
    return this.source.path
  }

  /** The first section of that name; `.debug_x` also finds the older `.zdebug_x`. */
  section(name: string): ElfSection | undefined {
    return this.#byName.get(name) ?? (name.startsWith('.debug_') ? this.#byName.get(`.z${name.slice(1)}`) : undefined)
  }

  /** True when the section's bytes are in this file as they are: {@link readSection} works, nothing need be inflated. */
  isPlain(section: ElfSection): boolean {
    return section.type !== SHT.NOBITS && readCompressedHeader(this.source, this.header, section) === undefined
  }

  /**
   * Bytes of the section once inflated; 0 for SHT_NOBITS.
   * @throws InvivoError BAD_ELF, UNSUPPORTED, for compressed sections.
   */
  sectionSize(section: ElfSection): number {
    if (section.type === SHT.NOBITS) return 0
    return readCompressedHeader(this.source, this.header, section)?.size ?? section.size
  }

  /**
   * All of a section, inflated; empty for SHT_NOBITS. Not kept here.
   * @throws InvivoError BAD_ELF when it goes beyond the end of the file or does not inflate; UNSUPPORTED compression.
   */
  sectionData(section: ElfSection): Uint8Array<ArrayBuffer> {
    if (section.type === SHT.NOBITS) return new Uint8Array(0)
    if (!(section.offset + section.size <= this.source.size)) {
      const where = `0x${section.offset.toString(16)} + 0x${section.size.toString(16)}`
      throw new InvivoError(
        'BAD_ELF',
        `cannot read section ${section.name || section.index} of ${this.path}: ${where} is beyond the end of the file (${this.source.size} bytes); it is truncated or damaged`,
        { file: this.path, section: section.name },
      )
    }
    const compression = readCompressedHeader(this.source, this.header, section)
    const bytes = this.source.read(section.offset, section.size)
    return compression === undefined ? bytes : inflate(this.source, section, compression, bytes)
  }

  /**
   * A part of a section that {@link isPlain}.
   * @returns bytes copied: fewer than `length` only at the end of the section or of a truncated file.
   */
  readSection(section: ElfSection, offset: number, into: Uint8Array, at: number, length: number): number {
    if (section.type === SHT.NOBITS || !(offset >= 0 && offset < section.size)) return 0
    return this.source.readInto(section.offset + offset, into, at, Math.min(length, section.size - offset))
  }

  /** Contents of the section of that name; undefined when there is none or it cannot be read, with a sentence in {@link problems}. */
  tryData(name: string): Uint8Array<ArrayBuffer> | undefined {
    const section = this.section(name)
    return section === undefined ? undefined : this.#try(section)
  }

  /** Notes of the sections, or where there are none, of the segments (a debug file's segments describe another file's bytes). */
  *notes(): Generator<ElfNote> {
    const sections = this.sections.filter((section) => section.type === SHT.NOTE && section.size > 0)
    const places =
      sections.length > 0
        ? sections.map(({ offset, size, alignment }) => ({ offset, size, alignment }))
        : this.segments
            .filter((segment) => segment.type === PT.NOTE)
            .map(({ offset, fileSize, alignment }) => ({ offset, size: fileSize, alignment }))
    let total = 0
    for (const { offset, size, alignment } of places) {
      const available = Math.min(size, Math.max(0, this.source.size - offset))
      total += available
      if (available < size) this.problems.push(`${this.path}: notes at offset 0x${offset.toString(16)} go beyond the end of the file`)
      if (total > MAX_NOTES) {
        this.problems.push(`${this.path}: ${total} bytes of notes are more than this version reads (${MAX_NOTES})`)
        return
      }
      if (available > 0) yield* readNotes(this.source.read(offset, available), this.header.little, alignment)
    }
  }

  /** The GNU build-id in lower-case hex. */
  get buildId(): string | undefined {
    if (this.#buildId === undefined) {
      this.#buildId = null
      for (const { name, type, descriptor } of this.notes()) {
        // 20 bytes of SHA-1 is what linkers write; some write 8, 16 or 32.
        if (name !== 'GNU' || type !== NT_GNU_BUILD_ID || descriptor.length === 0 || descriptor.length > 64) continue
        this.#buildId = Buffer.from(descriptor).toString('hex')
        break
      }
    }
    return this.#buildId ?? undefined
  }

  get debugLink(): DebugLink | undefined {
    const bytes = this.tryData('.gnu_debuglink')
    if (bytes === undefined) return undefined
    const end = bytes.indexOf(0)
    const crcAt = (end + 4) & ~3
    if (end <= 0 || crcAt + 4 > bytes.length) {
      this.problems.push(`${this.path}: its .gnu_debuglink has no name and checksum`)
      return undefined
    }
    return { name: Buffer.from(bytes.buffer).toString('utf8', 0, end), crc: new ElfReader(bytes, this.header.little, true).u32(crcAt) }
  }

  /** DWARF, of any version. */
  get hasDebugInfo(): boolean {
    const section = this.section('.debug_info')
    return section !== undefined && section.type !== SHT.NOBITS && section.size > 0
  }

  /** `.symtab`, else `.dynsym`, else what the dynamic segment tells of the latter; empty when there is none. */
  get symbols(): SymbolTable {
    this.#symbols ??= this.#readSymbols()
    return this.#symbols
  }

  /** Entries of PT_DYNAMIC up to DT_NULL. */
  dynamicEntries(): DynamicEntry[] {
    const segment = this.segments.find(({ type }) => type === PT.DYNAMIC)
    const entries: DynamicEntry[] = []
    if (segment === undefined) return entries
    const entrySize = 2 * this.addressSize
    // Real ones have 30 entries.
    const size = Math.min(segment.fileSize, Math.max(0, this.source.size - segment.offset), 4096 * entrySize)
    if (size < entrySize) return entries
    const reader = new ElfReader(this.source.read(segment.offset, size), this.header.little, this.header.is64)
    for (let at = 0; at + entrySize <= size; at += entrySize) {
      const tag = reader.address(at)
      if (tag === DT.NULL) break
      entries.push({ tag, value: reader.address(at + this.addressSize) })
    }
    return entries
  }

  /** Where in the file the bytes of a link-time address are; undefined when they are not there (.bss, not loaded). */
  offsetOf(address: number): number | undefined {
    for (const segment of this.loadSegments)
      if (address >= segment.address && address < segment.address + segment.fileSize) return address - segment.address + segment.offset
    return undefined
  }

  /**
   * Run-time minus link-time addresses, from the lowest mapping of this file: of a later one it may not be told, since one page
   * of the file can be the end of one segment and the start of the next.
   * @param start run-time address of the mapping; @param fileOffset offset in the file of its first byte.
   * @returns undefined when no segment has these bytes.
   */
  biasOf(start: number, fileOffset: number): number | undefined {
    // A mapping starts at the page its segment starts in: such a segment goes before one that merely contains the offset.
    let containing: ElfSegment | undefined
    for (const segment of this.loadSegments) {
      const slack = segment.offset - fileOffset
      if (slack >= 0 && slack < Math.min(segment.alignment || 4096, 4096) && segment.fileSize > 0) return start + slack - segment.address
      if (slack < 0 && -slack < segment.fileSize) containing ??= segment
    }
    return containing === undefined ? undefined : start + (containing.offset - fileOffset) - containing.address
  }

  [Symbol.dispose](): void {
    this.source[Symbol.dispose]()
  }

  #try(section: ElfSection): Uint8Array<ArrayBuffer> | undefined {
    try {
      return this.sectionData(section)
    } catch (error) {
      if (!(error instanceof InvivoError)) throw error
      this.problems.push(error.message)
      return undefined
    }
  }

  #readSymbols(): SymbolTable {
    const { header } = this
    const ofType = (type: number): ElfSection | undefined => this.sections.find((section) => section.type === type && section.size > 0)
    const section = ofType(SHT.SYMTAB) ?? ofType(SHT.DYNSYM)
    const empty = new Uint8Array(0)
    if (section === undefined)
      return this.#dynamicSymbols() ?? new SymbolTable({ header, entries: empty, strings: empty, extendedIndices: empty, regions: [] })
    const strings = this.sections[section.link]
    const extended = this.sections.find(({ type, link }) => type === SHT.SYMTAB_SHNDX && link === section.index)
    return new SymbolTable({
      header,
      entries: this.#try(section) ?? empty,
      strings: (strings === undefined ? undefined : this.#try(strings)) ?? empty,
      extendedIndices: (extended === undefined ? undefined : this.#try(extended)) ?? empty,
      regions: this.#regions(),
      synthetic: () => readPltSymbols(this),
    })
  }

  #regions(): SymbolRegion[] {
    const loaded = this.sections.filter(({ flags, size }) => (flags & SHF.ALLOC) !== 0 && (flags & SHF.TLS) === 0 && size > 0)
    if (loaded.length > 0) return loaded.map(({ address, size }) => ({ start: address, end: address + size }))
    return this.loadSegments.map(({ address, memorySize }) => ({ start: address, end: address + memorySize }))
  }

  /** The dynamic symbols of a file without section headers. Their number is told by the hash tables only. */
  #dynamicSymbols(): SymbolTable | undefined {
    const values = new Map<number, number>()
    for (const { tag, value } of this.dynamicEntries()) if (!values.has(tag)) values.set(tag, value)
    const place = (tag: number): number | undefined => {
      const address = values.get(tag)
      return address === undefined ? undefined : this.offsetOf(address)
    }
    const symbolsAt = place(DT.SYMTAB)
    const stringsAt = place(DT.STRTAB)
    const stringsSize = values.get(DT.STRSZ) ?? 0
    if (symbolsAt === undefined || stringsAt === undefined || stringsAt + stringsSize > this.source.size) return undefined
    const count = this.#sysvHashCount(place(DT.HASH)) ?? this.#gnuHashCount(place(DT.GNU_HASH)) ?? 0
    const entrySize = this.header.is64 ? 24 : 16
    if (count === 0 || symbolsAt + count * entrySize > this.source.size) return undefined
    return new SymbolTable({
      header: this.header,
      entries: this.source.read(symbolsAt, count * entrySize),
      strings: this.source.read(stringsAt, stringsSize),
      extendedIndices: new Uint8Array(0),
      regions: this.#regions(),
    })
  }

  /** DT_HASH: nbucket, nchain; there is one chain entry a symbol. Its words are of 4 bytes but on Alpha and 64-bit S/390. */
  #sysvHashCount(at: number | undefined): number | undefined {
    if (at === undefined || at + 8 > this.source.size) return undefined
    return new ElfReader(this.source.read(at, 8), this.header.little, this.header.is64).u32(4)
  }

  /** DT_GNU_HASH: the last chain of the highest bucket ends at the last symbol. */
  #gnuHashCount(at: number | undefined): number | undefined {
    if (at === undefined || at + 16 > this.source.size) return undefined
    const { little, is64 } = this.header
    const head = new ElfReader(this.source.read(at, 16), little, is64)
    const buckets = head.u32(0)
    const firstHashed = head.u32(4)
    const bucketsAt = at + 16 + head.u32(8) * this.addressSize
    const chainsAt = bucketsAt + buckets * 4
    if (chainsAt > this.source.size) return undefined
    const bucketReader = new ElfReader(this.source.read(bucketsAt, buckets * 4), little, is64)
    let last = 0
    for (let index = 0; index < buckets; index++) last = Math.max(last, bucketReader.u32(index * 4))
    if (last < firstHashed) return firstHashed
    const chunk = new Uint8Array(4096)
    for (let index = last; ;) {
      const size = this.source.readInto(chainsAt + (index - firstHashed) * 4, chunk, 0, chunk.length)
      const reader = new ElfReader(chunk, little, is64)
      if (size < 4) return undefined
      for (let offset = 0; offset + 4 <= size; offset += 4, index++) if ((reader.u32(offset) & 1) === 1) return index + 1
    }
  }
}
