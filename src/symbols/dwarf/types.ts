/**
 * Type objects (../type.ts) made of DWARF entries (DWARF 5 chapter 5): each when first reached, one a definition. Definitions that
 * are equal (fingerprints.ts) are one object, whichever unit's copy is reached first; declarations become the definition of that
 * name, from another unit, else from another module.
 */
import type {
  ArrayType,
  BaseEncoding,
  BaseType,
  CompoundType,
  EnumType,
  Enumerator,
  FunctionType,
  Member,
  NamedType,
  Parameter,
  PointerType,
  QualifiedType,
  SourcePosition,
  Type,
  TypedefType,
  UnknownType,
  VoidType,
} from '../type.ts'
import { isCompound, sizeOf, stripTypedefs } from '../type.ts'
import * as dw from './constants.ts'
import type { Die } from './die.ts'
import type { DwarfFile } from './dwarf-file.ts'
import { Fingerprints } from './fingerprints.ts'
import { uleb } from './leb128.ts'

/** Finds the definition of what an entry only declares. */
type Complete = (tag: number, name: string) => NamedType | undefined

const voidType: VoidType = { kind: 'void' }
/** More dimensions than any array has: a bound against damaged files. */
const MAX_DIMENSIONS = 1024

export class Types {
  readonly #file: DwarfFile
  readonly #complete: Complete
  readonly #fingerprints: Fingerprints
  readonly #byOffset = new Map<number, Type>()
  readonly #byFingerprint = new Map<number, NamedType>()
  readonly #offsets = new WeakMap<Type, number>()

  /** @param complete is asked with the name and tag of a declaration; undefined: there is no definition. */
  constructor(file: DwarfFile, complete: Complete) {
    this.#file = file
    this.#complete = complete
    this.#fingerprints = new Fingerprints(file)
  }

  /** The type an entry's DW_AT_type refers to; `void` when it has none. */
  typeOf(die: Die): Type {
    const reference = die.reference(dw.AT_TYPE)
    if (reference !== undefined) return this.at(reference)
    return die.has(dw.AT_TYPE) ? unknown(undefined, undefined, `a type in another file, referred to at ${place(die)}`) : voidType
  }

  /** The type whose entry is at `offset` of .debug_info. */
  at(offset: number): Type {
    const known = this.#byOffset.get(offset)
    if (known !== undefined) {
      // A definition may have come with a module loaded since.
      return 'incomplete' in known && known.incomplete ? this.#completed(known, offset) : known
    }
    const die = this.#file.dieAt(offset)
    const made =
      die === undefined ? unknown(undefined, undefined, `damaged entry at .debug_info+0x${offset.toString(16)}`) : this.#make(die)
    this.#byOffset.set(offset, made)
    return 'incomplete' in made && made.incomplete ? this.#completed(made, offset) : made
  }

  /** Offset of the entry a type was made of; undefined for a type of another module. */
  offsetOf(type: Type): number | undefined {
    return this.#offsets.get(type)
  }

  position(die: Die): SourcePosition | undefined {
    const line = die.number(dw.AT_DECL_LINE)
    const number = die.number(dw.AT_DECL_FILE)
    if (line === undefined || number === undefined) return undefined
    const file = die.unit.fileName(number)
    return file === undefined ? undefined : { file, line }
  }

  /** Data members of a compound. */
  members(die: Die): Member[] {
    const members: Member[] = []
    for (const child of this.#file.children(die)) {
      // C++ writes static members as declarations.
      if (child.tag === dw.TAG_MEMBER && !child.has(dw.AT_EXTERNAL)) members.push(new DwarfMember(this, child, this.#file.little))
    }
    return members
  }

  enumerators(die: Die, signed: boolean): Enumerator[] {
    const bits = (die.number(dw.AT_BYTE_SIZE) ?? 4) * 8
    const enumerators: Enumerator[] = []
    for (const child of this.#file.children(die)) {
      if (child.tag !== dw.TAG_ENUMERATOR) continue
      let value = child.bigint(dw.AT_CONST_VALUE) ?? 0n
      // Forms without a sign hold small values as they are, and large ones of signed types as the type's bits.
      if (signed && bits > 0 && bits <= 128 && value >= 1n << BigInt(bits - 1)) value = BigInt.asIntN(bits, value)
      if (!signed && value < 0n && bits <= 128) value = BigInt.asUintN(bits, value)
      enumerators.push({ name: child.string(dw.AT_NAME) ?? '', value })
    }
    return enumerators
  }

  /** Whether an enumeration's values are signed. */
  isSigned(die: Die): boolean {
    const encoding = die.number(dw.AT_ENCODING)
    if (encoding !== undefined) return encoding === dw.ATE_SIGNED || encoding === dw.ATE_SIGNED_CHAR
    if (die.has(dw.AT_TYPE)) {
      const underlying = stripTypedefs(this.typeOf(die))
      if (underlying.kind === 'base') return underlying.encoding === 'signed' || underlying.encoding === 'signed-char'
    }
    for (const child of this.#file.children(die)) if ((child.number(dw.AT_CONST_VALUE) ?? 0) < 0) return true
    return false
  }

  parameters(die: Die): Parameter[] {
    const parameters: Parameter[] = []
    for (const child of this.#file.children(die)) {
      if (child.tag === dw.TAG_FORMAL_PARAMETER) parameters.push(new DwarfParameter(this, child))
    }
    return parameters
  }

  isVariadic(die: Die): boolean {
    for (const child of this.#file.children(die)) if (child.tag === dw.TAG_UNSPECIFIED_PARAMETERS) return true
    return false
  }

  /** The type of a function's entry, or of DW_TAG_subroutine_type. */
  functionType(die: Die): FunctionType {
    return new DwarfFunction(this, die)
  }

  #completed(declared: Type, offset: number): Type {
    const die = this.#file.dieAt(offset)
    const name = die?.string(dw.AT_NAME)
    return die === undefined || name === undefined ? declared : (this.#complete(die.tag, name) ?? declared)
  }

  #make(die: Die): Type {
    switch (die.tag) {
      case dw.TAG_STRUCTURE_TYPE:
      case dw.TAG_UNION_TYPE:
      case dw.TAG_CLASS_TYPE:
      case dw.TAG_ENUMERATION_TYPE:
      case dw.TAG_TYPEDEF:
      case dw.TAG_BASE_TYPE:
        return this.#named(die)
      case dw.TAG_POINTER_TYPE:
        return new DwarfPointer(this, die)
      case dw.TAG_CONST_TYPE:
        return new DwarfQualified(this, die, 'const')
      case dw.TAG_VOLATILE_TYPE:
        return new DwarfQualified(this, die, 'volatile')
      case dw.TAG_RESTRICT_TYPE:
        return new DwarfQualified(this, die, 'restrict')
      case dw.TAG_ATOMIC_TYPE:
        return new DwarfQualified(this, die, 'atomic')
      case dw.TAG_ARRAY_TYPE:
        return this.#array(die)
      case dw.TAG_SUBROUTINE_TYPE:
        return new DwarfFunction(this, die)
      default: {
        const pointerLike = die.tag === dw.TAG_REFERENCE_TYPE || die.tag === dw.TAG_RVALUE_REFERENCE_TYPE
        const size = die.number(dw.AT_BYTE_SIZE) ?? (pointerLike ? die.unit.addressSize : undefined)
        return unknown(die.string(dw.AT_NAME), size, tagName(die))
      }
    }
  }

  #named(die: Die): Type {
    const name = die.string(dw.AT_NAME)
    const declared = die.flag(dw.AT_DECLARATION)
    // Anonymous types are one with their owner; a base type without a name is damage.
    const fingerprint = name === undefined || declared ? undefined : this.#fingerprints.of(die)
    const known = fingerprint === undefined ? undefined : this.#byFingerprint.get(fingerprint)
    if (known !== undefined) return known
    const type = this.#makeNamed(die, name, declared)
    this.#offsets.set(type, die.offset)
    if (fingerprint !== undefined) this.#byFingerprint.set(fingerprint, type)
    return type
  }

  #makeNamed(die: Die, name: string | undefined, declared: boolean): NamedType {
    switch (die.tag) {
      case dw.TAG_UNION_TYPE:
        return new DwarfCompound(this, die, 'union', name, declared)
      case dw.TAG_CLASS_TYPE:
        return new DwarfCompound(this, die, 'class', name, declared)
      case dw.TAG_ENUMERATION_TYPE:
        return new DwarfEnum(this, die, name, declared)
      case dw.TAG_TYPEDEF:
        return new DwarfTypedef(this, die, name ?? '')
      case dw.TAG_BASE_TYPE:
        return baseType(die, name ?? '')
      default:
        return new DwarfCompound(this, die, 'struct', name, declared)
    }
  }

  /** `int a[2][3]` is one entry with two dimensions: an array of arrays. */
  #array(die: Die): Type {
    const counts: (number | undefined)[] = []
    for (const child of this.#file.children(die)) {
      if (child.tag === dw.TAG_SUBRANGE_TYPE) counts.push(elementCount(child))
      else if (child.tag === dw.TAG_ENUMERATION_TYPE) counts.push(undefined)
      if (counts.length > MAX_DIMENSIONS) return unknown(undefined, undefined, `damaged array at ${place(die)}`)
    }
    // Without a dimension: the bound is not known.
    if (counts.length === 0) counts.push(undefined)
    const vector = die.flag(dw.AT_GNU_VECTOR)
    let array = new DwarfArray(this, die, counts.pop(), undefined, vector)
    for (const count of counts.reverse()) array = new DwarfArray(this, die, count, array, vector)
    return array
  }
}

class DwarfCompound implements CompoundType {
  readonly kind: 'struct' | 'union' | 'class'
  readonly name: string | undefined
  readonly size: number
  readonly incomplete: boolean
  readonly #types: Types
  readonly #die: Die
  #members: readonly Member[] | undefined

  constructor(types: Types, die: Die, kind: 'struct' | 'union' | 'class', name: string | undefined, incomplete: boolean) {
    this.kind = kind
    this.name = name
    this.size = incomplete ? 0 : (die.number(dw.AT_BYTE_SIZE) ?? 0)
    this.incomplete = incomplete
    this.#types = types
    this.#die = die
  }

  get members(): readonly Member[] {
    this.#members ??= this.incomplete ? [] : this.#types.members(this.#die)
    return this.#members
  }

  get position(): SourcePosition | undefined {
    return this.#types.position(this.#die)
  }
}

class DwarfMember implements Member {
  readonly name: string | undefined
  readonly bitOffset: number
  readonly bitSize: number | undefined
  readonly line: number | undefined
  readonly #target: Reference

  constructor(types: Types, die: Die, little: boolean) {
    this.name = die.string(dw.AT_NAME)
    this.bitSize = die.number(dw.AT_BIT_SIZE)
    this.line = die.number(dw.AT_DECL_LINE)
    this.#target = new Reference(types, die)
    const start = memberLocation(die) * 8
    const fromStart = die.number(dw.AT_DATA_BIT_OFFSET)
    // Clang writes a negative one, as an unsigned 64-bit constant, for a field of a packed struct that its storage unit does not hold.
    const raw = die.bigint(dw.AT_BIT_OFFSET)
    const fromTop = raw === undefined ? undefined : Number(BigInt.asIntN(64, raw))
    if (fromStart !== undefined) this.bitOffset = start + fromStart
    else if (fromTop === undefined || this.bitSize === undefined) this.bitOffset = start
    else if (!little) this.bitOffset = start + fromTop
    else {
      // DWARF 2 and 3 count from the most significant bit of the storage unit, on every machine.
      const storage = die.number(dw.AT_BYTE_SIZE) ?? sizeOf(this.type) ?? 4
      this.bitOffset = start + storage * 8 - fromTop - this.bitSize
    }
  }

  get type(): Type {
    return this.#target.type
  }
}

/** Bytes from the start of the compound: a constant, or in DWARF 2 an expression `DW_OP_plus_uconst n`. */
function memberLocation(die: Die): number {
  const constant = die.number(dw.AT_DATA_MEMBER_LOCATION)
  if (constant !== undefined) return constant
  const expression = die.block(dw.AT_DATA_MEMBER_LOCATION)
  return expression?.[0] === dw.OP_PLUS_UCONST || expression?.[0] === dw.OP_CONSTU ? uleb(expression, 1) : 0
}

class DwarfEnum implements EnumType {
  readonly kind = 'enum'
  readonly name: string | undefined
  readonly size: number
  readonly incomplete: boolean
  readonly #types: Types
  readonly #die: Die
  #signed: boolean | undefined
  #enumerators: readonly Enumerator[] | undefined

  constructor(types: Types, die: Die, name: string | undefined, incomplete: boolean) {
    this.name = name
    this.size = die.number(dw.AT_BYTE_SIZE) ?? 0
    this.incomplete = incomplete
    this.#types = types
    this.#die = die
  }

  get signed(): boolean {
    this.#signed ??= this.#types.isSigned(this.#die)
    return this.#signed
  }

  get enumerators(): readonly Enumerator[] {
    this.#enumerators ??= this.incomplete ? [] : this.#types.enumerators(this.#die, this.signed)
    return this.#enumerators
  }

  get position(): SourcePosition | undefined {
    return this.#types.position(this.#die)
  }
}

class DwarfTypedef implements TypedefType {
  readonly kind = 'typedef'
  readonly name: string
  readonly #types: Types
  readonly #die: Die
  readonly #target: Reference

  constructor(types: Types, die: Die, name: string) {
    this.name = name
    this.#types = types
    this.#die = die
    this.#target = new Reference(types, die)
  }

  get target(): Type {
    return this.#target.type
  }

  get position(): SourcePosition | undefined {
    return this.#types.position(this.#die)
  }
}

class DwarfPointer implements PointerType {
  readonly kind = 'pointer'
  readonly size: number
  readonly #target: Reference

  constructor(types: Types, die: Die) {
    this.size = die.number(dw.AT_BYTE_SIZE) ?? die.unit.addressSize
    this.#target = new Reference(types, die)
  }

  get target(): Type {
    return this.#target.type
  }
}

class DwarfQualified implements QualifiedType {
  readonly kind: QualifiedType['kind']
  readonly #target: Reference

  constructor(types: Types, die: Die, kind: QualifiedType['kind']) {
    this.kind = kind
    this.#target = new Reference(types, die)
  }

  get target(): Type {
    return this.#target.type
  }
}

class DwarfArray implements ArrayType {
  readonly kind = 'array'
  readonly count: number | undefined
  readonly vector: boolean
  readonly #inner: ArrayType | undefined
  readonly #target: Reference

  /** @param inner the array of the further dimensions. */
  constructor(types: Types, die: Die, count: number | undefined, inner: ArrayType | undefined, vector: boolean) {
    this.count = count
    this.vector = vector
    this.#inner = inner
    this.#target = new Reference(types, die)
  }

  get element(): Type {
    return this.#inner ?? this.#target.type
  }
}

class DwarfFunction implements FunctionType {
  readonly kind = 'function'
  readonly prototyped: boolean
  readonly #types: Types
  readonly #die: Die
  readonly #returns: Reference
  #parameters: readonly Parameter[] | undefined
  #variadic: boolean | undefined

  constructor(types: Types, die: Die) {
    this.prototyped = die.flag(dw.AT_PROTOTYPED)
    this.#types = types
    this.#die = die
    this.#returns = new Reference(types, die)
  }

  get returns(): Type {
    return this.#returns.type
  }

  get parameters(): readonly Parameter[] {
    this.#parameters ??= this.#types.parameters(this.#die)
    return this.#parameters
  }

  get variadic(): boolean {
    // GCC writes `int f()` of before C23 like `int f(...)`.
    this.#variadic ??= this.prototyped && this.#types.isVariadic(this.#die)
    return this.#variadic
  }
}

class DwarfParameter implements Parameter {
  readonly name: string | undefined
  readonly #target: Reference

  constructor(types: Types, die: Die) {
    this.name = die.string(dw.AT_NAME)
    this.#target = new Reference(types, die)
  }

  get type(): Type {
    return this.#target.type
  }
}

/** A DW_AT_type, followed when first asked; again as long as only a declaration is known. */
class Reference {
  readonly #types: Types
  #die: Die | undefined
  #type: Type | undefined

  constructor(types: Types, die: Die) {
    this.#types = types
    this.#die = die
  }

  get type(): Type {
    if (this.#type !== undefined) return this.#type
    const type = this.#die === undefined ? voidType : this.#types.typeOf(this.#die)
    if ((isCompound(type) || type.kind === 'enum') && type.incomplete) return type
    this.#type = type
    this.#die = undefined
    return type
  }
}

/** Elements of one dimension; undefined when there is no bound, or one that is computed. */
function elementCount(die: Die): number | undefined {
  const count = die.number(dw.AT_COUNT)
  // Clang writes -1 for `[]`.
  if (count !== undefined) return count >= 0 && count < 0xffff_ffff_ffff_0000 ? count : undefined
  const upper = die.number(dw.AT_UPPER_BOUND)
  if (upper === undefined) return undefined
  const elements = upper - (die.number(dw.AT_LOWER_BOUND) ?? 0) + 1
  // -1 is the upper bound of no elements; in a form without a sign, all its bits.
  const form = die.form(dw.AT_UPPER_BOUND)
  const wraps =
    (form === dw.FORM_DATA4 && upper === 0xffff_ffff) || ((form === dw.FORM_DATA8 || form === dw.FORM_UDATA) && upper >= 2 ** 63)
  return wraps || elements < 0 ? 0 : elements
}

function baseType(die: Die, name: string): BaseType {
  const bitSize = die.number(dw.AT_BIT_SIZE)
  const size = die.number(dw.AT_BYTE_SIZE) ?? Math.ceil((bitSize ?? 0) / 8)
  return { kind: 'base', name, size, encoding: encodingOf(die.number(dw.AT_ENCODING)), bitSize: bitSize === size * 8 ? undefined : bitSize }
}

function encodingOf(encoding: number | undefined): BaseEncoding {
  switch (encoding) {
    case dw.ATE_BOOLEAN:
      return 'boolean'
    case dw.ATE_COMPLEX_FLOAT:
      return 'complex'
    case dw.ATE_FLOAT:
      return 'float'
    case dw.ATE_SIGNED:
      return 'signed'
    case dw.ATE_SIGNED_CHAR:
      return 'signed-char'
    case dw.ATE_UNSIGNED:
      return 'unsigned'
    case dw.ATE_UNSIGNED_CHAR:
      return 'unsigned-char'
    case dw.ATE_DECIMAL_FLOAT:
      return 'decimal-float'
    case dw.ATE_UTF:
      return 'utf'
    default:
      return 'other'
  }
}

function unknown(name: string | undefined, size: number | undefined, reason: string): UnknownType {
  return { kind: 'unknown', name, size, reason }
}

function tagName(die: Die): string {
  return dw.tagName(die.tag)
}

function place(die: Die): string {
  return `.debug_info+0x${die.offset.toString(16)}`
}
