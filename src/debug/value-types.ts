/**
 * The TypeScript types of a target's values: what a generated declarations module is written in and what a script holds.
 * Only types here; values/ makes the objects. Everything about a value that is not a member of the C type starts with `$`.
 *
 * | C | TypeScript |
 * |---|---|
 * | integers of 8 to 32 bits, `float`, `double`, `long double` (rounded) | `number` |
 * | integers of 64 bits and more | `bigint`, always |
 * | `_Bool` | `boolean` |
 * | `enum color` | `'RED' | 'GREEN' | number`: the first enumerator of that value, else the number (bigint when 64 bits wide) |
 * | `struct s`, `union u` | an interface with a property a field |
 * | `struct s *` | the same interface, or `null` |
 * | `char *`, `unsigned char *`, `wchar_t *`, … | {@link CString} or `null` |
 * | `T *` otherwise | {@link Pointer}`<T>` or `null` |
 * | `void *`, pointer to an incomplete type | {@link Opaque} or `null` |
 * | `int (*)(int)` | {@link FunctionPointer} or `null` |
 * | `T[n]` | {@link CArray}`<T>`; `char[n]`: {@link CharArray} |
 * | `T[]` (or `T[0]`) at the end of a struct | {@link FlexArray}`<T>` |
 * | `_Complex double` | {@link Complex} |
 */
import type { CompoundType, Type } from '../symbols/type.ts'

/** What every value that stands for a place in the target's memory has. */
export interface Located {
  /** Where it is, as an unsigned address of the target. */
  readonly $address: bigint
  /** The C type of what is there (behind a pointer: what it points to), from the target's own debug information. */
  readonly $type: Type
  /**
   * The same place seen as another type, as a C cast of a pointer to it would: `v.$cast(types['struct derived'])`.
   * @param type a token from `$type(...)` of the globals.
   */
  $cast<T>(type: TypeToken<T>): T
  /** As GDB prints it. */
  toString(): string
}

/** Base of every struct and union. `Name` is the C spelling, and keeps structs of like shape apart. */
export interface Struct<Name extends string = string> extends Located {
  readonly $type: CompoundType
  /** Never present at run time: makes the interface nominal. */
  readonly $c?: Name
  /** Each field's bits: integers and pointers as unsigned or signed bigint as declared, also where the property is `null`. */
  readonly $raw: { readonly [field: string]: bigint }
  /** Element `index` of an array this is element 0 of: the neighbour `index * sizeof` bytes further. */
  $at(index: number): this
  /** A field by its C name, for names that TypeScript or `$` cannot take. */
  $field(name: string): unknown
  /** Names of the fields, anonymous members' flattened, in declaration order. */
  $fields(): string[]
  /**
   * A copy as plain data: nested structs and arrays as objects and arrays, arrays of characters as strings, pointers as `0x…`
   * strings, 64 bits as bigint. A flexible array is empty.
   */
  $snapshot(): Record<string, unknown>
}

/** Something pointed to whose contents are not described: `void *`, or a struct declared but defined nowhere. */
export interface Opaque<Name extends string = string> extends Located {
  readonly $c?: Name
  /** `length` bytes from there. */
  $bytes(length: number): Uint8Array<ArrayBuffer>
}

/** A pointer to something that is not a struct. `T` is what one element reads as. */
export interface Pointer<T> extends Located {
  /** `*p`. Assignable. */
  $value: T
  /** `p[index]`; negative indices too. */
  $at(index: number): T
  /** `p[index] = value`. */
  $set(index: number, value: T): void
  /** `p[start] … p[end - 1]`, each read when asked for. */
  $slice(start: number, end: number): CArray<T>
}

/** A pointer to characters of 8, 16 or 32 bits. */
export interface CString extends Pointer<number> {
  /**
   * The characters up to the first NUL, read page by page.
   * @param encoding default: `utf8` for 8 bits (bytes that are not UTF-8 become U+FFFD), UTF-16 and UTF-32 for wider ones.
   * @param maxLength in characters of the target; default 1 MiB: a string without end is an error, not a hang.
   * @throws MemoryFault when memory ends before the NUL.
   */
  string(encoding?: StringEncoding, maxLength?: number): string
  $bytes(length: number): Uint8Array<ArrayBuffer>
}

export type StringEncoding = 'utf8' | 'latin1' | 'utf16' | 'utf32'

export interface FunctionPointer extends Located {
  /** The function's name, `name+offset` within one; undefined where no symbol is near. */
  readonly name: string | undefined
}

/** An array of known length. Elements are read when asked for. */
export interface CArray<T> extends Located, Iterable<T> {
  readonly length: number
  /** @returns undefined out of range; negative counts from the end, as Array's. */
  at(index: number): T | undefined
  set(index: number, value: T): void
  slice(start?: number, end?: number): CArray<T>
  /** All elements in one read; for integers and floats of 8 to 64 bits only. */
  toTypedArray(): TypedArray
  toArray(): T[]
}

export interface CharArray extends CArray<number> {
  /** Up to the first NUL, or all of it when there is none. */
  string(encoding?: StringEncoding): string
}

/** `T name[]` and `T name[0]`: the length is known to the program only, so there is neither `length` nor an iterator. */
export interface FlexArray<T> extends Located {
  at(index: number): T
  set(index: number, value: T): void
  /** The first `n` elements. */
  take(n: number): CArray<T>
}

export interface Complex {
  readonly real: number
  readonly imaginary: number
}

export type TypedArray =
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | BigUint64Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>

/** A C type that knows how its values read in TypeScript. From `$type('struct s')` of the globals. */
export interface TypeToken<T> {
  readonly type: Type
  /** `sizeof`, in bytes; undefined where C has none. */
  readonly size: number | undefined
  /** Never present at run time. */
  readonly $t?: T
}

/**
 * Base of the generated interface of a whole program: one property a global, and these.
 * @typeParam Types C spelling to TypeScript type: `{ 'struct elem': elem; size_t: bigint }`.
 * @typeParam Files source file to the variables that are only reachable by it, or exist in several.
 */
export interface ProgramGlobals<Types = Record<string, unknown>, Files = Record<string, Record<string, unknown>>> {
  /** A type by its C spelling. */
  $type<Name extends keyof Types & string>(name: Name): TypeToken<Types[Name]>
  /** What is at `address`, as a value of that type (a struct, an array, or the number itself). */
  $cast<Name extends keyof Types & string>(name: Name, address: bigint | Located): Types[Name]
  /** Variables of one source file, for statics of one name: `$file('block.c').state`. */
  $file<File extends keyof Files & string>(file: File): Files[File]
  /** Any variable by its C name. */
  $global(name: string): unknown
}
