/**
 * The relocations that the run-time linker would apply before the program starts (gABI chapter 5; psABIs of x86-64, i386 and AArch64;
 * DT_RELR of the gABI's 2022 draft), as far as a file alone tells them: those relative to the load address, and those that name a
 * symbol which the same file defines. With them, pointers in static tables of a position-independent program can be followed without
 * running it. What they patch: file.ts.
 */
import type { ByteSource } from '../symbols/byte-source.ts'
import { DT, EM, PT } from '../symbols/elf/constants.ts'
import type { ElfHeader, ElfSegment } from '../symbols/elf/header.ts'
import { ElfReader } from '../symbols/elf/reader.ts'

/** Where a pointer is and what it becomes, both link-time addresses. Parallel arrays, by place. */
export interface Relocations {
  readonly places: Float64Array
  readonly values: Float64Array
}

interface MachineTypes {
  readonly relative: number
  /** The whole address of a symbol: R_*_64 or 32, and R_*_GLOB_DAT. */
  readonly symbolic: readonly number[]
}

const machineTypes: Partial<Record<number, MachineTypes>> = {
  [EM.X86_64]: { relative: 8, symbolic: [1, 6] },
  [EM.I386]: { relative: 8, symbolic: [1, 6] },
  [EM.AARCH64]: { relative: 1027, symbolic: [257, 1025] },
}

/** Chromium has 10^6. */
const MAX_RELOCATIONS = 1 << 24
const MAX_DYNAMIC = 1 << 16

/** @returns none for a program without a dynamic section or of another machine; those that can be read of a damaged file. */
export function readRelocations(source: ByteSource, header: ElfHeader, segments: readonly ElfSegment[]): Relocations {
  const none: Relocations = { places: new Float64Array(0), values: new Float64Array(0) }
  const types = machineTypes[header.machine]
  const section = segments.find(({ type }) => type === PT.DYNAMIC)
  if (types === undefined || section === undefined) return none
  const { is64, little } = header
  const width = is64 ? 8 : 4
  const loads = segments.filter(({ type }) => type === PT.LOAD)

  /** Up to `size` bytes of the file that are loaded at `address`. */
  const load = (address: number, size: number): Uint8Array<ArrayBuffer> => {
    const segment = loads.find((item) => item.address <= address && address < item.address + item.fileSize)
    if (segment === undefined) return new Uint8Array(0)
    const inside = address - segment.address
    const offset = segment.offset + inside
    const available = Math.max(0, Math.min(size, segment.fileSize - inside, source.size - offset))
    return available === 0 ? new Uint8Array(0) : source.read(offset, available)
  }
  const reader = (bytes: Uint8Array): ElfReader => new ElfReader(bytes, little, is64)

  const dynamic = reader(load(section.address, Math.min(section.fileSize, MAX_DYNAMIC)))
  const entries = new Map<number, number>()
  for (let at = 0; at + 2 * width <= dynamic.length; at += 2 * width) {
    const tag = dynamic.word(at)
    if (tag === 0) break
    entries.set(tag, dynamic.address(at + width))
  }
  const table = (tag: number, sizeTag: number): Uint8Array<ArrayBuffer> => {
    const address = entries.get(tag)
    const size = entries.get(sizeTag)
    return address === undefined || size === undefined ? new Uint8Array(0) : load(address, Math.max(0, size))
  }

  const places: number[] = []
  const values: number[] = []
  const add = (place: number, value: number): void => {
    if (places.length >= MAX_RELOCATIONS) return
    places.push(place)
    values.push(value)
  }

  const pending: { readonly place: number; readonly symbol: number; readonly addend: number | undefined }[] = []
  for (const withAddend of [true, false]) {
    const records = reader(withAddend ? table(DT.RELA, DT.RELASZ) : table(DT.REL, DT.RELSZ))
    const size = (withAddend ? 3 : 2) * width
    for (let at = 0; at + size <= records.length && places.length + pending.length < MAX_RELOCATIONS; at += size) {
      const place = records.address(at)
      const type = is64 ? records.u32(little ? at + 8 : at + 12) : records.u8(little ? at + 4 : at + 7)
      const symbol = is64 ? records.u32(little ? at + 12 : at + 8) : records.u32(at + 4) >>> 8
      const addend = withAddend ? records.address(at + 2 * width) : undefined
      if (type === types.relative) {
        // Without an addend the place itself holds it: nothing changes at bias 0.
        if (addend !== undefined) add(place, addend)
      } else if (types.symbolic.includes(type)) {
        pending.push({ place, symbol, addend })
      }
    }
  }

  const symbolSize = is64 ? 24 : 16
  const last = pending.reduce((highest, { symbol }) => Math.max(highest, symbol), -1)
  const symbols = reader(load(entries.get(DT.SYMTAB) ?? -1, (last + 1) * symbolSize))
  for (const { place, symbol, addend } of pending) {
    const at = symbol * symbolSize
    // st_shndx 0: another file defines it.
    if (at + symbolSize > symbols.length || symbols.u16(at + (is64 ? 6 : 14)) === 0) continue
    const value = symbols.address(at + (is64 ? 8 : 4))
    const inPlace = addend === undefined ? reader(load(place, width)) : undefined
    const sum = value + (addend ?? (inPlace?.length === width ? inPlace.address(0) : 0))
    add(place, is64 ? sum : sum >>> 0)
  }
  // DT_RELR needs nothing: the places hold link-time addresses already, and the bias is 0.
  const sorted = Uint32Array.from(places.keys()).sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0))
  // A damaged file may name one place a million times.
  const order = sorted.filter((index, at) => places[index] !== places[sorted[at + 1] ?? -1])
  return {
    places: Float64Array.from(order, (index) => places[index] ?? 0),
    values: Float64Array.from(order, (index) => values[index] ?? 0),
  }
}
