/**
 * One unit, with what its first entry says of everything in it: names, bases of the indexed forms, the line table. Read when
 * first asked for. Headers of all units: unit-table.ts.
 */
import type { AbbrevTable } from './abbrev-table.ts'
import { AT_ADDR_BASE, AT_COMP_DIR, AT_LANGUAGE, AT_NAME, AT_PRODUCER, AT_STMT_LIST, AT_STR_OFFSETS_BASE } from './constants.ts'
import { Die } from './die.ts'
import type { DwarfFile } from './dwarf-file.ts'
import type { UnitFormat } from './forms.ts'
import { readFileNames } from './line-files.ts'

export class Unit implements UnitFormat {
  readonly index: number
  readonly start: number
  readonly firstDie: number
  readonly end: number
  readonly version: number
  readonly addressSize: 4 | 8
  readonly offsetSize: 4 | 8
  readonly abbrevOffset: number
  readonly #file: DwarfFile
  #root: Die | null | undefined
  #name: string | undefined
  #stringOffsetsBase: number | undefined
  #files: readonly (string | undefined)[] | undefined
  #abbreviations: WeakRef<AbbrevTable> | undefined

  constructor(file: DwarfFile, index: number) {
    const { units } = file
    this.#file = file
    this.index = index
    this.start = units.starts[index] ?? 0
    this.firstDie = units.firstDies[index] ?? 0
    this.end = units.ends[index] ?? 0
    this.version = units.versions[index] ?? 0
    this.addressSize = units.addressSizes[index] === 4 ? 4 : 8
    this.offsetSize = units.offsetSizes[index] === 8 ? 8 : 4
    this.abbrevOffset = units.abbrevs[index] ?? 0
  }

  /** @throws InvivoError BAD_DWARF */
  get abbreviations(): AbbrevTable {
    let table = this.#abbreviations?.deref()
    if (table === undefined) {
      table = this.#file.abbreviations(this.abbrevOffset)
      this.#abbreviations = new WeakRef(table)
    }
    return table
  }

  /** DW_TAG_compile_unit and its like. */
  get root(): Die | undefined {
    if (this.#root === undefined) {
      // Its strings may need the base it tells itself: `null` until it is read, so that the base below is its own attribute.
      this.#root = null
      this.#root = Die.read(this.#file, this, this.firstDie) ?? null
    }
    return this.#root ?? undefined
  }

  /** The primary source file, as given to the compiler. */
  get name(): string {
    this.#name ??= this.root?.string(AT_NAME) ?? `unit at .debug_info+0x${this.start.toString(16)}`
    return this.#name
  }

  get compilationFolder(): string | undefined {
    return this.root?.string(AT_COMP_DIR)
  }

  get producer(): string | undefined {
    return this.root?.string(AT_PRODUCER)
  }

  /** DW_LANG_* */
  get language(): number | undefined {
    return this.root?.number(AT_LANGUAGE)
  }

  /** Offset in .debug_str_offsets of this unit's string 0. */
  get stringOffsetsBase(): number {
    // Without the attribute (split units, early compilers): right behind the table's header.
    this.#stringOffsetsBase ??= this.root?.number(AT_STR_OFFSETS_BASE) ?? (this.version < 5 ? 0 : this.offsetSize === 8 ? 16 : 8)
    return this.#stringOffsetsBase
  }

  /** Offset in .debug_addr of this unit's address 0. */
  get addressBase(): number {
    return this.root?.number(AT_ADDR_BASE) ?? (this.version < 5 ? 0 : this.offsetSize === 8 ? 16 : 8)
  }

  /** The file of a DW_AT_decl_file, joined with its folder and the compilation's. */
  fileName(index: number): string | undefined {
    if (this.#files === undefined) {
      const offset = this.root?.number(AT_STMT_LIST)
      this.#files = offset === undefined ? [] : readFileNames(this.#file, offset, this)
    }
    return this.#files[index]
  }
}
