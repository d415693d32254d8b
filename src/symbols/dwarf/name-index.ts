/**
 * The index of a file: which names it defines, and where their entries are. Flat arrays, one position an entry, in file order;
 * names are offsets in .debug_str, so that nothing is decoded while indexing and equal names are mostly equal numbers (linkers
 * merge strings). Filled by scanner.ts, kept between runs by index-cache.ts.
 *
 * C units repeat the types of their headers: of entries that agree in name, kind, size, line and first member only the first
 * two are kept (a kernel has 1.1 million entries of 0.14 million things). That they agree indeed is for fingerprints.ts to find.
 */
import type { SectionData } from './section-data.ts'

export const KIND_STRUCT = 1
export const KIND_UNION = 2
export const KIND_CLASS = 3
export const KIND_ENUM = 4
export const KIND_TYPEDEF = 5
export const KIND_BASE = 6
export const KIND_VARIABLE = 7
export const KIND_FUNCTION = 8
export const KIND_MASK = 0x0f
/** The entry only declares: DW_AT_declaration. */
export const DECLARATION = 0x40

/** The name of an anonymous enumeration, kept for its enumerators. */
export const NO_NAME = 0xffffffff

/** Entries kept of those that agree in all the scan sees: more than one, so that a difference behind it is noticed. */
export const COPIES = 2

/** Beyond this many candidates, a table by name is made. */
const SCAN_LIMIT = 8
/** Bytes of a name that its hash is of. */
const MAX_HASHED = 256
/** After this many lookups, too. */
const LOOKUP_LIMIT = 16

/** In the table of what was seen, the bits of a key that count copies: 3 at most. */
const COPIES_MASK = 3

export class NameIndex {
  count = 0
  /** Offset in .debug_str, or, from the size of that section on, in `pool`. */
  names: Uint32Array<ArrayBuffer>
  /** Offset in .debug_info. */
  dies: Uint32Array<ArrayBuffer>
  /** What the scan saw of the entry's size and place, hashed. */
  prints: Uint32Array<ArrayBuffer>
  kinds: Uint8Array<ArrayBuffer>
  /** Of entries within functions: the function's; else 0. Empty when there are none. */
  functions = new Uint32Array(0)
  /** Names that stand in .debug_info or .debug_line_str, each once, ended by zero bytes. */
  pool: Buffer = Buffer.alloc(256)
  poolSize = 0
  /** Names shorter than this may stand in .debug_info only: 8 where 64-bit DWARF is used. */
  inlineLength = 4
  /** A hash of each entry's name, where the index comes from the cache: a look-up need not read all of .debug_str then. */
  hashes = new Uint32Array(0)
  readonly #str: SectionData
  /** What was seen: a hash table of names and keys, small enough for the processor's cache. */
  #seen: Int32Array<ArrayBuffer>
  #seenCount = 0
  /** Places in the pool by hash: hash, place plus one. */
  #pooled = new Int32Array(512)
  #pooledCount = 0
  /** Positions by name: heads by hash, and the next of the same hash. */
  #heads: Int32Array | undefined
  #next: Int32Array | undefined
  #lookups = 0

  /** @param size bytes of .debug_info, by which the tables start large enough. */
  constructor(str: SectionData, size: number) {
    this.#str = str
    // C has an entry every 1,000 bytes or so; tables that turn out small grow.
    const expected = Math.min(1 << 18, Math.max(1024, 2 ** Math.ceil(Math.log2(size / 1024 + 1))))
    this.names = new Uint32Array(expected)
    this.dies = new Uint32Array(expected)
    this.prints = new Uint32Array(expected)
    this.kinds = new Uint8Array(expected)
    this.#seen = new Int32Array(expected * 4)
  }

  /** Adds an entry. */
  add(name: number, die: number, kind: number, print: number): void {
    const index = this.count
    if (index === this.names.length) this.#grow()
    this.names[index] = name
    this.dies[index] = die
    this.prints[index] = print
    this.kinds[index] = kind
    this.count = index + 1
  }

  /** Adds an entry unless there are already `limit` that agree with it. */
  addOnce(name: number, die: number, kind: number, print: number, limit: number): void {
    const seen = this.#seen
    const mask = seen.length - 1
    const key = (print ^ Math.imul(kind, 0x9e3779b1)) & ~COPIES_MASK
    let slot = (hashEntry(name, key) << 1) & mask
    for (;;) {
      const found = seen[slot + 1] ?? 0
      if (found === 0) break
      if (seen[slot] === (name | 0) && (found & ~COPIES_MASK) === key) {
        if ((found & COPIES_MASK) >= limit) return
        seen[slot + 1] = found + 1
        this.add(name, die, kind, print)
        return
      }
      slot = (slot + 2) & mask
    }
    seen[slot] = name
    seen[slot + 1] = key | 1
    this.add(name, die, kind, print)
    if (++this.#seenCount * 4 > seen.length) this.#growSeen()
  }

  /** The name number of a string that is not in .debug_str. */
  intern(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start
    let hash = length
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193)
    hash = (hash ^ (hash >>> 15)) | 0
    const mask = this.#pooled.length - 1
    let slot = (hash << 1) & mask
    for (;;) {
      // Places are kept plus one: 0 is an empty slot.
      const place = (this.#pooled[slot + 1] ?? 0) - 1
      if (place < 0) break
      if (this.#pooled[slot] === hash && this.#isPooled(place, bytes, start, length)) return this.#str.size + place
      slot = (slot + 2) & mask
    }
    const place = this.poolSize
    const needed = place + length + 1
    if (needed > this.pool.length) {
      const pool = Buffer.alloc(Math.max(needed, this.pool.length * 2))
      this.pool.copy(pool)
      this.pool = pool
    }
    for (let at = 0; at < length; at++) this.pool[place + at] = bytes[start + at] ?? 0
    this.pool[place + length] = 0
    this.poolSize = needed
    this.#pooled[slot] = hash
    this.#pooled[slot + 1] = place + 1
    if (++this.#pooledCount * 4 > this.#pooled.length) this.#growPooled()
    return this.#str.size + place
  }

  #isPooled(place: number, bytes: Uint8Array, start: number, length: number): boolean {
    const { pool } = this
    for (let at = 0; at < length; at++) if (pool[place + at] !== bytes[start + at]) return false
    return pool[place + length] === 0
  }

  #growSeen(): void {
    const old = this.#seen
    const seen = new Int32Array(old.length * 4)
    const mask = seen.length - 1
    for (let from = 0; from < old.length; from += 2) {
      const found = old[from + 1] ?? 0
      if (found === 0) continue
      let slot = (hashEntry(old[from] ?? 0, found & ~COPIES_MASK) << 1) & mask
      while (seen[slot + 1] !== 0) slot = (slot + 2) & mask
      seen[slot] = old[from] ?? 0
      seen[slot + 1] = found
    }
    this.#seen = seen
  }

  #growPooled(): void {
    const old = this.#pooled
    const pooled = new Int32Array(old.length * 4)
    const mask = pooled.length - 1
    for (let from = 0; from < old.length; from += 2) {
      if (old[from + 1] === 0) continue
      let slot = ((old[from] ?? 0) << 1) & mask
      while (pooled[slot + 1] !== 0) slot = (slot + 2) & mask
      pooled[slot] = old[from] ?? 0
      pooled[slot + 1] = old[from + 1] ?? 0
    }
    this.#pooled = pooled
  }

  /** Frees what only filling needs, and what the arrays are too long. */
  finish(): void {
    this.names = this.names.slice(0, this.count)
    this.dies = this.dies.slice(0, this.count)
    this.prints = this.prints.slice(0, this.count)
    this.kinds = this.kinds.slice(0, this.count)
    this.pool = Buffer.from(this.pool.subarray(0, this.poolSize))
    this.#seen = new Int32Array(0)
    this.#pooled = new Int32Array(0)
  }

  /** The name of the entry at a position. */
  nameAt(index: number): string {
    return this.nameOf(this.names[index] ?? NO_NAME)
  }

  nameOf(name: number): string {
    const { size } = this.#str
    if (name < size) return this.#str.string(name)
    const start = name - size
    if (start >= this.poolSize) return ''
    const end = this.pool.indexOf(0, start)
    return this.pool.toString('utf8', start, end < 0 ? this.poolSize : end)
  }

  /** Positions of the entries of that name, ascending. */
  find(name: string): number[] {
    const found: number[] = []
    if (name === '' || name.includes('\0')) return found
    if (this.hashes.length > 0) return this.#findByHash(name)
    const wanted = Buffer.from(`${name}\0`)
    // Every place where the text stands and ends, also as the end of a longer string: linkers share those.
    const places: number[] = []
    collect(this.#str.ensureAll(), this.#str.size, wanted, 0, places)
    collect(this.pool, this.poolSize, wanted, this.#str.size, places)
    if (this.#heads === undefined && (places.length > SCAN_LIMIT || ++this.#lookups > LOOKUP_LIMIT)) this.#makeTable()
    for (const place of places) this.#findPlace(place, found)
    return found.length > 1 ? found.sort((a, b) => a - b) : found
  }

  /** {@link hashes} of the entries there are. */
  hashNames(): Uint32Array<ArrayBuffer> {
    const { names, count, pool, poolSize } = this
    const { size } = this.#str
    const strings = this.#str.ensureAll()
    const hashes = new Uint32Array(count)
    for (let index = 0; index < count; index++) {
      const name = names[index] ?? NO_NAME
      hashes[index] = name < size ? hashBytes(strings, name, size) : hashBytes(pool, name - size, poolSize)
    }
    return hashes
  }

  #findByHash(name: string): number[] {
    const { hashes, names } = this
    const found: number[] = []
    const bytes = Buffer.from(name)
    const wanted = hashBytes(bytes, 0, bytes.length)
    let known = -1
    for (let index = hashes.indexOf(wanted); index >= 0; index = hashes.indexOf(wanted, index + 1)) {
      const place = names[index] ?? NO_NAME
      if (place !== known && this.nameOf(place) !== name) continue
      known = place
      found.push(index)
    }
    return found
  }

  /** Positions of the entries whose name is that of the entry at a position, itself included. */
  sameName(index: number): number[] {
    const found: number[] = []
    if (this.#heads === undefined) this.#makeTable()
    this.#findPlace(this.names[index] ?? NO_NAME, found)
    return found
  }

  /** True when some string of the file is this text: without one, nothing of that name can be in the file. */
  mentions(name: string): boolean {
    // Compilers put names that take no more than an offset into .debug_info itself.
    return name.length < this.inlineLength || this.#str.size === 0 || this.#str.ensureAll().includes(Buffer.from(`${name}\0`))
  }

  #findPlace(place: number, found: number[]): void {
    const { names } = this
    if (this.#heads === undefined || this.#next === undefined) {
      for (let index = names.indexOf(place); index >= 0 && index < this.count; index = names.indexOf(place, index + 1)) found.push(index)
      return
    }
    const heads = this.#heads
    for (let index = heads[hashName(place) & (heads.length - 1)] ?? -1; index >= 0; index = this.#next[index] ?? -1)
      if (names[index] === place) found.push(index)
  }

  #makeTable(): void {
    let size = 1024
    while (size < this.count) size *= 2
    const heads = new Int32Array(size).fill(-1)
    const next = new Int32Array(this.count)
    for (let index = this.count - 1; index >= 0; index--) {
      const slot = hashName(this.names[index] ?? 0) & (size - 1)
      next[index] = heads[slot] ?? -1
      heads[slot] = index
    }
    this.#heads = heads
    this.#next = next
  }

  #grow(): void {
    const length = this.names.length * 2
    const wide = (from: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> => {
      const to = new Uint32Array(length)
      to.set(from)
      return to
    }
    this.names = wide(this.names)
    this.dies = wide(this.dies)
    this.prints = wide(this.prints)
    const kinds = new Uint8Array(length)
    kinds.set(this.kinds)
    this.kinds = kinds
  }
}

function hashEntry(name: number, key: number): number {
  const hash = Math.imul(name ^ Math.imul(key, 0x85ebca6b), 0x9e3779b1)
  return hash ^ (hash >>> 15)
}

/** FNV-1a up to a zero byte. The limit: of a damaged file all names may be one string of megabytes. */
function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  const limit = Math.min(end, start + MAX_HASHED)
  let hash = 0x811c9dc5
  for (let at = start; at < limit; at++) {
    const byte = bytes[at] ?? 0
    if (byte === 0) break
    hash = Math.imul(hash ^ byte, 0x01000193)
  }
  return hash >>> 0
}

function hashName(name: number): number {
  return Math.imul(name, 0x9e3779b1) >>> 9
}

function collect(bytes: Buffer, size: number, wanted: Buffer, base: number, into: number[]): void {
  for (let at = bytes.indexOf(wanted); at >= 0 && at < size; at = bytes.indexOf(wanted, at + 1)) into.push(base + at)
}
