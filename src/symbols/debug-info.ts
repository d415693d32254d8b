/**
 * What one file (a program or a shared library, with its separate debug file when there is one) says about its types and
 * variables: the interface every debug format implements, and all that the layers above see. Implemented by dwarf/; BTF and
 * others come as further folders beside it. Addresses here are link-time addresses: the module's load bias is added above.
 */
import type { CompoundType, EnumType, NamedType, SourcePosition, Type } from './type.ts'

/** C's name spaces of types: `struct`, `union` and `enum` tags (one space), typedefs and base types (the other). */
export type TypeSpace = 'struct' | 'union' | 'class' | 'enum' | 'typedef' | 'base'

export interface Variable {
  readonly name: string
  readonly type: Type
  /** Visible to other units (not `static`). */
  readonly external: boolean
  readonly location: VariableLocation
  readonly position: SourcePosition | undefined
  /** The unit's primary source file, by which variables of one name are told apart (`'file.c'::name`). */
  readonly unit: string
  /** The function a static local belongs to; undefined at file scope. */
  readonly enclosingFunction: string | undefined
}

export type VariableLocation =
  | { readonly kind: 'address'; readonly address: number }
  /** DW_AT_const_value or DW_OP_implicit_value: the bytes, in the target's order. */
  | { readonly kind: 'constant'; readonly bytes: Uint8Array }
  /** Offset in the module's thread-local block. */
  | { readonly kind: 'thread-local'; readonly offset: number }
  | { readonly kind: 'unavailable'; readonly reason: string }

export interface FunctionInfo {
  readonly name: string
  readonly type: Type
  readonly external: boolean
  /** Link-time entry address; undefined when only inlined or declared. */
  readonly address: number | undefined
  readonly position: SourcePosition | undefined
  readonly unit: string
}

/**
 * Finds the definition of a type that this file only declares, in the other modules of the program. Set by the layer that
 * knows them; undefined result: there is none.
 */
export type ForeignDefinition = (space: TypeSpace, name: string) => CompoundType | EnumType | undefined

export interface DebugInfo extends Disposable {
  /** Path of the file the information was read from (the separate debug file, when there is one). */
  readonly path: string
  /** `DWARF 5 (GNU C17 12.2.0)`-like description of what was found, for messages. */
  readonly description: string
  readonly byteOrder: 'little' | 'big'
  readonly addressSize: 4 | 8

  /**
   * Definitions of that name, complete ones only unless there is no complete one; definitions that are equal in layout are
   * one entry (every C unit has a copy of its headers' types). Order: first unit first.
   */
  findTypes(name: string, space?: TypeSpace): readonly NamedType[]
  /** Definitions (not mere `extern` declarations) of file-scope and static local variables of that name. */
  findVariables(name: string): readonly Variable[]
  findFunctions(name: string): readonly FunctionInfo[]
  /** Enumerations, anonymous ones too, that have an enumerator of that name. */
  findEnumerators(name: string): readonly EnumType[]
  /** The unit (primary source file) a type was found in, for telling types of one name apart. */
  unitOf(type: NamedType): string | undefined

  /** Every named struct, union, enum, typedef and base type, equal definitions once. Anonymous ones are reached through these. */
  types(): Iterable<NamedType>
  /** Every variable that {@link findVariables} can give. */
  variables(): Iterable<Variable>
  /** Names of every function, variable and type, for completion and suggestions; may be empty strings' superset, unordered. */
  names(): Iterable<string>

  foreignDefinition: ForeignDefinition | undefined
}
