/**
 * The run-time linker's list of what it loaded: `struct r_debug` and `struct link_map` of <link.h>, reached through DT_DEBUG of
 * the program's dynamic section (gABI chapter 5). It gives the order in which symbols are looked up, and the only list of
 * modules in a core dump without NT_FILE. Memory may be damaged: every walk is bounded.
 */
import { PT, DT } from '../symbols/elf/constants.ts'
import type { ElfSegment } from '../symbols/elf/header.ts'
import { ElfReader } from '../symbols/elf/reader.ts'
import type { ReadMemory } from './modules.ts'

export interface LinkMapEntry {
  /** l_addr: the load bias. */
  readonly bias: number
  /** l_name; empty for the program itself. */
  readonly name: string
  /** l_ld: where the module's dynamic section is. */
  readonly dynamic: number
}

const MAX_MODULES = 1 << 14
const MAX_DYNAMIC = 1 << 12
const MAX_NAME = 4096

export interface ProgramInMemory {
  readonly bias: number
  readonly segments: readonly ElfSegment[]
  readonly little: boolean
  readonly is64: boolean
}

/** @returns nothing for a static program, one that has not reached its run-time linker yet, or unreadable memory. */
export function readLinkMap(program: ProgramInMemory, read: ReadMemory): LinkMapEntry[] {
  const { little, is64 } = program
  const width = is64 ? 8 : 4
  const words = (address: number, count: number): number[] | undefined => {
    const bytes = new Uint8Array(count * width)
    if (read(address, bytes, 0, bytes.length) !== bytes.length) return undefined
    const reader = new ElfReader(bytes, little, is64)
    return Array.from({ length: count }, (_, index) => reader.address(index * width))
  }

  const section = program.segments.find((segment) => segment.type === PT.DYNAMIC)
  if (section === undefined) return []
  let debug = 0
  for (let index = 0; index < MAX_DYNAMIC; index++) {
    const [tag, value] = words(program.bias + section.address + index * 2 * width, 2) ?? []
    if (tag === undefined || value === undefined || tag === DT.NULL) break
    if (tag === DT.DEBUG) debug = value
  }
  if (debug === 0) return []

  // r_version is an int, and the pointer after it is aligned.
  let at = words(debug + width, 1)?.[0] ?? 0
  const entries: LinkMapEntry[] = []
  const seen = new Set<number>()
  while (at !== 0 && entries.length < MAX_MODULES && !seen.has(at)) {
    seen.add(at)
    const [bias, name, dynamic, next] = words(at, 4) ?? []
    if (bias === undefined || name === undefined || dynamic === undefined || next === undefined) break
    entries.push({ bias, name: readName(name, read), dynamic })
    at = next
  }
  return entries
}

function readName(address: number, read: ReadMemory): string {
  const bytes = Buffer.alloc(MAX_NAME)
  // Up to the page's end first: most names end there, and what follows may not be mapped.
  const count = read(address, bytes, 0, MAX_NAME)
  const end = bytes.subarray(0, count).indexOf(0)
  return bytes.toString('utf8', 0, end === -1 ? count : end)
}

/** Sorts in the run-time linker's order; those it does not know keep theirs, behind. */
export function inLinkOrder<T extends { readonly bias: number; readonly start: number; readonly end: number }>(
  images: readonly T[],
  entries: readonly LinkMapEntry[],
): T[] {
  const rank = (image: T): number => {
    const index = entries.findIndex((entry) => entry.bias === image.bias && image.start <= entry.dynamic && entry.dynamic < image.end)
    return index === -1 ? entries.length : index
  }
  return images
    .map((image) => ({ image, rank: rank(image) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ image }) => image)
}
