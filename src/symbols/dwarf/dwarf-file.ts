/**
 * The debug sections of one file with its units, and entries read from them by offset: the ground under types.ts and
 * variables.ts. Which offsets are of interest: name-index.ts.
 */
import type { ElfFile } from '../elf/elf-file.ts'
import { AbbrevTable } from './abbrev-table.ts'
import { UT_SPLIT_TYPE, UT_TYPE } from './constants.ts'
import { Die } from './die.ts'
import { SectionData } from './section-data.ts'
import { Unit } from './unit.ts'
import { UnitTable } from './unit-table.ts'

/** Tables kept: walking one struct with all it refers to touches a handful of units. */
const ABBREVIATION_TABLES = 256
/** Entries nest as deep as blocks in a function; a damaged file may go deeper. */
const MAX_DEPTH = 4096

export class DwarfFile {
  readonly path: string
  readonly little: boolean
  readonly addressSize: 4 | 8
  readonly info: SectionData
  readonly abbrev: SectionData
  readonly str: SectionData
  readonly lineStr: SectionData
  readonly strOffsets: SectionData
  readonly addr: SectionData
  readonly line: SectionData
  readonly problems: string[]
  units: UnitTable = new UnitTable()
  readonly #units = new Map<number, Unit>()
  readonly #tables = new Map<number, AbbrevTable>()
  #signatures: Map<bigint, number> | undefined

  /** @throws InvivoError BAD_ELF, UNSUPPORTED when a section cannot be had. */
  constructor(elf: ElfFile, problems: string[]) {
    this.path = elf.path
    this.little = elf.byteOrder === 'little'
    this.addressSize = elf.addressSize
    this.problems = problems
    this.info = SectionData.open(elf, '.debug_info')
    this.abbrev = SectionData.open(elf, '.debug_abbrev')
    this.str = SectionData.open(elf, '.debug_str')
    this.lineStr = SectionData.open(elf, '.debug_line_str')
    this.strOffsets = SectionData.open(elf, '.debug_str_offsets')
    this.addr = SectionData.open(elf, '.debug_addr')
    this.line = SectionData.open(elf, '.debug_line')
  }

  /** The unit at that position of `units`. */
  unit(index: number): Unit {
    let unit = this.#units.get(index)
    if (unit === undefined) {
      unit = new Unit(this, index)
      this.#units.set(index, unit)
    }
    return unit
  }

  unitOfOffset(offset: number): Unit | undefined {
    const index = this.units.unitAt(offset)
    return index < 0 ? undefined : this.unit(index)
  }

  /**
   * The entry at `offset` of .debug_info; undefined when there is none: outside of every unit, the end of a list of children,
   * or damaged.
   */
  dieAt(offset: number, unit = this.unitOfOffset(offset)): Die | undefined {
    return unit === undefined || offset < unit.firstDie || offset >= unit.end ? undefined : Die.read(this, unit, offset)
  }

  /** Direct children, in order. A damaged one ends them. */
  *children(die: Die): Generator<Die, void, undefined> {
    if (!die.hasChildren) return
    const { unit } = die
    let at = die.end
    while (at < unit.end) {
      const child = this.dieAt(at, unit)
      if (child === undefined) return
      yield child
      at = this.nextSibling(child)
    }
  }

  /** Where the entry after `die` and its descendants starts. Always behind `die`; the end of the unit when it cannot be found. */
  nextSibling(die: Die): number {
    if (!die.hasChildren) return die.end
    const { sibling } = die
    if (sibling !== undefined && sibling > die.end && sibling <= die.unit.end) return sibling
    let depth = 1
    let at = die.end
    while (at < die.unit.end) {
      this.info.ensure(at, at + 1)
      if (this.info.bytes[at] === 0) {
        at++
        if (--depth === 0) return at
        continue
      }
      const child = this.dieAt(at, die.unit)
      if (child === undefined || depth > MAX_DEPTH) break
      const next = child.hasChildren ? child.sibling : undefined
      if (next !== undefined && next > child.end && next <= die.unit.end) at = next
      else {
        if (child.hasChildren) depth++
        at = child.end
      }
    }
    return die.unit.end
  }

  /** @throws InvivoError BAD_DWARF */
  abbreviations(offset: number): AbbrevTable {
    let table = this.#tables.get(offset)
    if (table === undefined) {
      table = new AbbrevTable().parse(this.abbrev, offset)
      if (this.#tables.size >= ABBREVIATION_TABLES) {
        const [oldest] = this.#tables.keys()
        if (oldest !== undefined) this.#tables.delete(oldest)
      }
      this.#tables.set(offset, table)
    }
    return table
  }

  /** DW_FORM_ref_sig8: the type's entry in the type unit of that signature. */
  typeOfSignature(signature: bigint): number | undefined {
    if (this.#signatures === undefined) {
      this.#signatures = new Map()
      const { units, info } = this
      for (let index = 0; index < units.count; index++) {
        const type = units.types[index]
        if (type !== UT_TYPE && type !== UT_SPLIT_TYPE) continue
        const first = units.firstDies[index] ?? 0
        const offsetSize = units.offsetSizes[index] ?? 4
        const at = first - offsetSize - 8
        info.ensure(at, first)
        const within = offsetSize === 8 ? Number(info.view.getBigUint64(at + 8, this.little)) : info.view.getUint32(at + 8, this.little)
        this.#signatures.set(info.view.getBigUint64(at, this.little), (units.starts[index] ?? 0) + within)
      }
    }
    return this.#signatures.get(signature)
  }
}
