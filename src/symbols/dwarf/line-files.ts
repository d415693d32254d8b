/**
 * File names of a line number program's header (DWARF 5 section 6.2.4, DWARF 2 to 4 section 6.2.4): what DW_AT_decl_file refers
 * to. Only the tables; the program that maps addresses to lines is not read.
 */
import * as dw from './constants.ts'
import type { DwarfFile } from './dwarf-file.ts'
import { skipValue, type UnitFormat } from './forms.ts'
import { lebEnd, skipLeb, uleb } from './leb128.ts'

const LNCT_PATH = 1
const LNCT_DIRECTORY_INDEX = 2
/** A unit of the kernel has some thousand. */
const MAX_NAMES = 1 << 20

interface LineUnit extends UnitFormat {
  readonly name: string
  readonly compilationFolder: string | undefined
  readonly stringOffsetsBase: number
}

/** Paths by file number, joined with their folders. Empty, or shorter, when the header is damaged. */
export function readFileNames(file: DwarfFile, offset: number, unit: LineUnit): readonly (string | undefined)[] {
  const { line, little } = file
  if (!(offset >= 0 && offset + 16 <= line.size)) return []
  line.ensure(offset, offset + 32)
  let at = offset
  let offsetSize: 4 | 8 = 4
  let length = line.view.getUint32(at, little)
  at += 4
  if (length === 0xffffffff) {
    if (at + 12 > line.size) return []
    offsetSize = 8
    length = Number(line.view.getBigUint64(at, little))
    at += 8
  }
  const unitEnd = Math.min(line.size, at + length)
  if (at + 8 + offsetSize > unitEnd) return []
  const version = line.view.getUint16(at, little)
  at += 2
  if (version < 2 || version > 5) return []
  let addressSize = unit.addressSize
  if (version >= 5) {
    addressSize = line.view.getUint8(at) === 4 ? 4 : 8
    at += 2
  }
  if (at + offsetSize > unitEnd) return []
  const headerLength = offsetSize === 8 ? Number(line.view.getBigUint64(at, little)) : line.view.getUint32(at, little)
  at += offsetSize
  const end = Math.min(unitEnd, at + headerLength)
  line.ensure(at, end)
  // minimum_instruction_length, maximum_operations (4 on), default_is_stmt, line_base, line_range, opcode_base
  at += version >= 4 ? 5 : 4
  const opcodeBase = at < end ? line.view.getUint8(at) : 1
  at += 1 + Math.max(0, opcodeBase - 1)
  if (at >= end) return []
  const reader = new HeaderReader(file, { version, addressSize, offsetSize }, unit, at, end)
  return version >= 5 ? reader.version5() : reader.version2()
}

class HeaderReader {
  readonly #file: DwarfFile
  readonly #format: UnitFormat
  readonly #unit: LineUnit
  #at: number
  readonly #end: number

  constructor(file: DwarfFile, format: UnitFormat, unit: LineUnit, at: number, end: number) {
    this.#file = file
    this.#format = format
    this.#unit = unit
    this.#at = at
    this.#end = end
  }

  version2(): (string | undefined)[] {
    const folders: (string | undefined)[] = [this.#unit.compilationFolder]
    const { bytes } = this.#file.line
    while (this.#at < this.#end && bytes[this.#at] !== 0) folders.push(join(folders[0], this.#string()))
    this.#at++
    const names: (string | undefined)[] = [undefined]
    while (this.#at < this.#end && bytes[this.#at] !== 0) {
      const name = this.#string()
      const folder = uleb(bytes, this.#at)
      // Time of modification, length in bytes.
      this.#at = skipLeb(bytes, skipLeb(bytes, lebEnd))
      names.push(join(folders[folder], name))
    }
    return names
  }

  version5(): (string | undefined)[] {
    const folders: string[] = []
    // The first is the compilation's own, as it stands.
    for (const { path } of this.#entries()) folders.push(folders.length === 0 ? path : join(folders[0], path))
    return this.#entries().map(({ path, folder }) => join(folders[folder], path))
  }

  #entries(): { path: string; folder: number }[] {
    const { bytes, view } = this.#file.line
    const entries: { path: string; folder: number }[] = []
    if (this.#at >= this.#end) return entries
    const formatCount = bytes[this.#at++] ?? 0
    const formats: { content: number; form: number }[] = []
    for (let index = 0; index < formatCount && this.#at < this.#end; index++) {
      const content = uleb(bytes, this.#at)
      const form = uleb(bytes, lebEnd)
      this.#at = lebEnd
      formats.push({ content, form })
    }
    const count = uleb(bytes, this.#at)
    this.#at = lebEnd
    // An entry without any format would take no bytes: the count could be anything.
    if (formats.length === 0) return entries
    for (let index = 0; index < count && index < MAX_NAMES && this.#at < this.#end; index++) {
      let path = ''
      let folder = 0
      for (const { content, form } of formats) {
        if (content === LNCT_PATH) path = this.#path(form)
        else if (content === LNCT_DIRECTORY_INDEX) folder = this.#number(form)
        const next = skipValue(bytes, view, this.#at, form, this.#format, this.#file.little)
        if (next < 0 || next > this.#end) {
          this.#at = this.#end
          return entries
        }
        this.#at = next
      }
      entries.push({ path, folder })
    }
    return entries
  }

  #path(form: number): string {
    const { line, str, lineStr, little } = this.#file
    switch (form) {
      case dw.FORM_STRING:
        return line.string(this.#at)
      case dw.FORM_LINE_STRP:
      case dw.FORM_STRP: {
        if (this.#at + this.#format.offsetSize > this.#end) return ''
        const offset =
          this.#format.offsetSize === 8 ? Number(line.view.getBigUint64(this.#at, little)) : line.view.getUint32(this.#at, little)
        return (form === dw.FORM_STRP ? str : lineStr).string(offset)
      }
      default:
        return ''
    }
  }

  #number(form: number): number {
    const { line, little } = this.#file
    if (this.#at + (form === dw.FORM_DATA2 ? 2 : 1) > this.#end) return 0
    switch (form) {
      case dw.FORM_UDATA:
        return uleb(line.bytes, this.#at)
      case dw.FORM_DATA1:
        return line.view.getUint8(this.#at)
      case dw.FORM_DATA2:
        return line.view.getUint16(this.#at, little)
      default:
        return 0
    }
  }

  #string(): string {
    const { line } = this.#file
    const end = line.bytes.indexOf(0, this.#at)
    const stop = end < 0 || end > this.#end ? this.#end : end
    const text = line.bytes.toString('utf8', this.#at, stop)
    this.#at = stop + 1
    return text
  }
}

/** A path below a folder; itself when absolute. */
function join(folder: string | undefined, path: string): string {
  return folder === undefined || folder === '' || path.startsWith('/') ? path : `${folder}/${path}`
}
