/**
 * The one pass over .debug_info that fills an index (name-index.ts). What makes it fast:
 * - Each abbreviation is compiled, when first met, to where its name, sibling, size and line are, and how long the entry is. Most
 *   entries have a fixed length; the others get a short program of skips.
 * - DW_AT_sibling is followed, so that function bodies and members are not looked at. Clang writes none: there everything is
 *   walked.
 * - Names stay numbers.
 * A shallow scan sees what is at file scope. A deep one sees the rest: static locals and types within functions.
 */
import { InvivoError } from '../../errors.ts'
import { AbbrevTable } from './abbrev-table.ts'
import * as dw from './constants.ts'
import type { DwarfFile } from './dwarf-file.ts'
import { formSize, isLebForm, VARIABLE, type UnitFormat } from './forms.ts'
import {
  COPIES,
  DECLARATION,
  KIND_BASE,
  KIND_CLASS,
  KIND_ENUM,
  KIND_FUNCTION,
  KIND_STRUCT,
  KIND_TYPEDEF,
  KIND_UNION,
  KIND_VARIABLE,
  NO_NAME,
  type NameIndex,
} from './name-index.ts'
import { lebEnd, skipLeb, uleb } from './leb128.ts'

// A plan: what is compiled of an abbreviation, 16 numbers each. Positions count from the first byte behind the code.
const STRIDE = 16
const FLAGS = 0
const KIND = 1
const LENGTH = 2
const NAME = 3
const NAME_FORM = 4
const SIBLING = 5
const SIBLING_FORM = 6
const ORIGIN = 7
const ORIGIN_FORM = 8
const SIZE = 9
const SIZE_FORM = 10
const LINE = 11
const LINE_FORM = 12
const LOCATION = 13
const PROGRAM = 14
const PROGRAM_END = 15

const COMPILED = 1
const HAS_CHILDREN = 2
/** Variables with a location or a value, functions with code: each is kept. */
const PLACED = 4
/** A deep scan looks inside. */
const SCOPE = 8
const UNDECODABLE = 16

// A program: operations on the position, low 3 bits; the rest is an argument.
const SKIP = 0
const SKIP_LEB = 1
const SKIP_STRING = 2
/** Argument: size of the length, 0 for LEB128. */
const SKIP_BLOCK = 3
/** Notes the position as that of plan field `argument`. */
const MARK = 4
const SKIP_INDIRECT = 5

/** A chain of DW_AT_specification and DW_AT_abstract_origin has two links at most in valid files. */
const MAX_ORIGINS = 4
const MAX_DEPTH = 1 << 16
/** Units share tables, or have their own; a damaged file may have a million units with large tables that overlap. */
const MAX_TABLE_USES = 64
const MAX_TABLE_BYTES = 64 << 20
/** Bytes of a name: C++ has some of 10,000. */
const MAX_NAME = 1 << 16

export class Scanner {
  readonly #file: DwarfFile
  readonly #index: NameIndex
  readonly #deep: boolean
  readonly #little: boolean
  readonly #table = new AbbrevTable()
  #plans = new Int32Array(256 * STRIDE)
  /**
   * Of each abbreviation of no interest: its length plus one, when it is fixed and there are no children; minus one minus the
   * position of its sibling, when there is one of 4 bytes. 0: the plan tells.
   */
  #shortcuts = new Int32Array(256)
  #program = new Int32Array(1024)
  #programSize = 0
  /** Positions a program marked, by plan field. */
  readonly #marks = new Int32Array(STRIDE)
  #format: UnitFormat = { version: 5, addressSize: 8, offsetSize: 4 }
  /** Of all tables read. */
  #tableBytes = 0
  #unit = 0
  #bytes: Uint8Array = new Uint8Array(0)
  #view: DataView = new DataView(new ArrayBuffer(0))
  #base = 0

  /** @param deep whether entries within functions are wanted, instead of those at file scope. */
  constructor(file: DwarfFile, index: NameIndex, deep: boolean) {
    this.#file = file
    this.#index = index
    this.#deep = deep
    this.#little = file.little
  }

  /**
   * Scans one unit, all of whose bytes are in `view`, which starts at `base` of .debug_info.
   * @throws InvivoError BAD_DWARF, RangeError when the unit is damaged: what was found before stands.
   */
  scan(unit: number, bytes: Uint8Array, view: DataView, base: number): void {
    const { units } = this.#file
    const addressSize = units.addressSizes[unit] === 4 ? 4 : 8
    const offsetSize = units.offsetSizes[unit] === 8 ? 8 : 4
    const version = units.versions[unit] ?? 0
    const abbrevs = units.abbrevs[unit] ?? 0
    const format = this.#format
    this.#unit = unit
    this.#bytes = bytes
    this.#view = view
    this.#base = base
    const sameFormat = format.version === version && format.addressSize === addressSize && format.offsetSize === offsetSize
    if (!sameFormat || this.#table.offset !== abbrevs) {
      if (!sameFormat) this.#format = { version, addressSize, offsetSize }
      if (this.#tableBytes > this.#file.abbrev.size * MAX_TABLE_USES + MAX_TABLE_BYTES)
        throw new InvivoError('BAD_DWARF', 'its abbreviations overlap with those of too many other units')
      // One without an end is as long as the section.
      const longest = Math.max(0, this.#file.abbrev.size - abbrevs)
      this.#tableBytes += longest
      this.#table.parse(this.#file.abbrev, abbrevs)
      this.#tableBytes -= longest - this.#table.size
      const needed = this.#table.count * STRIDE
      if (needed > this.#plans.length) {
        this.#plans = new Int32Array(needed * 2)
        this.#shortcuts = new Int32Array(this.#table.count * 2)
      } else {
        this.#plans.fill(0, 0, needed)
        this.#shortcuts.fill(0, 0, this.#table.count)
      }
      this.#programSize = 0
    }
    this.#walk((units.firstDies[unit] ?? 0) - base, (units.ends[unit] ?? 0) - base, (units.starts[unit] ?? 0) - base)
  }

  #walk(first: number, end: number, start: number): void {
    const bytes = this.#bytes
    const view = this.#view
    const little = this.#little
    const table = this.#table
    const dense = table.dense
    const { count } = table
    const deep = this.#deep
    const base = this.#base
    const index = this.#index
    const stringsSize = this.#file.str.size
    const marks = this.#marks
    const plans = this.#plans
    const shortcuts = this.#shortcuts
    let depth = 0
    let outermost = 0
    let at = first
    while (at < end) {
      const offset = at
      let code = bytes[at++] ?? 0
      if (code === 0) {
        if (--depth <= 0) return
        continue
      }
      if (code >= 0x80) {
        code = uleb(bytes, offset)
        at = lebEnd
      }
      const abbreviation = dense ? code - 1 : table.indexOf(code)
      if (abbreviation < 0 || abbreviation >= count) throw new RangeError(`there is no abbreviation ${code}`)
      const shortcut = shortcuts[abbreviation] ?? 0
      if (shortcut > 0) {
        at += shortcut - 1
        continue
      }
      if (shortcut < 0 && depth > 0) {
        const sibling = start + view.getUint32(at - shortcut - 1, little)
        if (sibling > at && sibling <= end) {
          at = sibling
          continue
        }
      }
      const plan = abbreviation * STRIDE
      let flags = plans[plan] ?? 0
      if (flags === 0) {
        this.#compile(abbreviation)
        flags = plans[plan] ?? 0
      }
      if ((flags & UNDECODABLE) !== 0) throw new RangeError(`abbreviation ${code} has a form that is not known`)
      const length = plans[plan + LENGTH] ?? 0
      let next = at + length
      if (length < 0) next = this.#run(plan, at)
      const kind = plans[plan + KIND] ?? 0
      if (kind !== 0 && (depth === 1) !== deep && depth > 0) {
        // Positions: fixed ones count from `at`, marked ones are absolute.
        const fixed = length >= 0
        const namePosition = plans[plan + NAME] ?? -1
        let name = NO_NAME
        if (namePosition >= 0) {
          const form = plans[plan + NAME_FORM] ?? 0
          const position = fixed ? at + namePosition : (marks[NAME] ?? 0)
          if (form === dw.FORM_STRP && this.#format.offsetSize === 4) {
            name = view.getUint32(position, little)
            if (name >= stringsSize) name = NO_NAME
          } else name = this.#name(form, position)
        } else if ((plans[plan + ORIGIN] ?? -1) >= 0) {
          const position = fixed ? at + (plans[plan + ORIGIN] ?? 0) : (marks[ORIGIN] ?? 0)
          name = this.#nameOfOrigin(this.#reference(plans[plan + ORIGIN_FORM] ?? 0, position, start), start, end)
        }
        if (deep) {
          if (
            this.#wantedWithin(kind, flags, plan, fixed ? at + (plans[plan + LOCATION] ?? 0) : (marks[LOCATION] ?? 0)) &&
            name !== NO_NAME
          )
            this.#addWithin(name, base + offset, kind, base + outermost)
        } else if ((flags & PLACED) !== 0) {
          if (name !== NO_NAME) index.add(name, base + offset, kind, 0)
        } else if (name !== NO_NAME || kind === KIND_ENUM) {
          let print = 0
          const sizePosition = plans[plan + SIZE] ?? 0
          const sizeForm = plans[plan + SIZE_FORM] ?? 0
          if (sizeForm !== 0) print = this.#value(sizeForm, sizePosition, fixed ? at + sizePosition : (marks[SIZE] ?? 0))
          const linePosition = plans[plan + LINE] ?? 0
          const lineForm = plans[plan + LINE_FORM] ?? 0
          if (lineForm !== 0) {
            const line = this.#value(lineForm, linePosition, fixed ? at + linePosition : (marks[LINE] ?? 0))
            print = Math.imul(print + 1, 0x01000193) ^ line
          }
          // The first member or enumerator: two files may have types of one name and size on the same line.
          if (kind <= KIND_ENUM && (flags & HAS_CHILDREN) !== 0) print = Math.imul(print, 0x01000193) ^ this.#printOfName(next)
          index.addOnce(name, base + offset, kind, print >>> 0, kind <= KIND_BASE ? COPIES : 1)
        }
      }
      if (next > end) throw new RangeError('an entry goes beyond the end of its unit')
      if ((flags & HAS_CHILDREN) !== 0) {
        if (depth === 1 || (depth > 1 && !deep)) outermost = offset
        const siblingForm = plans[plan + SIBLING_FORM] ?? 0
        if (siblingForm !== 0 && depth > 0 && !(deep && (flags & SCOPE) !== 0)) {
          const position = length >= 0 ? at + (plans[plan + SIBLING] ?? 0) : (marks[SIBLING] ?? 0)
          const sibling =
            siblingForm === dw.FORM_REF4 ? start + view.getUint32(position, little) : this.#reference(siblingForm, position, start)
          // One that leads back, or out, is damage: the children are walked instead.
          if (sibling > next && sibling <= end) {
            at = sibling
            continue
          }
        }
        if (++depth > MAX_DEPTH) throw new RangeError('entries are nested too deeply')
      } else if (depth === 0) return
      at = next
    }
  }

  /** Runs the program of an entry that has no fixed length; leaves positions in `#marks`. */
  #run(plan: number, position: number): number {
    const program = this.#program
    const bytes = this.#bytes
    const marks = this.#marks
    const last = this.#plans[plan + PROGRAM_END] ?? 0
    let at = position
    for (let step = this.#plans[plan + PROGRAM] ?? 0; step < last; step++) {
      const operation = program[step] ?? 0
      const argument = operation >> 3
      switch (operation & 7) {
        case SKIP:
          at += argument
          break
        case SKIP_LEB:
          while ((bytes[at++] ?? 0) >= 0x80);
          break
        case SKIP_STRING:
          while ((bytes[at++] ?? 0) !== 0);
          break
        case SKIP_BLOCK: {
          let length = 0
          if (argument === 0) {
            length = bytes[at] ?? 0
            if (length < 0x80) at++
            else {
              length = uleb(bytes, at)
              at = lebEnd
            }
          } else {
            length = this.#unsigned(at, argument)
            at += argument
          }
          at += length
          break
        }
        case MARK:
          marks[argument] = at
          break
        case SKIP_INDIRECT: {
          const form = uleb(bytes, at)
          at = lebEnd
          const size = formSize(form, this.#format)
          if (size >= 0) at += size
          else if (isLebForm(form)) at = skipLeb(bytes, at)
          else throw new RangeError(`an indirect form 0x${form.toString(16)} is not known`)
          break
        }
        default:
          throw new RangeError('a damaged program')
      }
      if (at > bytes.length) throw new RangeError('an entry goes beyond the end of its unit')
    }
    return at
  }

  #compile(abbreviation: number): void {
    const table = this.#table
    const plans = this.#plans
    const plan = abbreviation * STRIDE
    const tag = table.tags[abbreviation] ?? 0
    const first = table.starts[abbreviation] ?? 0
    const last = table.starts[abbreviation + 1] ?? 0
    let flags = COMPILED | ((table.children[abbreviation] ?? 0) === 1 ? HAS_CHILDREN : 0)
    let declaration = false
    let placed = false
    plans[plan + NAME] = plans[plan + SIBLING] = plans[plan + ORIGIN] = plans[plan + LOCATION] = -1
    // The length of the attributes so far, while all of them are fixed. The program is written along: `pending` bytes to skip are
    // not written yet.
    let length = 0
    let pending = 0
    const program = this.#programSize
    for (let attribute = first; attribute < last; attribute++) {
      const form = table.forms[attribute] ?? 0
      let field = -1
      let formField = -1
      switch (table.names[attribute]) {
        case dw.AT_NAME:
          field = NAME
          formField = NAME_FORM
          break
        case dw.AT_SIBLING:
          field = SIBLING
          formField = SIBLING_FORM
          break
        case dw.AT_ABSTRACT_ORIGIN:
        case dw.AT_SPECIFICATION:
          field = ORIGIN
          formField = ORIGIN_FORM
          break
        case dw.AT_BYTE_SIZE:
          field = SIZE
          formField = SIZE_FORM
          break
        case dw.AT_DECL_LINE:
          field = LINE
          formField = LINE_FORM
          break
        case dw.AT_DECLARATION:
          declaration = true
          break
        case dw.AT_LOCATION:
          placed = true
          if (form === dw.FORM_EXPRLOC || form === dw.FORM_BLOCK1) field = LOCATION
          break
        case dw.AT_CONST_VALUE:
        case dw.AT_LOW_PC:
        case dw.AT_RANGES:
          placed = true
          break
        default:
      }
      if (field >= 0 && form !== dw.FORM_INDIRECT) {
        if (formField >= 0) plans[plan + formField] = form
        plans[plan + field] = form === dw.FORM_IMPLICIT_CONST ? (table.constants[attribute] ?? 0) : length < 0 ? 0 : length
        if (pending > 0) this.#emit(SKIP, pending)
        pending = 0
        this.#emit(MARK, field)
      }
      const size = formSize(form, this.#format)
      if (size >= 0) {
        pending += size
        if (length >= 0) length += size
        continue
      }
      length = -1
      if (pending > 0) this.#emit(SKIP, pending)
      pending = 0
      if (size !== VARIABLE) flags |= UNDECODABLE
      else if (isLebForm(form)) this.#emit(SKIP_LEB, 0)
      else if (form === dw.FORM_STRING) this.#emit(SKIP_STRING, 0)
      else if (form === dw.FORM_INDIRECT) this.#emit(SKIP_INDIRECT, 0)
      else this.#emit(SKIP_BLOCK, form === dw.FORM_BLOCK1 ? 1 : form === dw.FORM_BLOCK2 ? 2 : form === dw.FORM_BLOCK4 ? 4 : 0)
    }
    if (pending > 0) this.#emit(SKIP, pending)
    if (length >= 0) this.#programSize = program
    let kind = kindOf(tag)
    if (kind === KIND_VARIABLE || kind === KIND_FUNCTION) {
      if (declaration) kind = 0
      else if (placed) flags |= PLACED
    } else if (declaration) kind |= DECLARATION
    const named = (plans[plan + NAME] ?? -1) >= 0
    const derived = (plans[plan + ORIGIN] ?? -1) >= 0 && (kind === KIND_VARIABLE || kind === KIND_FUNCTION)
    // Anonymous enumerations are kept for their enumerators.
    if (!named && !derived && kind !== KIND_ENUM) kind = 0
    if (tag === dw.TAG_SUBPROGRAM || tag === dw.TAG_LEXICAL_BLOCK || tag === dw.TAG_INLINED_SUBROUTINE) flags |= SCOPE
    plans[plan + FLAGS] = flags
    plans[plan + KIND] = kind
    plans[plan + LENGTH] = length
    if (kind === 0 && length >= 0) {
      const position = plans[plan + SIBLING] ?? -1
      if ((flags & HAS_CHILDREN) === 0) this.#shortcuts[abbreviation] = length + 1
      else if (position >= 0 && plans[plan + SIBLING_FORM] === dw.FORM_REF4 && !(this.#deep && (flags & SCOPE) !== 0))
        this.#shortcuts[abbreviation] = -1 - position
    }
    plans[plan + PROGRAM] = program
    plans[plan + PROGRAM_END] = this.#programSize
  }

  #emit(operation: number, argument: number): void {
    if (this.#programSize === this.#program.length) {
      const longer = new Int32Array(this.#program.length * 2)
      longer.set(this.#program)
      this.#program = longer
    }
    this.#program[this.#programSize++] = operation | (argument << 3)
  }

  /** Whether an entry within a function is of interest: a type, or a variable that lives in memory of its own. */
  #wantedWithin(kind: number, flags: number, plan: number, location: number): boolean {
    if (kind !== KIND_VARIABLE) return kind !== KIND_FUNCTION && kind <= KIND_BASE
    if ((flags & PLACED) === 0 || (this.#plans[plan + LOCATION] ?? -1) < 0) return false
    const bytes = this.#bytes
    const size = bytes[location] ?? 0
    const { addressSize } = this.#format
    switch (bytes[location + 1]) {
      case dw.OP_ADDR:
        // One operation more would make it a value computed from an address, or a part of one.
        return size === 1 + addressSize
      case dw.OP_ADDRX:
      case dw.OP_GNU_ADDR_INDEX:
        return location + 1 + size === skipLeb(bytes, location + 2)
      case dw.OP_CONST4U:
      case dw.OP_CONST8U:
      case dw.OP_CONSTX:
      case dw.OP_GNU_CONST_INDEX: {
        const last = bytes[location + size]
        return last === dw.OP_FORM_TLS_ADDRESS || last === dw.OP_GNU_PUSH_TLS_ADDRESS
      }
      default:
        return false
    }
  }

  #addWithin(name: number, die: number, kind: number, functionDie: number): void {
    const index = this.#index
    if (kind === KIND_VARIABLE) index.add(name, die, kind, 0)
    else index.addOnce(name, die, kind, functionDie, 1)
    if (index.functions.length < index.names.length) {
      const longer = new Uint32Array(index.names.length)
      longer.set(index.functions)
      index.functions = longer
    }
    index.functions[index.count - 1] = functionDie
  }

  /** Number of a name in any form; NO_NAME when damaged. */
  #name(form: number, at: number): number {
    const bytes = this.#bytes
    const { str, lineStr } = this.#file
    switch (form) {
      case dw.FORM_STRING: {
        const end = bytes.indexOf(0, at)
        return end <= at || end - at > MAX_NAME ? NO_NAME : this.#index.intern(bytes, at, end)
      }
      case dw.FORM_STRP: {
        const offset = this.#unsigned(at, this.#format.offsetSize)
        return offset < str.size ? offset : NO_NAME
      }
      case dw.FORM_LINE_STRP: {
        const text = Buffer.from(lineStr.string(this.#unsigned(at, this.#format.offsetSize)))
        return text.length === 0 ? NO_NAME : this.#index.intern(text, 0, text.length)
      }
      case dw.FORM_STRX1:
        return this.#indexedName(bytes[at] ?? 0)
      case dw.FORM_STRX2:
        return this.#indexedName(this.#unsigned(at, 2))
      case dw.FORM_STRX3:
        return this.#indexedName(
          this.#little ? this.#unsigned(at, 2) + (bytes[at + 2] ?? 0) * 0x10000 : (bytes[at] ?? 0) * 0x10000 + this.#unsigned(at + 1, 2),
        )
      case dw.FORM_STRX4:
        return this.#indexedName(this.#unsigned(at, 4))
      case dw.FORM_STRX:
      case dw.FORM_GNU_STR_INDEX:
        return this.#indexedName(uleb(bytes, at))
      default:
        return NO_NAME
    }
  }

  #indexedName(entry: number): number {
    const { strOffsets, str } = this.#file
    const { offsetSize } = this.#format
    const at = this.#file.unit(this.#unit).stringOffsetsBase + entry * offsetSize
    if (!(at >= 0 && at + offsetSize <= strOffsets.size)) return NO_NAME
    strOffsets.ensure(at, at + offsetSize)
    const offset = offsetSize === 4 ? strOffsets.view.getUint32(at, this.#little) : Number(strOffsets.view.getBigUint64(at, this.#little))
    return offset < str.size ? offset : NO_NAME
  }

  /** Position in the view that an attribute refers to; -1 when it is not in this unit. */
  #reference(form: number, at: number, start: number): number {
    switch (form) {
      case dw.FORM_REF1:
        return start + (this.#bytes[at] ?? 0)
      case dw.FORM_REF2:
        return start + this.#unsigned(at, 2)
      case dw.FORM_REF4:
        return start + this.#unsigned(at, 4)
      case dw.FORM_REF8:
        return start + this.#unsigned(at, 8)
      case dw.FORM_REF_UDATA:
        return start + uleb(this.#bytes, at)
      case dw.FORM_REF_ADDR:
        return this.#unsigned(at, this.#format.version <= 2 ? this.#format.addressSize : this.#format.offsetSize) - this.#base
      default:
        return -1
    }
  }

  /** The name of an entry: one that a specification or a concrete instance refers to, or a first child. */
  #nameOfOrigin(target: number, start: number, end: number): number {
    let position = target
    for (let link = 0; link < MAX_ORIGINS; link++) {
      // Link-time optimisation refers to other units, which may not be in the view.
      if (!(position > start && position < end)) return this.#nameElsewhere(this.#base + position)
      const code = uleb(this.#bytes, position)
      const at = lebEnd
      if (code === 0) return NO_NAME
      const abbreviation = this.#table.indexOf(code)
      if (abbreviation < 0) return NO_NAME
      const plan = abbreviation * STRIDE
      if (this.#plans[plan] === 0) this.#compile(abbreviation)
      if (((this.#plans[plan] ?? 0) & UNDECODABLE) !== 0) return NO_NAME
      const fixed = (this.#plans[plan + LENGTH] ?? -1) >= 0
      if (!fixed) this.#run(plan, at)
      const place = (field: number): number => (fixed ? at + (this.#plans[plan + field] ?? 0) : (this.#marks[field] ?? 0))
      if ((this.#plans[plan + NAME] ?? -1) >= 0) return this.#name(this.#plans[plan + NAME_FORM] ?? 0, place(NAME))
      if ((this.#plans[plan + ORIGIN] ?? -1) < 0) return NO_NAME
      position = this.#reference(this.#plans[plan + ORIGIN_FORM] ?? 0, place(ORIGIN), start)
    }
    return NO_NAME
  }

  /** A number for the name of the entry at `position`, a first child; only to be compared. */
  #printOfName(position: number): number {
    const bytes = this.#bytes
    const plans = this.#plans
    let at = position
    let code = bytes[at++] ?? 0
    if (code >= 0x80) {
      code = uleb(bytes, position)
      at = lebEnd
    }
    const abbreviation = code === 0 ? -1 : this.#table.indexOf(code)
    if (abbreviation < 0) return 0
    const plan = abbreviation * STRIDE
    if (plans[plan] === 0) this.#compile(abbreviation)
    // Compilers write the name first: one that comes behind a value of unknown length is not worth it.
    const name = plans[plan + NAME] ?? -1
    const length = plans[plan + LENGTH] ?? -1
    const form = plans[plan + NAME_FORM] ?? 0
    if (name < 0 || (length < 0 && form !== dw.FORM_STRING) || at + name + 4 > bytes.length) return 0
    at += name
    if (form === dw.FORM_STRP) return this.#view.getUint32(at, this.#little)
    if (form !== dw.FORM_STRING) return this.#name(form, at)
    let hash = 0
    for (let byte = bytes[at++] ?? 0; byte !== 0; byte = bytes[at++] ?? 0) hash = Math.imul(hash ^ byte, 0x01000193)
    return hash
  }

  #nameElsewhere(offset: number): number {
    const die = this.#file.dieAt(offset)
    const text = Buffer.from(die?.string(dw.AT_NAME) ?? '')
    return text.length === 0 ? NO_NAME : this.#index.intern(text, 0, text.length)
  }

  /** A number of any form; `constant` of DW_FORM_implicit_const. Only to be compared. */
  #value(form: number, constant: number, at: number): number {
    switch (form) {
      case dw.FORM_DATA1:
        return this.#bytes[at] ?? 0
      case dw.FORM_DATA2:
        return this.#view.getUint16(at, this.#little)
      case dw.FORM_DATA4:
        return this.#view.getUint32(at, this.#little)
      case dw.FORM_IMPLICIT_CONST:
        return constant
      case dw.FORM_UDATA:
      case dw.FORM_SDATA:
        return uleb(this.#bytes, at)
      case dw.FORM_DATA8:
        return this.#unsigned(at, 8)
      default:
        return 0
    }
  }

  #unsigned(at: number, size: number): number {
    const view = this.#view
    const little = this.#little
    switch (size) {
      case 1:
        return view.getUint8(at)
      case 2:
        return view.getUint16(at, little)
      case 4:
        return view.getUint32(at, little)
      default: {
        const first = view.getUint32(at, little)
        const second = view.getUint32(at + 4, little)
        return little ? second * 0x100000000 + first : first * 0x100000000 + second
      }
    }
  }
}

function kindOf(tag: number): number {
  switch (tag) {
    case dw.TAG_STRUCTURE_TYPE:
      return KIND_STRUCT
    case dw.TAG_UNION_TYPE:
      return KIND_UNION
    case dw.TAG_CLASS_TYPE:
      return KIND_CLASS
    case dw.TAG_ENUMERATION_TYPE:
      return KIND_ENUM
    case dw.TAG_TYPEDEF:
      return KIND_TYPEDEF
    case dw.TAG_BASE_TYPE:
      return KIND_BASE
    case dw.TAG_VARIABLE:
      return KIND_VARIABLE
    case dw.TAG_SUBPROGRAM:
      return KIND_FUNCTION
    default:
      return 0
  }
}
