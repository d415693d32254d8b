/**
 * Units of .debug_info (DWARF 5 section 7.5.1; DWARF 2 to 4 section 7.5.1 too): their headers, as flat arrays in file order.
 * What a unit's first entry says of it: unit.ts.
 */
import { UT_COMPILE, UT_SKELETON, UT_SPLIT_COMPILE, UT_SPLIT_TYPE, UT_TYPE } from './constants.ts'

/** Bytes of the longest header: 64-bit DWARF 5 type unit. */
export const MAX_UNIT_HEADER = 40

export class UnitTable {
  count = 0
  /** Of each unit, offsets in .debug_info: its header, its first entry, its end. */
  starts = new Uint32Array(64)
  firstDies = new Uint32Array(64)
  ends = new Uint32Array(64)
  /** Offset of its abbreviations in .debug_abbrev. */
  abbrevs = new Uint32Array(64)
  versions = new Uint8Array(64)
  addressSizes = new Uint8Array(64)
  offsetSizes = new Uint8Array(64)
  /** DW_UT_*. */
  types = new Uint8Array(64)

  /** Position of the unit that has this offset in it; -1 when none has. */
  unitAt(offset: number): number {
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.starts[middle] ?? 0) <= offset) low = middle + 1
      else high = middle
    }
    return low > 0 && offset < (this.ends[low - 1] ?? 0) ? low - 1 : -1
  }

  /**
   * Reads the header at `at` (an index into `view`; `base` is the offset of the view's first byte in the section) and adds it.
   * @param size of the section.
   * @returns where the next unit starts in the section, or undefined when the header makes no sense: nothing after it can be found.
   *   A unit of a version that is not handled is left out, with a sentence in `problems`.
   */
  add(view: DataView, at: number, base: number, size: number, little: boolean, problems: string[]): number | undefined {
    const start = base + at
    const where = `unit at .debug_info+0x${start.toString(16)}`
    if (start + 11 > size) {
      problems.push(`${where}: the section ends within its header`)
      return undefined
    }
    let length = view.getUint32(at, little)
    let offsetSize: 4 | 8 = 4
    let position = at + 4
    if (length === 0xffffffff) {
      if (start + 24 > size) {
        problems.push(`${where}: the section ends within its header`)
        return undefined
      }
      offsetSize = 8
      length = u64(view, at + 4, little)
      position = at + 12
    } else if (length >= 0xfffffff0) {
      problems.push(`${where}: its length 0x${length.toString(16)} is reserved`)
      return undefined
    }
    const end = base + position + length
    if (end > size || length < 7) {
      problems.push(`${where}: its length ${length} does not fit the section`)
      return undefined
    }
    const version = view.getUint16(position, little)
    position += 2
    if (version < 2 || version > 5) {
      problems.push(`${where}: DWARF version ${version} is not handled`)
      return end
    }
    let type = UT_COMPILE
    let addressSize: number
    let abbrev: number
    if (version >= 5) {
      type = view.getUint8(position)
      addressSize = view.getUint8(position + 1)
      abbrev = offsetSize === 8 ? u64(view, position + 2, little) : view.getUint32(position + 2, little)
      position += 2 + offsetSize
      if (type === UT_SKELETON || type === UT_SPLIT_COMPILE) position += 8
      else if (type === UT_TYPE || type === UT_SPLIT_TYPE) position += 8 + offsetSize
    } else {
      abbrev = offsetSize === 8 ? u64(view, position, little) : view.getUint32(position, little)
      addressSize = view.getUint8(position + offsetSize)
      position += offsetSize + 1
    }
    if ((addressSize !== 4 && addressSize !== 8) || base + position > end || abbrev > 0xffffffff) {
      problems.push(`${where}: its header is damaged (address size ${addressSize})`)
      return end
    }
    const index = this.count
    if (index === this.starts.length) this.#grow()
    this.starts[index] = start
    this.firstDies[index] = base + position
    this.ends[index] = end
    this.abbrevs[index] = abbrev
    this.versions[index] = version
    this.addressSizes[index] = addressSize
    this.offsetSizes[index] = offsetSize
    this.types[index] = type
    this.count = index + 1
    return end
  }

  #grow(): void {
    const length = this.starts.length * 2
    const wide = (from: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> => {
      const to = new Uint32Array(length)
      to.set(from)
      return to
    }
    const narrow = (from: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => {
      const to = new Uint8Array(length)
      to.set(from)
      return to
    }
    this.starts = wide(this.starts)
    this.firstDies = wide(this.firstDies)
    this.ends = wide(this.ends)
    this.abbrevs = wide(this.abbrevs)
    this.versions = narrow(this.versions)
    this.addressSizes = narrow(this.addressSizes)
    this.offsetSizes = narrow(this.offsetSizes)
    this.types = narrow(this.types)
  }
}

/** Unsigned; rounded above 2^53, which is beyond every size it is checked against. */
function u64(view: DataView, at: number, little: boolean): number {
  const first = view.getUint32(at, little)
  const second = view.getUint32(at + 4, little)
  return little ? second * 0x100000000 + first : first * 0x100000000 + second
}
