/**
 * The types of a program, as its debug information describes them, whatever the format: DWARF today; BTF later.
 *
 * A type is a plain object told apart by `kind`. References to other types are getters that resolve when first read, so that
 * looking at one struct does not load the program. One definition in the file is one object: compare types with `===` within
 * one module, with `sameType` (type-name.ts) across modules. Byte and bit order, sizes and offsets are as on the target.
 * How types are spelled in C: type-name.ts. Where variables live: debug-info.ts.
 */

export type Type =
  | VoidType
  | BaseType
  | PointerType
  | CompoundType
  | EnumType
  | ArrayType
  | TypedefType
  | QualifiedType
  | FunctionType
  | UnknownType

/** A type that has, or could have, a name a user would look up. */
export type NamedType = BaseType | CompoundType | EnumType | TypedefType

/** Source position of a declaration. */
export interface SourcePosition {
  /** As the compiler recorded it, joined with its compilation directory when relative. */
  readonly file: string
  readonly line: number
}

export interface VoidType {
  readonly kind: 'void'
}

/** DW_ATE_*: how the bits of a base type are read. `char` kinds print as characters in GDB. */
export type BaseEncoding =
  | 'signed'
  | 'unsigned'
  | 'boolean'
  | 'float'
  | 'complex'
  | 'signed-char'
  | 'unsigned-char'
  | 'utf'
  | 'decimal-float'
  | 'other'

export interface BaseType {
  readonly kind: 'base'
  readonly name: string
  /** Bytes. */
  readonly size: number
  readonly encoding: BaseEncoding
  /** Value bits where fewer than `size * 8` (DW_AT_bit_size: `_BitInt(N)`), else undefined. */
  readonly bitSize: number | undefined
}

export interface PointerType {
  readonly kind: 'pointer'
  /** Bytes. */
  readonly size: number
  readonly target: Type
}

export interface CompoundType {
  readonly kind: 'struct' | 'union' | 'class'
  /** The tag; undefined for an anonymous type. */
  readonly name: string | undefined
  /** Bytes. 0 for an incomplete type. */
  readonly size: number
  /** True when only a forward declaration was found anywhere. */
  readonly incomplete: boolean
  /** Data members in declaration order; empty when incomplete. */
  readonly members: readonly Member[]
  readonly position: SourcePosition | undefined
}

export interface Member {
  /** Undefined for an anonymous struct or union, whose members are reached as the outer type's own. */
  readonly name: string | undefined
  readonly type: Type
  /**
   * Bits from the start of the compound to the member's first bit: on a little-endian target to its least significant bit,
   * on a big-endian target to its most significant bit. A multiple of 8 unless `bitSize` is set.
   */
  readonly bitOffset: number
  /** Width in bits of a bit field; undefined for an ordinary member. */
  readonly bitSize: number | undefined
  readonly line: number | undefined
}

export interface EnumType {
  readonly kind: 'enum'
  /** The tag; undefined for an anonymous enum. */
  readonly name: string | undefined
  /** Bytes. */
  readonly size: number
  readonly signed: boolean
  readonly incomplete: boolean
  /** In declaration order; several may have one value. */
  readonly enumerators: readonly Enumerator[]
  readonly position: SourcePosition | undefined
}

export interface Enumerator {
  readonly name: string
  readonly value: bigint
}

export interface ArrayType {
  readonly kind: 'array'
  /** For `int a[2][3]` the element is `int[3]`. */
  readonly element: Type
  /** Undefined for a flexible array or one of unknown bound. A zero-length array (`int a[0]`) has 0. */
  readonly count: number | undefined
  /** A GNU vector type (`__attribute__((vector_size))`). */
  readonly vector: boolean
}

export interface TypedefType {
  readonly kind: 'typedef'
  readonly name: string
  readonly target: Type
  readonly position: SourcePosition | undefined
}

export interface QualifiedType {
  readonly kind: 'const' | 'volatile' | 'restrict' | 'atomic'
  readonly target: Type
}

export interface FunctionType {
  readonly kind: 'function'
  readonly returns: Type
  readonly parameters: readonly Parameter[]
  /** Ends in `...`. */
  readonly variadic: boolean
  /** False for `int f()` before C23. */
  readonly prototyped: boolean
}

export interface Parameter {
  readonly name: string | undefined
  readonly type: Type
}

/** A construct of a language or DWARF version this reader does not know, or a damaged entry. Keeps what is known. */
export interface UnknownType {
  readonly kind: 'unknown'
  readonly name: string | undefined
  /** Bytes, where stated. */
  readonly size: number | undefined
  /** What it is, for a message: `DW_TAG_string_type`, `damaged entry at .debug_info+0x1234`. */
  readonly reason: string
}

/** The type behind typedefs and qualifiers. Bounded: a damaged file may make them circular. */
export function stripTypedefs(type: Type): Exclude<Type, TypedefType | QualifiedType> {
  let stripped = type
  for (let depth = 0; depth < 1000; depth++) {
    switch (stripped.kind) {
      case 'typedef':
      case 'const':
      case 'volatile':
      case 'restrict':
      case 'atomic':
        stripped = stripped.target
        break
      default:
        return stripped
    }
  }
  return { kind: 'unknown', name: undefined, size: undefined, reason: 'typedefs that name each other' }
}

/**
 * Size in bytes; undefined where C has none: void, functions, flexible arrays, incomplete and unknown types.
 * Bounded like {@link stripTypedefs}.
 */
export function sizeOf(type: Type): number | undefined {
  let count = 1
  let element = type
  for (let depth = 0; depth < 1000; depth++) {
    const stripped = stripTypedefs(element)
    switch (stripped.kind) {
      case 'array':
        if (stripped.count === undefined) return undefined
        count *= stripped.count
        element = stripped.element
        break
      case 'base':
      case 'pointer':
        return count * stripped.size
      case 'unknown':
        return stripped.size === undefined ? undefined : count * stripped.size
      case 'struct':
      case 'union':
      case 'class':
      case 'enum':
        return stripped.incomplete ? undefined : count * stripped.size
      case 'void':
      case 'function':
        return undefined
    }
  }
  return undefined
}

/** `T a[]`, and its older spelling `T a[0]`: how many elements there are is known to the program only. */
export function isFlexible(type: ArrayType): boolean {
  return !type.vector && (type.count === undefined || type.count === 0)
}

export function isCompound(type: Type): type is CompoundType {
  return type.kind === 'struct' || type.kind === 'union' || type.kind === 'class'
}
