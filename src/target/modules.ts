/**
 * Which of a process's mappings are its program and libraries: every file of which the beginning is mapped, is ELF, and whose
 * code is mapped executable where its program headers say. Works the same on a live process and on a core dump, from memory
 * alone; the load bias follows from the program headers in memory (gABI chapter 5). Which file holds the same bytes: the
 * target's business. The run-time linker's own list of the same: link-map.ts.
 */
import type { ByteSource } from '../symbols/byte-source.ts'
import { ET, NT_GNU_BUILD_ID, PF, PT } from '../symbols/elf/constants.ts'
import { readTables, type ElfHeader, type ElfSegment } from '../symbols/elf/header.ts'
import { readNotes } from '../symbols/elf/notes.ts'
import { InvivoError, isInvivoError } from '../errors.ts'
import type { MappedRange } from './target.ts'

export interface ImageMapping extends MappedRange {
  /** The same for two mappings exactly when they are of one file; empty for memory of no file. */
  readonly identity: string
}

/** An ELF file found in memory. */
export interface MappedImage {
  readonly name: string
  readonly identity: string
  readonly bias: number
  readonly start: number
  readonly end: number
  readonly buildId: string | undefined
  readonly header: ElfHeader
  readonly segments: readonly ElfSegment[]
}

/** As Target's `read`. */
export type ReadMemory = (address: number, into: Uint8Array, offset: number, length: number) => number

/** The smallest page of the machines Linux runs on; segments are congruent to their file offsets modulo at least this. */
const PAGE = 4096
/** Most program headers that Linux starts a program with: 64 KiB of them (fs/binfmt_elf.c), behind the file header. */
const MAX_HEADERS = (1 << 16) + 64
const MAX_SEGMENTS = 1170
/** A process with more modules than this is a damaged core dump. */
const MAX_IMAGES = 1 << 14
const MAX_NOTE_SEGMENTS = 16
/** Build-ids are 20 bytes in notes of a few hundred; a note segment beyond this is not looked into. */
const MAX_NOTES = 1 << 16

/** Memory from `start` on as a file: what the beginning of a mapped file's image is. */
export class MemorySource implements ByteSource {
  readonly path: string
  readonly size: number
  readonly #read: ReadMemory
  readonly #start: number

  constructor(read: ReadMemory, start: number, size: number, path: string) {
    this.path = path
    this.size = size
    this.#read = read
    this.#start = start
  }

  readInto(offset: number, into: Uint8Array, at: number, length: number): number {
    if (!(offset >= 0 && offset < this.size)) return 0
    return this.#read(this.#start + offset, into, at, Math.min(length, this.size - offset))
  }

  read(offset: number, length: number): Uint8Array<ArrayBuffer> {
    const inside = offset >= 0 && length >= 0 && offset + length <= this.size
    const bytes = new Uint8Array(inside ? length : 0)
    if (inside && this.readInto(offset, bytes, 0, length) === length) return bytes
    throw new InvivoError(
      'BAD_ELF',
      `cannot read the image of ${this.path}: ${length} bytes at offset 0x${offset.toString(16)} are not mapped`,
    )
  }

  [Symbol.dispose](): void {}
}

/**
 * @param mappings in address order.
 * @param read of the memory as it is; bytes not readable cost only the modules that need them.
 * @returns the images in address order.
 */
export function findImages(mappings: readonly ImageMapping[], read: ReadMemory): MappedImage[] {
  const images: MappedImage[] = []
  const magic = new Uint8Array(4)
  for (const mapping of mappings) {
    const isVdso = mapping.name === '[vdso]'
    if (!isVdso && (mapping.identity === '' || mapping.fileOffset !== 0)) continue
    if (read(mapping.start, magic, 0, 4) !== 4 || magic[0] !== 0x7f || magic[1] !== 0x45 || magic[2] !== 0x4c || magic[3] !== 0x46) continue
    const image = readImage(mapping, mappings, read)
    if (image !== undefined) images.push(image)
    if (images.length === MAX_IMAGES) break
  }
  return images
}

function readImage(first: ImageMapping, mappings: readonly ImageMapping[], read: ReadMemory): MappedImage | undefined {
  let tables
  try {
    tables = readTables(new MemorySource(read, first.start, Math.min(first.end - first.start, MAX_HEADERS), first.name), [])
  } catch (error) {
    // ELF magic on something else, or headers overwritten since: a mapping like any other.
    if (isInvivoError(error, 'BAD_ELF') || isInvivoError(error, 'NOT_ELF')) return undefined
    throw error
  }
  const { header, segments } = tables
  if ((header.type !== ET.EXEC && header.type !== ET.DYN) || segments.length > MAX_SEGMENTS) return undefined
  const loads = segments.filter((segment) => segment.type === PT.LOAD)
  const head = loads.find((load) => load.offset < PAGE && load.memorySize > 0)
  if (head === undefined) return undefined
  const bias = first.start - (head.address - head.offset)

  let start = first.start
  let end = first.end
  for (const load of loads) {
    if (load.memorySize === 0 || load.memorySize > Number.MAX_SAFE_INTEGER) continue
    const from = bias + load.address
    start = Math.min(start, from)
    end = Math.max(end, from + load.memorySize)
    // A program that maps a library's file to look at it, as debuggers do, maps it in one piece and never executable.
    const there = (load.flags & PF.X) === 0 ? undefined : mappingAt(mappings, from)
    if (there !== undefined && there.identity === first.identity && !there.executable) return undefined
  }
  const note = (segment: ElfSegment): Uint8Array | undefined => {
    const bytes = new Uint8Array(segment.fileSize)
    return read(bias + segment.address, bytes, 0, bytes.length) === bytes.length ? bytes : undefined
  }
  const buildId = buildIdOf(header, segments, note)
  return { name: first.name, identity: first.identity, bias, start, end, buildId, header, segments }
}

/** The mapping that contains `address`, of mappings in address order. */
export function mappingAt<T extends MappedRange>(mappings: readonly T[], address: number): T | undefined {
  let low = 0
  let high = mappings.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const mapping = mappings[middle]
    if (mapping !== undefined && mapping.start <= address) low = middle + 1
    else high = middle
  }
  const mapping = mappings[low - 1]
  return mapping !== undefined && address < mapping.end ? mapping : undefined
}

/** The build-id in the note segments, whose bytes `read` gets where it can: from memory, or from a file. */
export function buildIdOf(
  header: ElfHeader,
  segments: readonly ElfSegment[],
  read: (segment: ElfSegment) => Uint8Array | undefined,
): string | undefined {
  let looked = 0
  for (const segment of segments) {
    if (segment.type !== PT.NOTE || segment.fileSize > MAX_NOTES) continue
    if (++looked > MAX_NOTE_SEGMENTS) return undefined
    const bytes = read(segment)
    if (bytes === undefined) continue
    for (const note of readNotes(bytes, header.little, segment.alignment))
      if (note.name === 'GNU' && note.type === NT_GNU_BUILD_ID && note.descriptor.length > 0)
        return Buffer.from(note.descriptor).toString('hex')
  }
  return undefined
}

/** The build-id of a file, by its program headers; undefined where there is none, or the file is no ELF file. */
export function buildIdOfFile(source: ByteSource): string | undefined {
  try {
    const { header, segments } = readTables(source, [])
    return buildIdOf(header, segments, (segment) => source.read(segment.offset, segment.fileSize))
  } catch (error) {
    if (isInvivoError(error)) return undefined
    throw error
  }
}
