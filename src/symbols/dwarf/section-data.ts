/**
 * The bytes of one debug section under their own offsets. The whole section has its place in one array whose memory the system
 * provides only where it is touched; pieces are read from the file when somebody is about to look at them (`ensure`). So offsets
 * need no translation anywhere, and looking up one type of a 160 MB section costs a few pages. Compressed sections are inflated
 * as a whole, when first looked at.
 */
import { InvivoError } from '../../errors.ts'
import type { ByteSource } from '../byte-source.ts'
import type { ElfFile } from '../elf/elf-file.ts'

/** Bytes read at once: one struct with what it refers to is mostly within. */
const PAGE = 1 << 14
/** Offsets are kept in 32 bits. */
const MAX_SIZE = 0xffff_ffff
/** Bytes: C++ has names of 10,000, and Clang's producers list every option. */
const MAX_STRING = 1 << 16

export class SectionData {
  readonly name: string
  readonly size: number
  readonly bytes: Buffer
  readonly view: DataView
  readonly #source: ByteSource | undefined
  /** Gives the contents of a compressed section, once. */
  #inflate: (() => Uint8Array) | undefined
  readonly #fileOffset: number
  /** One a page: 1 when read. */
  readonly #loaded: Uint8Array
  /** The range last asked for, rounded to pages: most questions are about it again. */
  #from = 0
  #to = 0

  /**
   * A section of that name; an empty one when there is none.
   * @throws InvivoError BAD_ELF when it cannot be inflated; UNSUPPORTED beyond 4 GiB.
   */
  static open(elf: ElfFile, name: string): SectionData {
    const section = elf.section(name)
    if (section === undefined || section.type === SHT_NOBITS) return new SectionData(name, 0, Buffer.alloc(0))
    const compressed = Math.floor(section.flags / SHF_COMPRESSED) % 2 === 1 || section.name.startsWith('.z')
    const size = compressed ? elf.sectionSize(section) : Math.max(0, Math.min(section.size, elf.source.size - section.offset))
    if (size > MAX_SIZE)
      throw new InvivoError('UNSUPPORTED', `cannot read ${name} of ${elf.path}: sections beyond 4 GiB are not handled by this version`, {
        file: elf.path,
        section: name,
      })
    const bytes = Buffer.from(new ArrayBuffer(size))
    if (compressed) return new SectionData(name, size, bytes, () => elf.sectionData(section))
    return new SectionData(name, size, bytes, elf.source, section.offset)
  }

  /** @param source of the bytes; none: they are there. */
  constructor(name: string, size: number, bytes: Buffer, source?: ByteSource | (() => Uint8Array), fileOffset = 0) {
    this.name = name
    this.size = size
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, size)
    if (typeof source === 'function') this.#inflate = source
    else this.#source = source
    this.#fileOffset = fileOffset
    this.#loaded = new Uint8Array(this.#source === undefined ? 0 : Math.ceil(size / PAGE))
    if (source === undefined) this.#to = Number.MAX_SAFE_INTEGER
  }

  /** Where this section can be read piece by piece; undefined when it is in memory as a whole. */
  get file(): { readonly source: ByteSource; readonly offset: number } | undefined {
    return this.#source === undefined ? undefined : { source: this.#source, offset: this.#fileOffset }
  }

  /** Makes the bytes of `[from, to)` present, as far as the section goes. */
  ensure(from: number, to: number): void {
    if (from >= this.#from && to <= this.#to) return
    this.#load(from, Math.min(to, this.size))
  }

  /** Makes the whole section present. */
  ensureAll(): Buffer {
    this.ensure(0, this.size)
    return this.bytes
  }

  /** Bytes up to the next zero at `offset`, decoded; empty beyond the end, cut where it is longer than any name. */
  string(offset: number): string {
    if (!(offset >= 0 && offset < this.size)) return ''
    for (let length = 256; ; length *= 4) {
      this.ensure(offset, offset + length)
      const limit = Math.min(this.size, offset + Math.min(length, MAX_STRING))
      const end = this.#zero(offset, limit)
      if (end >= 0) return this.bytes.toString('utf8', offset, end)
      if (limit === this.size || length >= MAX_STRING) return this.bytes.toString('utf8', offset, limit)
    }
  }

  /** Most strings are short: a loop here is faster than a call out of the engine. */
  #zero(from: number, to: number): number {
    const { bytes } = this
    for (let at = from; at < to; at++) if (bytes[at] === 0) return at
    return -1
  }

  #load(from: number, to: number): void {
    if (this.#inflate !== undefined) {
      this.bytes.set(this.#inflate().subarray(0, this.size))
      this.#inflate = undefined
      this.#to = Number.MAX_SAFE_INTEGER
    }
    if (this.#source === undefined || !(from >= 0 && from < to)) return
    const first = Math.floor(from / PAGE)
    const last = Math.ceil(to / PAGE)
    for (let page = first; page < last; page++) {
      if (this.#loaded[page] === 1) continue
      let end = page + 1
      while (end < last && this.#loaded[end] === 0) end++
      const start = page * PAGE
      const length = Math.min(this.size, end * PAGE) - start
      const count = this.#source.readInto(this.#fileOffset + start, this.bytes, start, length)
      if (count !== length)
        throw new InvivoError('BAD_ELF', `cannot read ${this.name} of ${this.#source.path}: the file ended; was it replaced meanwhile?`, {
          file: this.#source.path,
          section: this.name,
          offset: start + count,
        })
      this.#loaded.fill(1, page, end)
      page = end - 1
    }
    this.#from = first * PAGE
    this.#to = Math.min(this.size, last * PAGE)
    // A question may reach beyond the end of the section: there is nothing more to read.
    if (this.#to === this.size) this.#to = Number.MAX_SAFE_INTEGER
  }
}

const SHT_NOBITS = 8
const SHF_COMPRESSED = 0x800
