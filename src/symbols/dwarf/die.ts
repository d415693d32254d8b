/**
 * One debugging information entry (DWARF 5 section 2.1), read at random: where its attributes' values are, and what they say in
 * each of their forms (section 7.5.5). The scan of whole files does without these objects: scanner.ts.
 */
import * as dw from './constants.ts'
import { InvivoError } from '../../errors.ts'
import type { AbbrevTable } from './abbrev-table.ts'
import type { DwarfFile } from './dwarf-file.ts'
import { skipValue } from './forms.ts'
import { bigSleb, bigUleb, lebEnd, sleb, uleb } from './leb128.ts'
import type { Unit } from './unit.ts'

/** Bytes present before an entry is read: most have 10 to 30. */
const WINDOW = 512

export class Die {
  readonly unit: Unit
  /** In .debug_info, as all offsets here. */
  readonly offset: number
  readonly tag: number
  readonly hasChildren: boolean
  /** Behind the attributes: the first child, or the next entry. */
  readonly end: number
  readonly #file: DwarfFile
  readonly #table: AbbrevTable
  readonly #first: number
  readonly #positions: readonly number[]

  /** @returns undefined for the null entry that ends a list, and for one that cannot be decoded. */
  static read(file: DwarfFile, unit: Unit, offset: number): Die | undefined {
    const { info, little } = file
    const { bytes, view } = info
    let table: AbbrevTable
    try {
      table = unit.abbreviations
    } catch (error) {
      if (error instanceof InvivoError) return undefined
      throw error
    }
    for (let window = WINDOW; ; window *= 8) {
      const limit = offset + window
      info.ensure(offset, limit)
      const code = uleb(bytes, offset)
      let at = lebEnd
      const index = code === 0 ? -1 : table.indexOf(code)
      if (index >= 0) {
        const first = table.starts[index] ?? 0
        const last = table.starts[index + 1] ?? 0
        const positions: number[] = []
        for (let attribute = first; attribute < last; attribute++) {
          positions.push(at)
          at = skipValue(bytes, view, at, table.forms[attribute] ?? 0, unit, little)
          if (at < 0 || at > limit) break
        }
        if (at >= 0 && at <= limit) {
          if (at > unit.end) return undefined
          return new Die(file, unit, offset, table, index, positions, at)
        }
      } else if (at <= limit) return undefined
      // What was looked at beyond the limit may not have been read yet: again, with more of it.
      if (limit >= unit.end) return undefined
    }
  }

  private constructor(file: DwarfFile, unit: Unit, offset: number, table: AbbrevTable, index: number, positions: number[], end: number) {
    this.#file = file
    this.unit = unit
    this.offset = offset
    this.#table = table
    this.tag = table.tags[index] ?? 0
    this.hasChildren = table.children[index] === 1
    this.#first = table.starts[index] ?? 0
    this.#positions = positions
    this.end = end
  }

  has(name: number): boolean {
    return this.#find(name) >= 0
  }

  /** DW_FORM_* of an attribute; undefined when it is not there. */
  form(name: number): number | undefined {
    const index = this.#find(name)
    return index < 0 ? undefined : this.#resolve(index).form
  }

  flag(name: number): boolean {
    const index = this.#find(name)
    if (index < 0) return false
    const { form, at } = this.#resolve(index)
    return form === dw.FORM_FLAG_PRESENT || (form === dw.FORM_IMPLICIT_CONST ? this.#constant(index) : this.#file.info.bytes[at]) !== 0
  }

  /** A constant or section offset; undefined when absent or of another class. Rounded beyond 53 bits. */
  number(name: number): number | undefined {
    const index = this.#find(name)
    if (index < 0) return undefined
    const { form, at } = this.#resolve(index)
    const { info, little } = this.#file
    switch (form) {
      case dw.FORM_DATA1:
        return info.view.getUint8(at)
      case dw.FORM_DATA2:
        return info.view.getUint16(at, little)
      case dw.FORM_DATA4:
        return info.view.getUint32(at, little)
      case dw.FORM_DATA8:
        return this.#u64(at)
      case dw.FORM_UDATA:
        return uleb(info.bytes, at)
      case dw.FORM_SDATA:
        return sleb(info.bytes, at)
      case dw.FORM_IMPLICIT_CONST:
        return this.#constant(index)
      case dw.FORM_SEC_OFFSET:
        return this.#offset(at)
      default:
        return undefined
    }
  }

  /**
   * A constant exactly. Forms without a sign (DW_FORM_data*) are taken as unsigned.
   * @returns undefined when absent or of another class.
   */
  bigint(name: number): bigint | undefined {
    const index = this.#find(name)
    if (index < 0) return undefined
    const { form, at } = this.#resolve(index)
    const { info, little } = this.#file
    switch (form) {
      case dw.FORM_DATA8:
        return info.view.getBigUint64(at, little)
      case dw.FORM_DATA16: {
        const first = info.view.getBigUint64(at, little)
        const second = info.view.getBigUint64(at + 8, little)
        return little ? (second << 64n) | first : (first << 64n) | second
      }
      case dw.FORM_UDATA:
        return bigUleb(info.bytes, at)
      case dw.FORM_SDATA:
        return bigSleb(info.bytes, at)
      default: {
        const value = this.number(name)
        return value === undefined ? undefined : BigInt(value)
      }
    }
  }

  string(name: number): string | undefined {
    const index = this.#find(name)
    if (index < 0) return undefined
    const { form, at } = this.#resolve(index)
    const { info, str, lineStr } = this.#file
    switch (form) {
      case dw.FORM_STRING:
        return info.string(at)
      case dw.FORM_STRP:
        return str.string(this.#offset(at))
      case dw.FORM_LINE_STRP:
        return lineStr.string(this.#offset(at))
      default: {
        const entry = this.#index(form, at, dw.FORM_STRX, dw.FORM_STRX1, dw.FORM_GNU_STR_INDEX)
        return entry === undefined ? undefined : str.string(this.#indexedOffset(entry))
      }
    }
  }

  /** Offset of the entry an attribute refers to; undefined when absent, in another file, or outside of this one. */
  reference(name: number): number | undefined {
    const index = this.#find(name)
    if (index < 0) return undefined
    const { form, at } = this.#resolve(index)
    const { info, little } = this.#file
    let target: number | undefined
    switch (form) {
      case dw.FORM_REF4:
        target = this.unit.start + info.view.getUint32(at, little)
        break
      case dw.FORM_REF1:
        target = this.unit.start + info.view.getUint8(at)
        break
      case dw.FORM_REF2:
        target = this.unit.start + info.view.getUint16(at, little)
        break
      case dw.FORM_REF8:
        target = this.unit.start + this.#u64(at)
        break
      case dw.FORM_REF_UDATA:
        target = this.unit.start + uleb(info.bytes, at)
        break
      case dw.FORM_REF_ADDR:
        target = this.unit.version <= 2 && this.unit.addressSize === 8 ? this.#u64(at) : this.#offset(at)
        break
      case dw.FORM_REF_SIG8:
        target = this.#file.typeOfSignature(info.view.getBigUint64(at, little))
        break
      default:
        return undefined
    }
    return target !== undefined && target < info.size ? target : undefined
  }

  /** Bytes of a block or expression; undefined when absent or of another class. */
  block(name: number): Uint8Array | undefined {
    const index = this.#find(name)
    if (index < 0) return undefined
    const { form, at } = this.#resolve(index)
    const { info, little } = this.#file
    let start: number
    let length: number
    switch (form) {
      case dw.FORM_EXPRLOC:
      case dw.FORM_BLOCK:
        length = uleb(info.bytes, at)
        start = lebEnd
        break
      case dw.FORM_BLOCK1:
        length = info.view.getUint8(at)
        start = at + 1
        break
      case dw.FORM_BLOCK2:
        length = info.view.getUint16(at, little)
        start = at + 2
        break
      case dw.FORM_BLOCK4:
        length = info.view.getUint32(at, little)
        start = at + 4
        break
      case dw.FORM_DATA16:
        length = 16
        start = at
        break
      default:
        return undefined
    }
    return info.bytes.subarray(start, start + length)
  }

  /** A target address (64-bit ones taken as signed, as target.ts says); undefined when absent or of another class. */
  address(name: number): number | undefined {
    const index = this.#find(name)
    if (index < 0) return undefined
    const { form, at } = this.#resolve(index)
    if (form === dw.FORM_ADDR) return readAddress(this.#file.info.view, at, this.unit.addressSize, this.#file.little)
    const entry = this.#index(form, at, dw.FORM_ADDRX, dw.FORM_ADDRX1, dw.FORM_GNU_ADDR_INDEX)
    return entry === undefined ? undefined : this.indexedAddress(entry)
  }

  /** Entry of the unit's table in .debug_addr. */
  indexedAddress(index: number): number | undefined {
    const { addr, little } = this.#file
    const { addressSize, addressBase } = this.unit
    const at = addressBase + index * addressSize
    if (!(at >= 0 && at + addressSize <= addr.size)) return undefined
    addr.ensure(at, at + addressSize)
    return readAddress(addr.view, at, addressSize, little)
  }

  /** DW_AT_sibling. */
  get sibling(): number | undefined {
    return this.reference(dw.AT_SIBLING)
  }

  #find(name: number): number {
    const { names } = this.#table
    const end = this.#positions.length
    for (let index = 0; index < end; index++) if (names[this.#first + index] === name) return index
    return -1
  }

  /** Follows DW_FORM_indirect. */
  #resolve(index: number): { form: number; at: number } {
    const form = this.#table.forms[this.#first + index] ?? 0
    const at = this.#positions[index] ?? 0
    if (form !== dw.FORM_INDIRECT) return { form, at }
    return { form: uleb(this.#file.info.bytes, at), at: lebEnd }
  }

  #constant(index: number): number {
    return this.#table.constants[this.#first + index] ?? 0
  }

  #u64(at: number): number {
    const { info, little } = this.#file
    const first = info.view.getUint32(at, little)
    const second = info.view.getUint32(at + 4, little)
    return little ? second * 0x100000000 + first : first * 0x100000000 + second
  }

  #offset(at: number): number {
    return this.unit.offsetSize === 8 ? this.#u64(at) : this.#file.info.view.getUint32(at, this.#file.little)
  }

  /** The number in a form that is an index: DW_FORM_strx and addrx have the same five shapes. */
  #index(form: number, at: number, leb: number, one: number, gnu: number): number | undefined {
    const { info, little } = this.#file
    if (form === leb || form === gnu) return uleb(info.bytes, at)
    switch (form - one) {
      case 0:
        return info.view.getUint8(at)
      case 1:
        return info.view.getUint16(at, little)
      case 2:
        return little
          ? info.view.getUint16(at, true) + info.view.getUint8(at + 2) * 0x10000
          : info.view.getUint8(at) * 0x10000 + info.view.getUint16(at + 1, false)
      case 3:
        return info.view.getUint32(at, little)
      default:
        return undefined
    }
  }

  #indexedOffset(index: number): number {
    const { strOffsets, little } = this.#file
    const { offsetSize, stringOffsetsBase } = this.unit
    const at = stringOffsetsBase + index * offsetSize
    if (!(at >= 0 && at + offsetSize <= strOffsets.size)) return -1
    strOffsets.ensure(at, at + offsetSize)
    if (offsetSize === 4) return strOffsets.view.getUint32(at, little)
    return Number(strOffsets.view.getBigUint64(at, little))
  }
}

/** 64-bit addresses are taken as signed: exact for every canonical one. */
export function readAddress(view: DataView, at: number, size: 4 | 8, little: boolean): number {
  if (size === 4) return view.getUint32(at, little)
  return little
    ? view.getInt32(at + 4, true) * 0x100000000 + view.getUint32(at, true)
    : view.getInt32(at, false) * 0x100000000 + view.getUint32(at + 4, false)
}
