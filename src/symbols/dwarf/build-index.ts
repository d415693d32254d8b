/**
 * Reads .debug_info once, window by window, and has every unit scanned (scanner.ts): the units' headers and the shallow index. While
 * one window is scanned the next is read by another thread, and the two buffers stay in the processor's cache: a kernel's 160 MB
 * are never in memory at once.
 */
import { close, fstat, open, read } from 'node:fs'
import { FileSource } from '../byte-source.ts'
import type { DwarfFile } from './dwarf-file.ts'
import { NameIndex } from './name-index.ts'
import { Scanner } from './scanner.ts'
import { MAX_UNIT_HEADER } from './unit-table.ts'

/** Bytes of a window; one larger unit makes it longer. */
const WINDOW = 2 << 20
/** Below this reading ahead costs more than it gains. */
const READ_AHEAD_FROM = 4 << 20

/** Sentences kept about damage: a file may be damaged everywhere. */
const MAX_PROBLEMS = 1000

export type Progress = (done: number, total: number) => void

/** What is at file scope. Damaged units are left out, with a sentence in the file's `problems`. */
export async function buildIndex(file: DwarfFile, onProgress?: Progress): Promise<NameIndex> {
  const { source, offset } = file.info.file ?? {}
  if (offset === undefined || file.info.size < READ_AHEAD_FROM || !(source instanceof FileSource)) return buildIndexSync(file, onProgress)
  const descriptor = await openAgain(source)
  if (descriptor === undefined) return buildIndexSync(file, onProgress)
  const builder = new IndexBuilder(file, onProgress)
  try {
    let reading: Promise<number> | undefined
    for (let window = builder.next(0); window !== undefined; window = builder.next((await reading) ?? 0)) {
      reading = readFully(descriptor, window.into, window.length, offset + window.at)
      builder.scan()
    }
  } finally {
    close(descriptor)
  }
  return builder.finish()
}

/** The same without reading ahead. */
export function buildIndexSync(file: DwarfFile, onProgress?: Progress): NameIndex {
  const builder = new IndexBuilder(file, onProgress)
  const place = file.info.file
  if (place === undefined) builder.whole(file.info.ensureAll())
  else {
    let length = 0
    for (let window = builder.next(0); window !== undefined; window = builder.next(length)) {
      builder.scan()
      length = place.source.readInto(place.offset + window.at, window.into, 0, window.length)
    }
  }
  return builder.finish()
}

/** What is within functions: the units must be known. */
export function buildDeepIndex(file: DwarfFile): NameIndex {
  const index = new NameIndex(file.str, file.info.size)
  file.abbrev.ensureAll()
  const scanner = new Scanner(file, index, true)
  const { units, info } = file
  if (info.file === undefined) info.ensureAll()
  let window = Buffer.alloc(0)
  let base = 0
  for (let unit = 0; unit < units.count; unit++) {
    const start = units.starts[unit] ?? 0
    const end = units.ends[unit] ?? 0
    const place = info.file
    if (place === undefined) scanUnit(file, scanner, unit, info.bytes, info.view, 0)
    else {
      if (start < base || end > base + window.length) {
        const length = Math.min(info.size - start, Math.max(WINDOW, end - start))
        if (window.length !== length) window = Buffer.allocUnsafeSlow(length)
        base = start
        place.source.readInto(place.offset + start, window, 0, length)
      }
      scanUnit(file, scanner, unit, window, new DataView(window.buffer, window.byteOffset, window.length), base)
    }
  }
  index.finish()
  return index
}

/** A piece of .debug_info that is to be read. */
interface Window {
  readonly at: number
  readonly length: number
  readonly into: Buffer
}

/**
 * Goes through the section window by window. `next` takes the window that was read, and tells which to read then; `scan` scans
 * the one that was taken, in the meantime.
 */
class IndexBuilder {
  readonly #file: DwarfFile
  readonly #index: NameIndex
  readonly #scanner: Scanner
  readonly #onProgress: Progress | undefined
  readonly #buffers: [Buffer, Buffer]
  /** The window asked for. */
  #asked: Window | undefined
  /** What was taken: units from `#first` on, of bytes that start at `#base`. */
  #taken: Buffer = Buffer.alloc(0)
  #base = 0
  #first = 0
  #started = false

  constructor(file: DwarfFile, onProgress: Progress | undefined) {
    this.#file = file
    this.#index = new NameIndex(file.str, file.info.size)
    file.abbrev.ensureAll()
    this.#scanner = new Scanner(file, this.#index, false)
    this.#onProgress = onProgress
    const size = file.info.file === undefined ? 0 : Math.min(WINDOW, file.info.size)
    this.#buffers = [Buffer.allocUnsafeSlow(size), Buffer.allocUnsafeSlow(size)]
  }

  /** @param length bytes that were read of the window asked for before. */
  next(length: number): Window | undefined {
    const { units, info } = this.#file
    this.#first = units.count
    const asked = this.#asked
    if (asked === undefined) return this.#started ? undefined : this.#ask(0, WINDOW)
    this.#taken = asked.into.subarray(0, length)
    this.#base = asked.at
    const next = addUnits(this.#file, this.#taken, asked.at)
    this.#asked = undefined
    // At the end, or at damage.
    if (next === undefined || next.offset >= info.size || length < asked.length) {
      this.scan()
      return undefined
    }
    return this.#ask(next.offset, Math.max(WINDOW, next.needed))
  }

  /** Scans what was taken. */
  scan(): void {
    const { units, info } = this.#file
    if (this.#first === units.count) return
    const bytes = this.#taken
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    for (let unit = this.#first; unit < units.count; unit++) scanUnit(this.#file, this.#scanner, unit, bytes, view, this.#base)
    this.#first = units.count
    this.#onProgress?.(units.ends[units.count - 1] ?? 0, info.size)
  }

  /** A section that is in memory. */
  whole(bytes: Buffer): void {
    this.#taken = bytes
    addUnits(this.#file, bytes, 0)
    this.scan()
  }

  finish(): NameIndex {
    if (this.#file.units.offsetSizes.includes(8)) this.#index.inlineLength = 8
    this.#index.finish()
    return this.#index
  }

  #ask(at: number, wanted: number): Window {
    const length = Math.min(wanted, this.#file.info.size - at)
    // The other buffer than the one that is scanned.
    const slot = this.#taken.buffer === this.#buffers[0].buffer ? 1 : 0
    if (this.#buffers[slot].length < length) this.#buffers[slot] = Buffer.allocUnsafeSlow(length)
    this.#asked = { at, length, into: this.#buffers[slot] }
    this.#started = true
    return this.#asked
  }
}

/**
 * Adds the units that are wholly in a window.
 * @returns where the next window starts, how many were added, and how many bytes the first of the next window needs; undefined
 *   when nothing more can be found.
 */
function addUnits(file: DwarfFile, window: Buffer, base: number): { offset: number; units: number; needed: number } | undefined {
  const { units, info, little, problems } = file
  const view = new DataView(window.buffer, window.byteOffset, window.length)
  const before = units.count
  let at = 0
  while (at < window.length) {
    const left = window.length - at
    if (left < MAX_UNIT_HEADER && base + window.length < info.size) break
    const needed = unitLength(view, at, little)
    // Not all of it here: the next window starts with it. One that is longer than the section is for `add` to refuse.
    if (needed > left && base + at + needed <= info.size) return { offset: base + at, units: units.count - before, needed }
    const known = units.count
    if (problems.length >= MAX_PROBLEMS) problems.length = MAX_PROBLEMS - 1
    const end = left >= 12 ? units.add(view, at, base, info.size, little, problems) : undefined
    if (end === undefined) {
      if (units.count === before) return undefined
      return { offset: info.size, units: units.count - before, needed: 0 }
    }
    if (units.count === known && end - base <= at) return undefined
    at = end - base
  }
  return { offset: base + at, units: units.count - before, needed: MAX_UNIT_HEADER }
}

function unitLength(view: DataView, at: number, little: boolean): number {
  if (at + 12 > view.byteLength) return 12
  const length = view.getUint32(at, little)
  if (length !== 0xffffffff) return length + 4
  const first = view.getUint32(at + 4, little)
  const second = view.getUint32(at + 8, little)
  return (little ? second * 0x100000000 + first : first * 0x100000000 + second) + 12
}

function scanUnit(file: DwarfFile, scanner: Scanner, unit: number, bytes: Buffer, view: DataView, base: number): void {
  try {
    scanner.scan(unit, bytes, view, base)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const start = file.units.starts[unit] ?? 0
    if (file.problems.length < MAX_PROBLEMS)
      file.problems.push(`${file.path}: the unit at .debug_info+0x${start.toString(16)} is damaged: ${error.message}`)
  }
}

/** A second descriptor of the same file, for reads beside the scan; undefined when it cannot be had. */
function openAgain(source: FileSource): Promise<number | undefined> {
  return new Promise((resolve) => {
    open(source.path, 'r', (error, descriptor) => {
      if (error !== null) {
        resolve(undefined)
        return
      }
      fstat(descriptor, (_, stats) => {
        // The path may lead to another file by now: then the reads are synchronous.
        if (stats !== undefined && `${stats.dev}:${stats.ino}` === source.identity) resolve(descriptor)
        else close(descriptor, () => resolve(undefined))
      })
    })
  })
}

async function readFully(descriptor: number, into: Buffer, length: number, position: number): Promise<number> {
  let done = 0
  while (done < length) {
    const count = await new Promise<number>((resolve, reject) => {
      read(descriptor, into, done, length - done, position + done, (error, bytes) => (error === null ? resolve(bytes) : reject(error)))
    })
    if (count === 0) break
    done += count
  }
  return done
}
