/**
 * A program or library that does not run: what its file says memory would hold right after loading, at link-time addresses. The
 * contents are those of the PT_LOAD segments (gABI chapter 5), `.bss` is zeros, and pointers are relocated (relocations.ts). Files
 * without segments (relocatable objects) or without contents (separate debug files) have types and layouts, but no memory.
 */
import { basename } from 'node:path'
import { InvivoError } from '../errors.ts'
import { FileSource } from '../symbols/byte-source.ts'
import { ET, PF, PT, SHF, SHT } from '../symbols/elf/constants.ts'
import { readTables, type ElfHeader, type ElfSegment } from '../symbols/elf/header.ts'
import { buildIdOf } from './modules.ts'
import { readRelocations, type Relocations } from './relocations.ts'
import type { MappedModule, MappedRange, Target, Thread } from './target.ts'

export class FileTarget implements Target {
  readonly kind = 'file'
  readonly immutable = true
  readonly pid = undefined
  readonly path: string
  readonly byteOrder: 'little' | 'big'
  readonly addressSize: 4 | 8
  readonly #source: FileSource
  readonly #header: ElfHeader
  readonly #segments: readonly ElfSegment[]
  /** PT_LOAD, by address. */
  readonly #loads: readonly ElfSegment[]
  /** Why there is no memory; undefined when there is. */
  readonly #empty: string | undefined
  readonly #modules: readonly MappedModule[]
  #relocations: Relocations | undefined

  /** @throws InvivoError NOT_FOUND, PERMISSION, NOT_ELF, BAD_ELF; USAGE for a core dump. */
  static open(path: string): FileTarget {
    const source = new FileSource(path)
    try {
      return new FileTarget(source)
    } catch (error) {
      source[Symbol.dispose]()
      throw error
    }
  }

  private constructor(source: FileSource) {
    this.path = source.path
    this.#source = source
    const { header, segments, sections } = readTables(source, [])
    if (header.type === ET.CORE)
      throw new InvivoError('USAGE', `${source.path} is a core dump, not a program; look at it with --core`, { file: source.path })
    this.#header = header
    this.#segments = segments
    this.byteOrder = header.little ? 'little' : 'big'
    this.addressSize = header.is64 ? 8 : 4
    this.#loads = segments
      .filter(({ type, memorySize, address }) => type === PT.LOAD && memorySize > 0 && Number.isSafeInteger(address))
      .sort((a, b) => a.address - b.address)
    // objcopy --only-keep-debug leaves the program headers and drops the contents: code that takes no room in the file.
    const code = sections.find(({ flags }) => (flags & (SHF.ALLOC | SHF.EXECINSTR)) === (SHF.ALLOC | SHF.EXECINSTR))
    if (header.type === ET.REL) this.#empty = `${source.path} is a relocatable file: it has no addresses before it is linked`
    else if (code?.type === SHT.NOBITS)
      this.#empty = `${source.path} is a separate debug file: the contents are in the program it belongs to`
    const start = this.#loads.reduce((lowest, { address }) => Math.min(lowest, address), this.#loads[0]?.address ?? 0)
    const end = this.#loads.reduce((highest, { address, memorySize }) => Math.max(highest, address + memorySize), start)
    const buildId = buildIdOf(header, segments, ({ offset, fileSize }) =>
      offset + fileSize <= source.size ? source.read(offset, fileSize) : undefined,
    )
    this.#modules = [{ path: source.path, bias: 0, start, end, buildId, file: source.path, missing: undefined }]
  }

  get description(): string {
    return `file ${basename(this.path)}`
  }

  read(address: number, into: Uint8Array, offset: number, length: number): number {
    let done = 0
    while (done < length) {
      const count = this.#readSegment(address + done, into, offset + done, length - done)
      if (count === 0) break
      done += count
    }
    if (done > 0) this.#relocate(address, into, offset, done)
    return done
  }

  write(address: number, _bytes: Uint8Array): void {
    const at = `0x${BigInt.asUintN(64, BigInt(address)).toString(16)}`
    throw new InvivoError(
      'READ_ONLY',
      `cannot write the memory of ${this.description} at ${at}: it is not running; write to a live process (--pid)`,
    )
  }

  explainFault(address: number): string {
    if (this.#empty !== undefined) return this.#empty
    return this.#segmentAt(address) === undefined
      ? `not part of ${this.path}: the program makes that memory when it runs`
      : `not in ${this.path}: the file is truncated`
  }

  modules(): readonly MappedModule[] {
    return this.#modules
  }

  threads(): readonly Thread[] {
    return []
  }

  mappings(): readonly MappedRange[] {
    return this.#loads.map(({ address, memorySize, offset, flags }) => ({
      start: address,
      end: address + memorySize,
      readable: (flags & PF.R) !== 0,
      writable: (flags & PF.W) !== 0,
      executable: (flags & PF.X) !== 0,
      name: this.path,
      fileOffset: offset,
    }))
  }

  pause(): Disposable {
    return { [Symbol.dispose]() {} }
  }

  [Symbol.dispose](): void {
    this.#source[Symbol.dispose]()
  }

  #segmentAt(address: number): ElfSegment | undefined {
    return this.#loads.find((segment) => segment.address <= address && address < segment.address + segment.memorySize)
  }

  #readSegment(address: number, into: Uint8Array, offset: number, length: number): number {
    const segment = this.#empty === undefined ? this.#segmentAt(address) : undefined
    if (segment === undefined) return 0
    const inside = address - segment.address
    const inFile = Math.min(segment.fileSize, segment.memorySize) - inside
    if (inFile > 0) return this.#source.readInto(segment.offset + inside, into, offset, Math.min(length, inFile))
    const count = Math.min(length, segment.memorySize - inside)
    into.fill(0, offset, offset + count)
    return count
  }

  /** Patches the pointers of `into[offset, offset + length)`, which holds memory from `address` on. */
  #relocate(address: number, into: Uint8Array, offset: number, length: number): void {
    this.#relocations ??= readRelocations(this.#source, this.#header, this.#segments)
    const { places, values } = this.#relocations
    const width = this.addressSize
    // The first that may overlap: one that begins up to a pointer's size before.
    let low = 0
    let high = places.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((places[middle] ?? 0) + width <= address) low = middle + 1
      else high = middle
    }
    for (let index = low; index < places.length; index++) {
      const place = places[index] ?? 0
      if (place >= address + length) break
      const value = BigInt(values[index] ?? 0)
      for (let byte = 0; byte < width; byte++) {
        const at = place + byte - address
        if (at < 0 || at >= length) continue
        const shift = BigInt(this.#header.little ? byte * 8 : (width - 1 - byte) * 8)
        into[offset + at] = Number((value >> shift) & 0xffn)
      }
    }
  }
}
