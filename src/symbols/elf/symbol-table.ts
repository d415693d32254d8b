/**
 * A symbol table (gABI chapter 4, "Symbol Table") as flat typed arrays: by address, and by name through a hash of the name's
 * bytes. Nothing is decoded until asked for: libLLVM has 100,000 symbols, of which a script wants three. Which section or
 * segment the table comes from is elf-file.ts' business.
 *
 * Left out: undefined symbols, sections, files, and the mapping symbols of ARM, AArch64 and RISC-V (`$x`, `$d`). The version
 * after `@` is not part of a name.
 */
import { EM, SHN, STB, STT } from './constants.ts'
import type { ElfHeader } from './header.ts'
import { ElfReader } from './reader.ts'

export interface ElfSymbol {
  readonly name: string
  /** Link-time address; for `tls` the offset in the module's thread-local block; for `absolute` just a number. */
  readonly address: number
  /** Bytes; 0 where the assembler was not told. */
  readonly size: number
  readonly kind: 'function' | 'object' | 'tls' | 'other'
  readonly binding: 'local' | 'global' | 'weak'
  /** Not an address: SHN_ABS. */
  readonly absolute: boolean
}

export interface SymbolTableInput {
  readonly header: ElfHeader
  /** Whole entries: Elf32_Sym or Elf64_Sym. */
  readonly entries: Uint8Array
  readonly strings: Uint8Array
  /** Contents of SHT_SYMTAB_SHNDX: the section indices that do not fit st_shndx. Empty when there is none. */
  readonly extendedIndices: Uint8Array
  /** What is loaded where, ascending: a symbol without a size reaches to the end of its region at most. */
  readonly regions: readonly SymbolRegion[]
  /** Symbols no table has, ascending and apart, asked when the table has none for an address. Made when first needed. */
  readonly synthetic?: () => readonly ElfSymbol[]
}

export interface SymbolRegion {
  readonly start: number
  readonly end: number
}

/** Bits of #kinds: what a symbol is, and how good a name for its address. */
const KIND_MASK = 3
const FUNCTION = 0
const OBJECT = 1
const OTHER = 2
const TLS = 3
const BINDING_SHIFT = 2
const GLOBAL = 0
const WEAK = 1
const LOCAL = 2
const ABSOLUTE = 16

/** Hashed bytes of a name: bounds the work on a table whose names all share one megabyte. */
const MAX_HASHED = 512
/** Longer names are cut: the longest seen in C++ and Rust programs are 20 KB. */
const MAX_NAME = 1 << 16

export class SymbolTable {
  /** Usable symbols. */
  readonly count: number
  readonly #strings: Buffer
  readonly #nameOffsets: Uint32Array
  readonly #addresses: Float64Array
  readonly #sizes: Float64Array
  readonly #kinds: Uint8Array
  readonly #regions: readonly SymbolRegion[]
  readonly #readSynthetic: () => readonly ElfSymbol[]
  #synthetic: readonly ElfSymbol[] | undefined
  /** Symbols that have an address, by it, the best name of one address last; made by the first {@link at}. */
  #order: Uint32Array | undefined
  #sortedAddresses: Float64Array | undefined
  /** Hash heads and chains, index + 1; made by the first look-up of a name. */
  #heads: Uint32Array | undefined
  #next: Uint32Array | undefined

  constructor(input: SymbolTableInput) {
    const { header, entries, strings } = input
    const reader = new ElfReader(entries, header.little, header.is64)
    const extended = new ElfReader(input.extendedIndices, header.little, header.is64)
    const entrySize = header.is64 ? 24 : 16
    const capacity = Math.floor(entries.length / entrySize)
    const nameOffsets = new Uint32Array(capacity)
    const addresses = new Float64Array(capacity)
    const sizes = new Float64Array(capacity)
    const kinds = new Uint8Array(capacity)
    const mapping = header.machine === EM.ARM || header.machine === EM.AARCH64 || header.machine === EM.RISCV
    // Entry 0 is reserved, and undefined as well.
    let count = 0
    for (let index = 1; index < capacity; index++) {
      const at = index * entrySize
      const info = reader.u8(header.is64 ? at + 4 : at + 12)
      const type = info & 15
      if (type === STT.SECTION || type === STT.FILE) continue
      let section = reader.u16(header.is64 ? at + 6 : at + 14)
      if (section === SHN.XINDEX && (index + 1) * 4 <= extended.length) section = extended.u32(index * 4) === 0 ? SHN.UNDEF : SHN.XINDEX
      if (section === SHN.UNDEF || section === SHN.COMMON) continue
      const name = reader.u32(at)
      const first = name < strings.length ? strings[name] : 0
      if (first === 0 || (mapping && type === STT.NOTYPE && first === 0x24)) continue
      let address = reader.address(header.is64 ? at + 8 : at + 4)
      // Bit 0 of a function's address says Thumb.
      if (header.machine === EM.ARM && type === STT.FUNC && address % 2 === 1) address--
      const binding = info >> 4
      nameOffsets[count] = name
      addresses[count] = address
      sizes[count] = header.is64 ? reader.u64(at + 16) : reader.u32(at + 8)
      kinds[count] =
        (type === STT.FUNC || type === STT.GNU_IFUNC
          ? FUNCTION
          : type === STT.OBJECT || type === STT.COMMON
            ? OBJECT
            : type === STT.TLS
              ? TLS
              : OTHER) |
        ((binding === STB.LOCAL ? LOCAL : binding === STB.WEAK ? WEAK : GLOBAL) << BINDING_SHIFT) |
        (section === SHN.ABS ? ABSOLUTE : 0)
      count++
    }
    this.count = count
    this.#strings = Buffer.from(strings.buffer, strings.byteOffset, strings.byteLength)
    this.#nameOffsets = nameOffsets.subarray(0, count)
    this.#addresses = addresses.subarray(0, count)
    this.#sizes = sizes.subarray(0, count)
    this.#kinds = kinds.subarray(0, count)
    this.#regions = input.regions
    this.#readSynthetic = input.synthetic ?? (() => [])
  }

  /** The symbol of that name; of several the global one before a weak, a weak one before a local. */
  find(name: string): ElfSymbol | undefined {
    let best = -1
    for (const index of this.#indicesOf(name)) if (best === -1 || this.#bindingOf(index) < this.#bindingOf(best)) best = index
    return best === -1 ? undefined : this.#symbol(best)
  }

  /** All symbols of that name, in the table's order: static functions of several files, and versions. */
  findAll(name: string): ElfSymbol[] {
    return this.#indicesOf(name).map((index) => this.#symbol(index))
  }

  /**
   * The symbol that contains a link-time address: the innermost one whose size reaches it, else the nearest before it, when that
   * has no size and is in the same section. Of several at one address: one with a size before one without, functions before
   * objects, global ones before weak and weak before local ones. GDB's `info symbol` finds the same address.
   */
  at(address: number): ElfSymbol | undefined {
    this.#sort()
    const sorted = this.#sortedAddresses ?? new Float64Array(0)
    const order = this.#order ?? new Uint32Array(0)
    let low = 0
    let high = sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((sorted[middle] ?? 0) <= address) low = middle + 1
      else high = middle
    }
    let unsized = -1
    // Symbols nest a few deep at most (an entry point inside a function); a table of 100,000 that do not reach is not searched.
    for (let at = low - 1, past = 0; at >= 0 && past < MAX_PAST; at--) {
      const index = order[at] ?? 0
      const size = this.#sizes[index] ?? 0
      if (size === 0) {
        if (unsized === -1 && past === 0) unsized = index
      } else if (address - (sorted[at] ?? 0) < size) return this.#symbol(index)
      else past++
    }
    if (unsized !== -1 && this.#sameRegion(this.#addresses[unsized] ?? 0, address)) return this.#symbol(unsized)
    this.#synthetic ??= this.#readSynthetic()
    return this.#synthetic.find((symbol) => address >= symbol.address && address < symbol.address + symbol.size)
  }

  /** Every usable symbol, in the table's order. */
  *[Symbol.iterator](): Generator<ElfSymbol> {
    for (let index = 0; index < this.count; index++) yield this.#symbol(index)
  }

  #symbol(index: number): ElfSymbol {
    const bits = this.#kinds[index] ?? 0
    const kind = bits & KIND_MASK
    const binding = (bits >> BINDING_SHIFT) & 3
    return {
      name: this.#name(index),
      address: this.#addresses[index] ?? 0,
      size: this.#sizes[index] ?? 0,
      kind: kind === FUNCTION ? 'function' : kind === OBJECT ? 'object' : kind === TLS ? 'tls' : 'other',
      binding: binding === GLOBAL ? 'global' : binding === WEAK ? 'weak' : 'local',
      absolute: (bits & ABSOLUTE) !== 0,
    }
  }

  #bindingOf(index: number): number {
    return ((this.#kinds[index] ?? 0) >> BINDING_SHIFT) & 3
  }

  #name(index: number): string {
    const start = this.#nameOffsets[index] ?? 0
    return this.#strings.toString('utf8', start, this.#nameEnd(start))
  }

  #nameEnd(start: number): number {
    const strings = this.#strings
    const limit = Math.min(strings.length, start + MAX_NAME)
    let end = start
    while (end < limit && strings[end] !== 0 && !(strings[end] === AT && end > start)) end++
    return end
  }

  #indicesOf(name: string): number[] {
    const bytes = Buffer.from(name)
    const found: number[] = []
    if (bytes.length === 0 || bytes.length > MAX_NAME || this.count === 0) return found
    const { heads, next } = this.#names()
    const slot = hash(bytes, 0, bytes.length) & (heads.length - 1)
    for (let link = heads[slot] ?? 0; link !== 0; link = next[link - 1] ?? 0) {
      const start = this.#nameOffsets[link - 1] ?? 0
      const end = start + bytes.length
      if (end > this.#strings.length || this.#strings.compare(bytes, 0, bytes.length, start, end) !== 0) continue
      const after = end < this.#strings.length ? this.#strings[end] : 0
      if (after === 0 || after === AT || bytes.length === MAX_NAME) found.push(link - 1)
    }
    return found
  }

  #names(): { heads: Uint32Array; next: Uint32Array } {
    if (this.#heads !== undefined && this.#next !== undefined) return { heads: this.#heads, next: this.#next }
    const heads = new Uint32Array(2 ** Math.ceil(Math.log2(Math.max(2, this.count))))
    const next = new Uint32Array(this.count)
    // Backwards, so that chains run in the table's order.
    for (let index = this.count - 1; index >= 0; index--) {
      const slot = hash(this.#strings, this.#nameOffsets[index] ?? 0, this.#strings.length) & (heads.length - 1)
      next[index] = heads[slot] ?? 0
      heads[slot] = index + 1
    }
    this.#heads = heads
    this.#next = next
    return { heads, next }
  }

  #sort(): void {
    if (this.#order !== undefined) return
    const addresses = this.#addresses
    let lowest = Infinity
    let highest = -Infinity
    let placed = 0
    const candidates = new Uint32Array(this.count)
    for (let index = 0; index < this.count; index++) {
      const bits = this.#kinds[index] ?? 0
      if ((bits & KIND_MASK) === TLS || (bits & ABSOLUTE) !== 0) continue
      const address = addresses[index] ?? 0
      if (address < lowest) lowest = address
      if (address > highest) highest = address
      candidates[placed++] = index
    }
    const order = candidates.subarray(0, placed)
    // Number keys sort ten times faster than a comparison function: address, then rank, then index, if they fit 53 bits.
    const perAddress = this.count * RANKS
    if (placed > 0 && (highest - lowest + 1) * perAddress < Number.MAX_SAFE_INTEGER) {
      const keys = new Float64Array(placed)
      for (let at = 0; at < placed; at++) {
        const index = order[at] ?? 0
        keys[at] = ((addresses[index] ?? 0) - lowest) * perAddress + this.#rank(index) * this.count + (this.count - 1 - index)
      }
      keys.sort()
      for (let at = 0; at < placed; at++) order[at] = this.count - 1 - ((keys[at] ?? 0) % this.count)
    } else {
      order.sort((a, b) => (addresses[a] ?? 0) - (addresses[b] ?? 0) || this.#rank(a) - this.#rank(b) || b - a)
    }
    this.#order = order
    this.#sortedAddresses = Float64Array.from(order, (index) => addresses[index] ?? 0)
  }

  /** How good a name for its address, 0 to RANKS - 1: higher is better. */
  #rank(index: number): number {
    const bits = this.#kinds[index] ?? 0
    return ((this.#sizes[index] ?? 0) > 0 ? 9 : 0) + (2 - (bits & KIND_MASK)) * 3 + (2 - ((bits >> BINDING_SHIFT) & 3))
  }

  #sameRegion(symbol: number, address: number): boolean {
    return (
      this.#regions.length === 0 ||
      this.#regions.some(({ start, end }) => symbol >= start && address >= start && symbol < end && address < end)
    )
  }
}

const AT = 0x40
const RANKS = 18
const MAX_PAST = 64

/** FNV-1a of the bytes up to a NUL, an `@` or the limit. */
function hash(bytes: Uint8Array, start: number, limit: number): number {
  const end = Math.min(limit, start + MAX_HASHED)
  let value = 0x811c9dc5
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0
    if (byte === 0 || (byte === AT && at > start)) break
    value = Math.imul(value ^ byte, 0x01000193)
  }
  return value >>> 0
}
