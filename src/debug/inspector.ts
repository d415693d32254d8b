/**
 * What the printer, the C expression evaluator and the declarations generator need of a program, and nothing more: names to
 * types and variables, addresses to bytes and symbols. `Program` (program.ts) implements it over all modules of a target;
 * tests implement it over a table. Addresses are unsigned bigints here: this is not the hot path (values/ and memory.ts are).
 */
import type { TypeSpace, Variable } from '../symbols/debug-info.ts'
import type { EnumType, NamedType, Type } from '../symbols/type.ts'

export interface Inspector {
  readonly byteOrder: 'little' | 'big'
  readonly addressSize: 4 | 8

  /**
   * Exactly `length` bytes; on a running process through the cache of the current epoch.
   * @throws MemoryFault naming `path` when one of them cannot be read.
   */
  readBytes(address: bigint, length: number, path?: string): Uint8Array<ArrayBuffer>
  /** As many bytes as are readable, up to `length`. */
  readAvailable(address: bigint, length: number): Uint8Array<ArrayBuffer>
  /** @throws InvivoError READ_ONLY, MEMORY_FAULT. */
  writeBytes(address: bigint, bytes: Uint8Array): void

  /** The symbol that contains `address`: functions and data objects of every module's symbol tables. */
  symbolAt(address: bigint): SymbolMatch | undefined
  /** Symbols of that name that have no debug information, too. */
  findSymbols(name: string): readonly SymbolMatch[]

  /** In the order of modules; within one module as DebugInfo gives them. Loads debug information as needed. */
  findTypes(name: string, space?: TypeSpace): readonly NamedType[]
  findVariables(name: string): readonly PlacedVariable[]
  findFunctions(name: string): readonly PlacedFunction[]
  findEnumerators(name: string): readonly EnumeratorMatch[]
  /** The integer types of the program's ABI by C name (`int`, `unsigned long`, `char`), made up where the program has none. */
  baseType(name: string): Type
  /** `no debug information for …: there is no …` when the program itself has none, else an empty string. */
  whyNoDebugInfo?(): string
  /** `; did you mean 'block_backends'?` for a global name or type that was not found, or an empty string. */
  suggest?(name: string): string
}

export interface SymbolMatch {
  readonly name: string
  /** Run-time address of the symbol. */
  readonly address: bigint
  /** Of the address asked for from the symbol's. */
  readonly offset: number
  readonly size: number
  readonly kind: 'function' | 'object' | 'other'
}

export interface PlacedVariable {
  readonly variable: Variable
  /** Run-time address, also where only the symbol table or the program's own copy tells it; undefined when it is in no memory. */
  readonly address: bigint | undefined
  /** Path of the module, for messages. */
  readonly module: string
}

export interface PlacedFunction {
  readonly name: string
  readonly type: Type
  readonly address: bigint | undefined
  readonly unit: string
  readonly module: string
}

export interface EnumeratorMatch {
  readonly type: EnumType
  readonly value: bigint
}
