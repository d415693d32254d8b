/**
 * Abbreviation tables (DWARF 5 section 7.5.3): what attributes the entries of a unit have, and in which form. Flat arrays, one
 * position an abbreviation or an attribute: a kernel has 2,000 tables of 200 abbreviations each.
 */
import { InvivoError } from '../../errors.ts'
import { FORM_IMPLICIT_CONST } from './constants.ts'
import { lebEnd, sleb, uleb } from './leb128.ts'
import type { SectionData } from './section-data.ts'

/** Attributes of one entry: real ones have up to 30. */
const MAX_ATTRIBUTES = 4096
/** Tables of real units have up to some hundred; type-heavy C++ some thousand. */
const MAX_ABBREVIATIONS = 1 << 20

export class AbbrevTable {
  /** Offset in .debug_abbrev; -1 before the first `parse`. */
  offset = -1
  /** Bytes in .debug_abbrev. */
  size = 0
  count = 0
  /** Of each abbreviation. */
  tags = new Uint16Array(64)
  children = new Uint8Array(64)
  /** Position of its first attribute in `names`, `forms` and `constants`; its end is the next one's start. */
  starts = new Uint32Array(65)
  /** Of each attribute: DW_AT_*, DW_FORM_* and the value of DW_FORM_implicit_const. */
  names = new Uint16Array(512)
  forms = new Uint16Array(512)
  constants = new Float64Array(512)
  /** Highest code, when codes are 1, 2, 3, …; else -1 and `#codes` tells. */
  #dense = 0
  readonly #codes = new Map<number, number>()

  /** Position of the abbreviation with that code; -1 when there is none. */
  indexOf(code: number): number {
    if (this.#dense >= 0) return code > 0 && code <= this.#dense ? code - 1 : -1
    return this.#codes.get(code) ?? -1
  }

  /** True when a code is its position plus one: the scan then does without `indexOf`. */
  get dense(): boolean {
    return this.#dense >= 0
  }

  /**
   * Reads the table at `offset`, replacing what was here.
   * @throws InvivoError BAD_DWARF
   */
  parse(section: SectionData, offset: number): this {
    this.offset = -1
    this.count = 0
    this.#dense = 0
    this.#codes.clear()
    const { size } = section
    if (!(offset >= 0 && offset < size)) throw bad(section, offset, 'it is beyond the end of the section')
    const bytes = section.bytes
    let at = offset
    let attributes = 0
    let ensured = 0
    for (;;) {
      // An abbreviation has some 50 bytes; one that is longer asks again below.
      if (at + 1024 > ensured) {
        ensured = at + (1 << 14)
        section.ensure(at, ensured)
      }
      if (at >= size) throw bad(section, offset, 'its end is missing')
      const code = uleb(bytes, at)
      at = lebEnd
      if (code === 0) break
      const index = this.count
      if (index >= MAX_ABBREVIATIONS) throw bad(section, offset, 'it has too many entries')
      if (index === this.tags.length) this.#growAbbreviations()
      const tag = uleb(bytes, at)
      at = lebEnd
      this.tags[index] = tag > 0xffff ? 0xffff : tag
      this.children[index] = bytes[at++] === 0 ? 0 : 1
      this.starts[index] = attributes
      for (;;) {
        if (at + 64 > ensured) {
          ensured = at + (1 << 14)
          section.ensure(at, ensured)
        }
        if (at >= size) throw bad(section, offset, 'its end is missing')
        // Nearly all are of one byte.
        let name = bytes[at] ?? 0
        let form = bytes[at + 1] ?? 0
        if (name < 0x80 && form < 0x80) at += 2
        else {
          name = uleb(bytes, at)
          form = uleb(bytes, lebEnd)
          at = lebEnd
        }
        if (name === 0 && form === 0) break
        if (attributes - (this.starts[index] ?? 0) >= MAX_ATTRIBUTES) throw bad(section, offset, 'an entry has too many attributes')
        if (attributes === this.names.length) this.#growAttributes()
        this.names[attributes] = name > 0xffff ? 0xffff : name
        this.forms[attributes] = form > 0xffff ? 0xffff : form
        if (form === FORM_IMPLICIT_CONST) {
          this.constants[attributes] = sleb(bytes, at)
          at = lebEnd
        }
        attributes++
      }
      this.count = index + 1
      if (this.#dense >= 0 && code === index + 1) this.#dense = code
      else this.#notDense(code, index)
    }
    this.starts[this.count] = attributes
    this.size = at - offset
    this.offset = offset
    return this
  }

  /** Codes with holes or out of order: some producers number abbreviations over several units. */
  #notDense(code: number, index: number): void {
    if (this.#dense >= 0) {
      for (let earlier = 1; earlier <= this.#dense; earlier++) this.#codes.set(earlier, earlier - 1)
      this.#dense = -1
    }
    if (!this.#codes.has(code)) this.#codes.set(code, index)
  }

  #growAbbreviations(): void {
    const length = this.tags.length * 2
    this.tags = grown(this.tags, new Uint16Array(length))
    this.children = grown(this.children, new Uint8Array(length))
    this.starts = grown(this.starts, new Uint32Array(length + 1))
  }

  #growAttributes(): void {
    this.names = grown(this.names, new Uint16Array(this.names.length * 2))
    this.forms = grown(this.forms, new Uint16Array(this.forms.length * 2))
    this.constants = grown(this.constants, new Float64Array(this.constants.length * 2))
  }
}

function grown<A extends Uint8Array | Uint16Array | Uint32Array | Float64Array>(from: A, to: A): A {
  to.set(from)
  return to
}

function bad(section: SectionData, offset: number, why: string): InvivoError {
  return new InvivoError('BAD_DWARF', `cannot read the abbreviation table at ${section.name}+0x${offset.toString(16)}: ${why}`, {
    section: section.name,
    offset,
  })
}
