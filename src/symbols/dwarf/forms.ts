/**
 * How attribute values are encoded (DWARF 5 sections 7.5.5 and 7.5.6): the size of each form. What the values mean: die.ts.
 */
import * as dw from './constants.ts'
import { lebEnd, skipLeb, uleb } from './leb128.ts'

/** What the size of a value depends on besides its form. */
export interface UnitFormat {
  readonly version: number
  readonly addressSize: 4 | 8
  /** 8 in the 64-bit DWARF format. */
  readonly offsetSize: 4 | 8
}

/** Sizes that differ from value to value. */
export const VARIABLE = -1
/** A form this reader does not know: what follows it in the entry cannot be found. */
const UNKNOWN_FORM = -2

/** Bytes a value takes in .debug_info; VARIABLE or UNKNOWN_FORM. */
export function formSize(form: number, format: UnitFormat): number {
  switch (form) {
    case dw.FORM_FLAG_PRESENT:
    case dw.FORM_IMPLICIT_CONST:
      return 0
    case dw.FORM_DATA1:
    case dw.FORM_REF1:
    case dw.FORM_FLAG:
    case dw.FORM_STRX1:
    case dw.FORM_ADDRX1:
      return 1
    case dw.FORM_DATA2:
    case dw.FORM_REF2:
    case dw.FORM_STRX2:
    case dw.FORM_ADDRX2:
      return 2
    case dw.FORM_STRX3:
    case dw.FORM_ADDRX3:
      return 3
    case dw.FORM_DATA4:
    case dw.FORM_REF4:
    case dw.FORM_STRX4:
    case dw.FORM_ADDRX4:
    case dw.FORM_REF_SUP4:
      return 4
    case dw.FORM_DATA8:
    case dw.FORM_REF8:
    case dw.FORM_REF_SIG8:
    case dw.FORM_REF_SUP8:
      return 8
    case dw.FORM_DATA16:
      return 16
    case dw.FORM_ADDR:
      return format.addressSize
    case dw.FORM_STRP:
    case dw.FORM_LINE_STRP:
    case dw.FORM_SEC_OFFSET:
    case dw.FORM_STRP_SUP:
    case dw.FORM_GNU_REF_ALT:
    case dw.FORM_GNU_STRP_ALT:
      return format.offsetSize
    case dw.FORM_REF_ADDR:
      // DWARF 2 said "the size of an address".
      return format.version <= 2 ? format.addressSize : format.offsetSize
    case dw.FORM_SDATA:
    case dw.FORM_UDATA:
    case dw.FORM_REF_UDATA:
    case dw.FORM_STRX:
    case dw.FORM_ADDRX:
    case dw.FORM_LOCLISTX:
    case dw.FORM_RNGLISTX:
    case dw.FORM_GNU_ADDR_INDEX:
    case dw.FORM_GNU_STR_INDEX:
    case dw.FORM_STRING:
    case dw.FORM_BLOCK:
    case dw.FORM_BLOCK1:
    case dw.FORM_BLOCK2:
    case dw.FORM_BLOCK4:
    case dw.FORM_EXPRLOC:
    case dw.FORM_INDIRECT:
      return VARIABLE
    default:
      return UNKNOWN_FORM
  }
}

/** True for the forms whose value is one LEB128 number. */
export function isLebForm(form: number): boolean {
  switch (form) {
    case dw.FORM_SDATA:
    case dw.FORM_UDATA:
    case dw.FORM_REF_UDATA:
    case dw.FORM_STRX:
    case dw.FORM_ADDRX:
    case dw.FORM_LOCLISTX:
    case dw.FORM_RNGLISTX:
    case dw.FORM_GNU_ADDR_INDEX:
    case dw.FORM_GNU_STR_INDEX:
      return true
    default:
      return false
  }
}

/** First byte after the value at `at`; -1 for an unknown form. Never looks at more than its length. */
export function skipValue(bytes: Uint8Array, view: DataView, at: number, form: number, format: UnitFormat, little: boolean): number {
  const size = formSize(form, format)
  if (size >= 0) return at + size
  if (size === UNKNOWN_FORM) return -1
  switch (form) {
    case dw.FORM_STRING: {
      const end = bytes.indexOf(0, at)
      return end < 0 ? bytes.length : end + 1
    }
    case dw.FORM_BLOCK1:
      return at + 1 + (bytes[at] ?? 0)
    case dw.FORM_BLOCK2:
      return at + 2 > bytes.length ? bytes.length : at + 2 + view.getUint16(at, little)
    case dw.FORM_BLOCK4:
      return at + 4 > bytes.length ? bytes.length : at + 4 + view.getUint32(at, little)
    case dw.FORM_BLOCK:
    case dw.FORM_EXPRLOC: {
      const length = uleb(bytes, at)
      return lebEnd + length
    }
    case dw.FORM_INDIRECT: {
      const actual = uleb(bytes, at)
      // An indirect form that is itself indirect, or has its value in the abbreviation, is not valid.
      if (actual === dw.FORM_INDIRECT || actual === dw.FORM_IMPLICIT_CONST) return -1
      return skipValue(bytes, view, lebEnd, actual, format, little)
    }
    default:
      return skipLeb(bytes, at)
  }
}
