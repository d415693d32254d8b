/**
 * When two definitions are one: C units repeat the types of their headers. Definitions are equal that have the same kind, name,
 * size, and members of the same names, places and spelled types. The members' types count by their spelling (`struct list_head *`),
 * but for anonymous ones, which count by content. Compared by a hash of 53 bits: a program has 2^16 types.
 */
import * as dw from './constants.ts'
import type { Die } from './die.ts'
import type { DwarfFile } from './dwarf-file.ts'

/** Pointers to pointers, arrays of functions, anonymous members of anonymous members: no real type is nested deeper. */
const MAX_DEPTH = 64

export class Fingerprints {
  readonly #file: DwarfFile
  /** Of spellings, by offset: the members of a struct have few types. Cleared when large. */
  readonly #spellings = new Map<number, number>()

  constructor(file: DwarfFile) {
    this.#file = file
  }

  /** Of a definition: equal for equal ones. */
  of(die: Die): number {
    return this.#content(die, 0)
  }

  #content(die: Die, depth: number): number {
    const hash = new Hash()
    hash.number(die.tag)
    hash.string(die.string(dw.AT_NAME))
    hash.number(die.number(dw.AT_BYTE_SIZE) ?? -1)
    switch (die.tag) {
      case dw.TAG_STRUCTURE_TYPE:
      case dw.TAG_UNION_TYPE:
      case dw.TAG_CLASS_TYPE:
        for (const child of this.#file.children(die)) {
          if (child.tag !== dw.TAG_MEMBER) continue
          hash.string(child.string(dw.AT_NAME))
          hash.number(child.number(dw.AT_DATA_MEMBER_LOCATION) ?? 0)
          hash.number(child.number(dw.AT_DATA_BIT_OFFSET) ?? child.number(dw.AT_BIT_OFFSET) ?? -1)
          hash.number(child.number(dw.AT_BIT_SIZE) ?? -1)
          hash.number(this.#spelling(child.reference(dw.AT_TYPE), depth + 1))
        }
        break
      case dw.TAG_ENUMERATION_TYPE:
        for (const child of this.#file.children(die)) {
          if (child.tag !== dw.TAG_ENUMERATOR) continue
          hash.string(child.string(dw.AT_NAME))
          hash.number(child.number(dw.AT_CONST_VALUE) ?? 0)
        }
        break
      case dw.TAG_BASE_TYPE:
        hash.number(die.number(dw.AT_ENCODING) ?? 0)
        hash.number(die.number(dw.AT_BIT_SIZE) ?? -1)
        break
      default:
        hash.number(this.#spelling(die.reference(dw.AT_TYPE), depth + 1))
    }
    return hash.value
  }

  /** How a type is spelled where it is used. */
  #spelling(offset: number | undefined, depth: number): number {
    if (offset === undefined) return 0
    if (depth > MAX_DEPTH) return 1
    const known = this.#spellings.get(offset)
    if (known !== undefined) return known
    // Types that lead back to themselves meet this.
    this.#spellings.set(offset, 2)
    const die = this.#file.dieAt(offset)
    const value = die === undefined ? 3 : this.#spell(die, depth)
    if (this.#spellings.size > 100_000) this.#spellings.clear()
    this.#spellings.set(offset, value)
    return value
  }

  #spell(die: Die, depth: number): number {
    const name = die.string(dw.AT_NAME)
    switch (die.tag) {
      case dw.TAG_STRUCTURE_TYPE:
      case dw.TAG_UNION_TYPE:
      case dw.TAG_CLASS_TYPE:
      case dw.TAG_ENUMERATION_TYPE:
        if (name === undefined) return this.#content(die, depth)
        break
    }
    const hash = new Hash()
    hash.number(die.tag)
    if (name !== undefined) hash.string(name)
    else {
      hash.number(this.#spelling(die.reference(dw.AT_TYPE), depth + 1))
      if (die.tag === dw.TAG_ARRAY_TYPE || die.tag === dw.TAG_SUBROUTINE_TYPE)
        for (const child of this.#file.children(die)) {
          hash.number(child.tag)
          if (child.tag === dw.TAG_SUBRANGE_TYPE) hash.number(child.number(dw.AT_COUNT) ?? (child.number(dw.AT_UPPER_BOUND) ?? -2) + 1)
          else hash.number(this.#spelling(child.reference(dw.AT_TYPE), depth + 1))
        }
    }
    return hash.value
  }
}

/** Two multiplicative hashes of 32 bits side by side, of which 53 bits fit a number. */
class Hash {
  #first = 0x811c9dc5
  #second = 0x9e3779b9

  number(value: number): void {
    const low = value | 0
    this.#first = Math.imul(this.#first ^ low, 0x01000193)
    this.#second = Math.imul(this.#second ^ low, 0x85ebca6b)
    this.#second ^= this.#second >>> 15
    const high = (value - (low >>> 0)) / 0x100000000
    if (high === 0) return
    this.#first = Math.imul(this.#first ^ high, 0x01000193)
    this.#second = Math.imul(this.#second ^ high, 0xc2b2ae35)
  }

  string(text: string | undefined): void {
    if (text === undefined) {
      this.number(-1)
      return
    }
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index)
      this.#first = Math.imul(this.#first ^ unit, 0x01000193)
      this.#second = Math.imul(this.#second ^ unit, 0x85ebca6b)
      this.#second ^= this.#second >>> 13
    }
    this.number(text.length)
  }

  get value(): number {
    return (this.#first >>> 0) * 0x200000 + (this.#second >>> 11)
  }
}
