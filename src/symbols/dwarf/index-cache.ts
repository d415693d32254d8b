/**
 * Indexes kept between runs, one file a build: `FOLDER/dwarf/BUILD-ID.index`, by default below `$XDG_CACHE_HOME/invivo` or
 * `~/.cache/invivo` (cache.ts). One that is damaged, of another version or of another file is ignored and written anew. Numbers are in this machine's byte order: the magic number is wrong elsewhere.
 *
 * File: 16 header words (below), the key, then the arrays of the units, of the shallow and of the deep index, each at a multiple of 4.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { defaultCacheFolder, writeCacheFile } from '../../cache.ts'
import type { DwarfFile } from './dwarf-file.ts'
import { NameIndex } from './name-index.ts'
import { UnitTable } from './unit-table.ts'

/** Raised whenever what scanner.ts finds, or the layout here, changes. */
const VERSION = 2
const MAGIC = 0x49564958
const HEADER_WORDS = 16
// Header words.
const CRC = 2
const KEY_LENGTH = 3
const UNITS = 4
const SHALLOW = 5
const DEEP = 9
/** Below this many bytes of .debug_info a scan is as fast as a cache. */
const PAYS_FROM = 2 << 20

/** An index with the units it is of. */
export interface CachedIndex {
  readonly units: UnitTable
  readonly shallow: NameIndex
  readonly deep: NameIndex | undefined
}

export class IndexCache {
  readonly #path: string
  readonly #key: string

  /**
   * The place of a file's index; undefined when it is not to be kept: too small, without a build-id, or not wanted.
   * @param folder false: nowhere; undefined: the user's cache folder.
   */
  static of(file: DwarfFile, buildId: string | undefined, folder: string | false | undefined): IndexCache | undefined {
    if (folder === false || buildId === undefined || file.info.size < PAYS_FROM) return undefined
    const root = folder ?? defaultCacheFolder()
    if (root === undefined) return undefined
    // The sizes tell a debug file from a program that was stripped in part: they have one build-id.
    const key = [buildId, file.info.size, file.abbrev.size, file.str.size, file.strOffsets.size].join(' ')
    return new IndexCache(join(root, 'dwarf', `${buildId}.index`), key)
  }

  private constructor(path: string, key: string) {
    this.#path = path
    this.#key = key
  }

  /** What was kept; undefined when there is nothing of use. */
  load(file: DwarfFile): CachedIndex | undefined {
    let bytes: Buffer
    try {
      bytes = readFileSync(this.#path)
    } catch {
      return undefined
    }
    if (bytes.length < HEADER_WORDS * 4) return undefined
    // Arrays of words need their place: what readFileSync gives may start anywhere.
    const buffer = bytes.byteOffset % 4 === 0 ? bytes.buffer : Uint8Array.from(bytes).buffer
    const start = bytes.byteOffset % 4 === 0 ? bytes.byteOffset : 0
    const header = new Uint32Array(buffer, start, HEADER_WORDS)
    if (header[0] !== MAGIC || header[1] !== VERSION) return undefined
    if (header[CRC] !== crc32(bytes.subarray((CRC + 1) * 4))) return undefined
    const reader = new Reader(buffer, start, bytes.length, HEADER_WORDS * 4)
    if (reader.bytes(header[KEY_LENGTH] ?? 0).toString() !== this.#key) return undefined
    const units = readUnits(reader, header[UNITS] ?? 0)
    const shallow = readIndex(reader, file, header, SHALLOW)
    const deep = header[DEEP + 3] === 0 ? undefined : readIndex(reader, file, header, DEEP)
    return reader.complete ? { units, shallow, deep } : undefined
  }

  /** Keeps an index. A failure is no matter. */
  save({ units, shallow, deep }: CachedIndex): void {
    const header = new Uint32Array(HEADER_WORDS)
    const key = Buffer.from(this.#key)
    header[0] = MAGIC
    header[1] = VERSION
    header[KEY_LENGTH] = key.length
    header[UNITS] = units.count
    describe(header, SHALLOW, shallow)
    if (deep !== undefined) describe(header, DEEP, deep)
    const parts = [
      view(header),
      padded(key),
      ...unitArrays(units),
      ...indexArrays(shallow),
      ...(deep === undefined ? [] : indexArrays(deep)),
    ]
    const bytes = Buffer.concat(parts)
    bytes.set(view(Uint32Array.of(crc32(bytes.subarray((CRC + 1) * 4)))), CRC * 4)
    writeCacheFile(this.#path, bytes)
  }
}

/** Four header words from `at` on: entries, bytes of the pool, length of names that may be inline, whether there are functions plus one. */
function describe(header: Uint32Array, at: number, index: NameIndex): void {
  header[at] = index.count
  header[at + 1] = index.poolSize
  header[at + 2] = index.inlineLength
  header[at + 3] = index.functions.length > 0 ? 2 : 1
}

function indexArrays(index: NameIndex): Buffer[] {
  const { count } = index
  return [
    view(index.names.subarray(0, count)),
    view(index.dies.subarray(0, count)),
    view(index.prints.subarray(0, count)),
    view(index.hashNames()),
    index.functions.length > 0 ? view(index.functions.subarray(0, count)) : Buffer.alloc(0),
    padded(index.kinds.subarray(0, count)),
    padded(index.pool.subarray(0, index.poolSize)),
  ]
}

function readIndex(reader: Reader, file: DwarfFile, header: Uint32Array, at: number): NameIndex {
  const index = new NameIndex(file.str, 0)
  const count = header[at] ?? 0
  index.count = count
  index.names = reader.words(count)
  index.dies = reader.words(count)
  index.prints = reader.words(count)
  index.hashes = reader.words(count)
  if (header[at + 3] === 2) index.functions = reader.words(count)
  index.kinds = reader.bytes(count)
  index.poolSize = header[at + 1] ?? 0
  index.pool = reader.bytes(index.poolSize)
  index.inlineLength = header[at + 2] ?? 0
  return index
}

function unitArrays(units: UnitTable): Buffer[] {
  const { count } = units
  const words = [units.starts, units.firstDies, units.ends, units.abbrevs]
  const bytes = [units.versions, units.addressSizes, units.offsetSizes, units.types]
  return [...words.map((array) => view(array.subarray(0, count))), ...bytes.map((array) => padded(array.subarray(0, count)))]
}

function readUnits(reader: Reader, count: number): UnitTable {
  const units = new UnitTable()
  units.count = count
  units.starts = reader.words(count)
  units.firstDies = reader.words(count)
  units.ends = reader.words(count)
  units.abbrevs = reader.words(count)
  units.versions = reader.bytes(count)
  units.addressSizes = reader.bytes(count)
  units.offsetSizes = reader.bytes(count)
  units.types = reader.bytes(count)
  return units
}

/** Takes arrays one after another, without copying; empty ones once there is not enough. */
class Reader {
  readonly #buffer: ArrayBufferLike
  readonly #start: number
  readonly #length: number
  #at: number
  #failed = false

  constructor(buffer: ArrayBufferLike, start: number, length: number, at: number) {
    this.#buffer = buffer
    this.#start = start
    this.#length = length
    this.#at = at
  }

  /** Everything was there, and nothing is left. */
  get complete(): boolean {
    return !this.#failed && this.#at === this.#length
  }

  words(count: number): Uint32Array<ArrayBuffer> {
    const at = this.#take(count * 4)
    return at < 0 ? new Uint32Array(0) : new Uint32Array(this.#buffer as ArrayBuffer, at, count)
  }

  bytes(count: number): Buffer<ArrayBuffer> {
    const at = this.#take(count)
    return at < 0 ? Buffer.alloc(0) : Buffer.from(this.#buffer as ArrayBuffer, at, count)
  }

  #take(size: number): number {
    const at = this.#at
    const next = at + Math.ceil(size / 4) * 4
    if (next > this.#length) {
      this.#failed = true
      return -1
    }
    this.#at = next
    return this.#start + at
  }
}

function view(array: Uint32Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength)
}

/** With zeros up to a multiple of 4 bytes. */
function padded(bytes: Uint8Array): Buffer {
  const result = Buffer.alloc(Math.ceil(bytes.length / 4) * 4)
  result.set(bytes)
  return result
}
