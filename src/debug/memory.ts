/**
 * The page cache between values and a target. Pages lie in one arena, where a field is one DataView load; the page accessed
 * last is found by two comparisons, others through a hash table in a typed array. Pages enter in a ring of regions, and a
 * region's pages leave together. The ring starts
 * small, to stay in the processor's cache while memory is only passed through (measured: a walk's reads take 21 ms instead of
 * 66), and grows when pages are wanted again that it had given up. Bounded: 64 MiB.
 *
 * On a running process the cache holds until {@link Memory.refresh} (an epoch); on immutable targets it is never stale.
 * Nothing here knows types or makes messages: failures are reported as positions of -1 with `faultHi`/`faultLo` set.
 */
import { highPlus, isExact, toNumber } from './address.ts'
import type { Target } from '../target/target.ts'

const PAGE_BITS = 12
const PAGE = 1 << PAGE_BITS
const PAGE_MASK = PAGE - 1
const REGIONS = 8
/** Pages of the ring at first: 4 MiB. */
const FIRST_SLOTS = 1024
/** Longest read-ahead: 256 KiB, from where /proc/PID/mem gives no more bytes a second. */
const MAX_WINDOW = 64
/** Access patterns followed at once: elements, names, … each walk through memory of their own. */
const STREAMS = 4
/** Where bytes that do not lie together in the arena are put together; also slack for loads beyond a field's end. */
const STAGE = 4096
/** High word of a page number that no address has: of 20 bits. */
const NO_PAGE = 1 << 24
/** Copies from this length on go past the cache: they would only push out everything else. */
const BULK = 1 << 20

export interface MemoryOptions {
  /** Bytes the cache may hold; rounded to a power of two of at least 1 MiB. Default 64 MiB. */
  capacity?: number
}

export class Memory {
  readonly target: Target
  /** The arena. Positions index it. */
  readonly bytes: Buffer<ArrayBuffer>
  readonly data: DataView<ArrayBuffer>
  /** First unreadable byte of the last failed access. */
  faultHi = 0
  faultLo = 0

  /** Four words a page: low and high word of its number, its position + 1 (0: free), unused. Open addressing, half full at most. */
  #table: Int32Array
  #shift = 0
  /** Slots of the ring as it is, and as it may become. */
  #slots = 0
  readonly #maxSlots: number
  readonly #slotLow: Int32Array
  readonly #slotHigh: Int32Array
  readonly #stageAt: number
  #used = 0
  #next = 0
  #lapped = false
  /** First slot of the region given up last. */
  #evicted = -1

  /** Low words of the numbers of pages given up lately, by hash; and how many of those were wanted again. */
  readonly #ghosts: Int32Array
  #returned = 0

  #lastLow = 0
  #lastHigh = 1
  #lastPosition = 0

  /** Page numbers that would continue a stream upward and downward, and how many pages it read last. */
  readonly #streamUp: Float64Array = new Float64Array(STREAMS).fill(-1)
  readonly #streamDown: Float64Array = new Float64Array(STREAMS).fill(-1)
  readonly #streamWindow: Int32Array = new Int32Array(STREAMS)
  #streamTurn = 0

  constructor(target: Target, options: MemoryOptions = {}) {
    this.target = target
    const capacity = Math.max(1 << 20, options.capacity ?? 64 << 20)
    this.#maxSlots = 1 << (31 - Math.clz32(capacity >>> PAGE_BITS))
    this.#slotLow = new Int32Array(this.#maxSlots)
    this.#slotHigh = new Int32Array(this.#maxSlots)
    this.#ghosts = new Int32Array(this.#maxSlots)
    this.#stageAt = this.#maxSlots * PAGE
    this.#table = this.#resize(Math.min(FIRST_SLOTS, this.#maxSlots))
    // Not zeroed, which would take 3 ms: its pages cost memory when first used.
    const arena = Buffer.allocUnsafeSlow(this.#stageAt + STAGE)
    this.bytes = arena
    this.data = new DataView(arena.buffer, arena.byteOffset, arena.byteLength)
    // Assigned again, so that V8 takes no field for a constant and need not compile anew when it changes.
    this.#clear()
  }

  /** Forgets everything read: what is read next is what the target holds then. No effect on immutable targets. */
  refresh(): void {
    if (this.target.immutable) return
    this.#clear()
  }

  #clear(): void {
    this.#table.fill(0)
    this.#used = 0
    this.#next = 0
    this.#lapped = false
    this.#evicted = -1
    this.#lastLow = 0
    this.#lastHigh = NO_PAGE
    this.#returned = 0
    this.#ghosts.fill(-1)
    this.#streamUp.fill(-1)
    this.#streamDown.fill(-1)
  }

  /** An empty table for a ring of that many slots. */
  #resize(slots: number): Int32Array {
    this.#slots = slots
    this.#shift = 32 - (31 - Math.clz32(slots) + 1)
    this.#table = new Int32Array(slots * 2 * 4)
    return this.#table
  }

  /**
   * Position of the byte at an address, good to the end of its page until anything else is asked of this cache; the page is read
   * if need be.
   * @returns -1 when the page is not wholly readable; its bytes may still be had by {@link stage} and {@link copy}.
   */
  position(hi: number, lo: number): number {
    const low = (lo >>> PAGE_BITS) | (hi << 20)
    const high = hi >> 12
    return low === this.#lastLow && high === this.#lastHigh ? this.#lastPosition + (lo & PAGE_MASK) : this.#turnTo(low, high, lo)
  }

  /** Makes a page the one accessed last. */
  #turnTo(low: number, high: number, lo: number): number {
    let position = this.#find(low, high)
    if (position < 0) {
      position = this.#load(low, high)
      if (position < 0) return -1
    }
    this.#lastLow = low
    this.#lastHigh = high
    this.#lastPosition = position
    return position + (lo & PAGE_MASK)
  }

  /** Bytes from an address to the end of its page. */
  static toPageEnd(lo: number): number {
    return PAGE - (lo & PAGE_MASK)
  }

  /**
   * Position where `length` (at most 4096) bytes of the target can be read now, before anything else is asked of this cache.
   * @returns -1 when one of them is unreadable; `faultHi` and `faultLo` tell which.
   */
  stage(hi: number, lo: number, length: number): number {
    if ((lo & PAGE_MASK) + length <= PAGE) {
      const position = this.position(hi, lo)
      if (position >= 0) return position
    }
    return this.#stage(hi, lo, length)
  }

  #stage(hi: number, lo: number, length: number): number {
    const copied = this.copy(hi, lo, length, this.bytes, this.#stageAt)
    if (copied === length) return this.#stageAt
    this.faultHi = highPlus(hi, lo, copied)
    this.faultLo = (lo + copied) | 0
    return -1
  }

  /** Position of bytes that are not the target's, until anything else is asked of this cache. At most 4096. */
  stageBytes(bytes: Uint8Array): number {
    this.bytes.set(bytes.subarray(0, STAGE), this.#stageAt)
    return this.#stageAt
  }

  /** Copies up to `length` bytes. @returns how many until the first unreadable one. */
  copy(hi: number, lo: number, length: number, into: Uint8Array, offset: number): number {
    if (length >= BULK && isExact(hi)) return this.target.read(toNumber(hi, lo), into, offset, length)
    let done = 0
    while (done < length) {
      const high = highPlus(hi, lo, done)
      const low = (lo + done) | 0
      const piece = Math.min(length - done, PAGE - (low & PAGE_MASK))
      const position = this.position(high, low)
      if (position >= 0) {
        if (piece < 64) for (let i = 0; i < piece; i++) into[offset + done + i] = this.bytes[position + i] ?? 0
        else into.set(this.bytes.subarray(position, position + piece), offset + done)
        done += piece
        continue
      }
      // A page of which only a part is readable (the edge of a file's segment, a truncated core).
      const got = isExact(high) ? this.target.read(toNumber(high, low), into, offset + done, piece) : 0
      done += got
      if (got < piece) break
    }
    return done
  }

  /**
   * Writes to the target, then to what is cached.
   * @returns false for an address that no target has.
   * @throws what {@link Target.write} throws.
   */
  write(hi: number, lo: number, bytes: Uint8Array): boolean {
    if (!isExact(hi)) return false
    try {
      this.target.write(toNumber(hi, lo), bytes)
    } catch (error) {
      // A part may have been written.
      this.#clear()
      throw error
    }
    for (let done = 0; done < bytes.length;) {
      const high = highPlus(hi, lo, done)
      const low = (lo + done) | 0
      const piece = Math.min(bytes.length - done, PAGE - (low & PAGE_MASK))
      const position = this.#find((low >>> PAGE_BITS) | (high << 20), high >> 12)
      if (position >= 0) this.bytes.set(bytes.subarray(done, done + piece), position + (low & PAGE_MASK))
      done += piece
    }
    return true
  }

  #find(low: number, high: number): number {
    const table = this.#table
    const mask = table.length - 1
    let entry = this.#hash(low, high)
    for (;;) {
      const found = table[entry + 2]
      if (found === 0) return -1
      if (table[entry] === low && table[entry + 1] === high) return (found ?? 0) - 1
      entry = (entry + 4) & mask
    }
  }

  /** Multiplied, because regions of like alignment would make one long run in the table otherwise. */
  #hash(low: number, high: number): number {
    return (Math.imul(low ^ Math.imul(high, 0x85eb_ca6b), 0x9e37_79b1) >>> this.#shift) << 2
  }

  #insert(low: number, high: number, position: number): void {
    const table = this.#table
    const mask = table.length - 1
    let entry = this.#hash(low, high)
    while (table[entry + 2] !== 0) {
      if (table[entry] === low && table[entry + 1] === high) break
      entry = (entry + 4) & mask
    }
    table[entry] = low
    table[entry + 1] = high
    table[entry + 2] = position + 1
  }

  /** Reads a page, and more where the accesses so far form a stream. @returns the page's position or -1. */
  #load(low: number, high: number): number {
    if (!isExact(high * 4096)) return -1
    const page = high * 4_294_967_296 + (low >>> 0)
    let stream = 0
    let direction = 0
    for (; stream < STREAMS; stream++) {
      if (this.#streamUp[stream] === page) direction = 1
      else if (this.#streamDown[stream] === page) direction = -1
      if (direction !== 0) break
    }
    let window = 1
    if (direction === 0) {
      stream = this.#streamTurn
      this.#streamTurn = (stream + 1) % STREAMS
    } else {
      window = Math.min((this.#streamWindow[stream] ?? 1) * 2, MAX_WINDOW)
    }
    let first = page
    let count = 1
    while (count < window && !this.#cached(page + direction * count)) count++
    if (this.#ghosts[low & (this.#ghosts.length - 1)] === low) this.#returned += count
    const slot = this.#reserve(count)
    count = Math.min(count, slot.count)
    if (direction < 0) first = page - count + 1
    let pages = this.#read(first, count, slot.first)
    if (pages <= page - first) {
      // A gap below: the page alone, and cautiously on from there.
      first = page
      window = 1
      pages = this.#read(page, 1, slot.first)
      if (pages === 0) return -1
    }
    for (let i = 0; i < pages; i++) this.#enter(first + i, slot.first + i)
    this.#next = slot.first + pages
    this.#streamUp[stream] = first + pages
    this.#streamDown[stream] = first - 1
    this.#streamWindow[stream] = window
    return (slot.first + (page - first)) * PAGE
  }

  #cached(page: number): boolean {
    return this.#find(page | 0, Math.floor(page / 4_294_967_296)) >= 0
  }

  #read(page: number, count: number, slot: number): number {
    return Math.floor(this.target.read(page * PAGE, this.bytes, slot * PAGE, count * PAGE) / PAGE)
  }

  #enter(page: number, slot: number): void {
    const low = page | 0
    const high = Math.floor(page / 4_294_967_296)
    this.#insert(low, high, slot * PAGE)
    this.#slotLow[slot] = low
    this.#slotHigh[slot] = high
    if (slot >= this.#used) this.#used = slot + 1
  }

  /** Slots for a run of up to `count` pages, within one region; entering a region used before gives up its pages. */
  #reserve(count: number): { first: number; count: number } {
    if (this.#next === this.#slots) {
      if (this.#returned * 8 > this.#slots && this.#slots < this.#maxSlots) this.#grow()
      else {
        this.#next = 0
        this.#lapped = true
      }
      this.#returned = 0
    }
    const region = this.#slots / REGIONS
    if (this.#lapped && this.#next % region === 0 && this.#evicted !== this.#next) {
      this.#evicted = this.#next
      this.#evict(this.#next, this.#next + region)
    }
    const end = (Math.floor(this.#next / region) + 1) * region
    return { first: this.#next, count: Math.min(count, end - this.#next) }
  }

  #evict(from: number, to: number): void {
    this.#lastLow = 0
    this.#lastHigh = NO_PAGE
    this.#table.fill(0)
    const ghosts = this.#ghosts
    const mask = ghosts.length - 1
    for (let slot = 0; slot < this.#used; slot++) {
      const low = this.#slotLow[slot] ?? 0
      if (slot < from || slot >= to) this.#insert(low, this.#slotHigh[slot] ?? 0, slot * PAGE)
      else ghosts[low & mask] = low
    }
  }

  /** Doubles the ring. Positions stay. */
  #grow(): void {
    const used = this.#used
    this.#resize(this.#slots * 2)
    for (let slot = 0; slot < used; slot++) this.#insert(this.#slotLow[slot] ?? 0, this.#slotHigh[slot] ?? 0, slot * PAGE)
    this.#lapped = false
  }
}
