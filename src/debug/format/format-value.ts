/**
 * Values as text, character for character as GDB 13's `print` writes them with its default settings: what `invivo eval` and
 * a value's `toString()` give. GDB manual, "Data" / "Print Settings" and "Value formatting".
 *
 * Where GDB loses information this does not: see {@link formatValue}. Characters and strings: characters.ts; floating point:
 * real.ts; enums: enum-text.ts; output formats (`/x`): radix.ts; JSON: to-json.ts.
 */
import { typeName } from '../../symbols/type-name.ts'
import { sizeOf, stripTypedefs, type ArrayType, type BaseType, type CompoundType, type Type } from '../../symbols/type.ts'
import { bitFieldBytes, checkScalar, decodeBitField, integerShape, memberPlace, type BitField, type CValue } from '../c-value.ts'
import type { Inspector } from '../inspector.ts'
import { decodeInteger } from '../integer-bytes.ts'
import { characterKind, isWideCharacterName, formatCharacter, formatString, formatStringAt, repeatThreshold } from './characters.ts'
import { formatEnum } from './enum-text.ts'
import { formatBits, type Format } from './radix.ts'
import { decodeReal, formatReal, realFormat } from './real.ts'

export interface FormatOptions {
  /** Output format of scalars; default as their type says. */
  readonly format?: Format | undefined
  /** One member a line, as `set print pretty on`. */
  readonly pretty?: boolean | undefined
  /** Elements of an array and characters of a string to print; default 200. */
  readonly limit?: number | undefined
  /** Structs and arrays within each other to print; deeper ones are `{...}`. Default 20. */
  readonly maxDepth?: number | undefined
}

/** Parts of one value: a struct of arrays of arrays in the limits above could have billions. */
const maxLeaves = 1_000_000
/** Anonymous members in anonymous members, which the limit on depth does not count. */
const hardDepth = 200
/** Bytes of one character array that are looked at for runs. */
const maxStringBytes = 4 << 20

/**
 * The value as GDB prints it, without `$1 = `. Differences: numbers of more than 64 bits and bit fields across nine bytes
 * print where GDB 13 gives an error, a character before a cut-off UTF-8 sequence is not lost, an array declared `extern T a[]`
 * prints with the bound of its definition, and there is no limit of 64 KiB on a value.
 * @throws MemoryFault when the value, not just something it points to, cannot be read.
 */
export function formatValue(inspector: Inspector, value: CValue, options: FormatOptions = {}): string {
  if (value.unavailable !== undefined) return `<${value.unavailable}>`
  const printer = new Printer(inspector, value, options)
  return printer.topLevel()
}

/** `0x401136 <main+4>`: an address and the symbol it lies in. */
export function formatAddress(inspector: Inspector, address: bigint): string {
  const text = `0x${address.toString(16)}`
  const match = inspector.symbolAt(address)
  // Data symbols without a size are the linker's marks, not variables; GDB does not show them either.
  if (match === undefined || (match.size === 0 && match.kind !== 'function')) return text
  // GCC numbers static locals (`calls.2`); the number is no part of the name the user wrote.
  const name = match.kind === 'function' ? match.name : match.name.replace(/\.\d+$/, '')
  return match.offset === 0 ? `${text} <${name}>` : `${text} <${name}+${match.offset}>`
}

class Printer {
  readonly #inspector: Inspector
  readonly #value: CValue
  readonly #format: Format | undefined
  readonly #pretty: boolean
  readonly #limit: number
  #maxDepth: number
  readonly #little: boolean
  #leaves = 0

  constructor(inspector: Inspector, value: CValue, options: FormatOptions) {
    this.#inspector = inspector
    this.#value = value
    this.#format = options.format === 's' ? undefined : options.format
    this.#pretty = options.pretty ?? false
    this.#limit = options.limit ?? 200
    this.#maxDepth = options.maxDepth ?? 20
    this.#little = inspector.byteOrder === 'little'
  }

  topLevel(): string {
    const { type, bitField } = this.#value
    const stripped = stripTypedefs(type)
    if (stripped.kind === 'unknown' && stripped.size !== undefined && this.#value.address !== undefined) {
      // A function that only the symbol table knows.
      return `{${typeName(type)}} ${formatAddress(this.#inspector, this.#value.address)}`
    }
    if (stripped.kind === 'function') return `{${typeName(type)}} ${formatAddress(this.#inspector, this.#value.address ?? 0n)}`
    const text = this.#any(type, 0, 0, bitField, false)
    if (stripped.kind !== 'pointer' || this.#format !== undefined || isPlainCharPointer(type)) return text
    return `(${typeName(type)}) ${text}`
  }

  /** @param inVector elements of a vector are numbers, also when they are characters. */
  #any(type: Type, offset: number, depth: number, bitField: BitField | undefined, inVector: boolean): string {
    this.#leaves++
    const stripped = stripTypedefs(type)
    switch (stripped.kind) {
      case 'struct':
      case 'union':
      case 'class':
        return this.#compound(stripped, offset, depth)
      case 'array':
        return this.#array(stripped, offset, depth)
      case 'void':
        return 'void'
      case 'function':
        return formatAddress(this.#inspector, (this.#value.address ?? 0n) + BigInt(offset))
      case 'unknown':
        return '<unknown type>'
      case 'pointer':
      case 'enum':
      case 'base':
        checkScalar(stripped.size)
        if (stripped.kind === 'enum' && stripped.incomplete && stripped.size === 0) return '<incomplete type>'
        if (this.#format !== undefined) return this.#formatted(type, stripped, offset, bitField, this.#format, depth)
        if (stripped.kind === 'pointer') return this.#pointer(stripped.target, this.#integer(type, offset, bitField))
        if (stripped.kind === 'enum') return formatEnum(stripped, this.#integer(type, offset, bitField))
        return this.#base(type, stripped, offset, bitField, inVector)
    }
  }

  #base(type: Type, base: BaseType, offset: number, bitField: BitField | undefined, inVector: boolean): string {
    switch (base.encoding) {
      case 'float':
        return this.#real(base, offset, base.size)
      case 'complex': {
        const half = base.size / 2
        return `${this.#real(base, offset, half)} + ${this.#real(base, offset + half, half)}i`
      }
      case 'boolean': {
        const value = this.#integer(type, offset, bitField)
        return value === 0n ? 'false' : value === 1n ? 'true' : value.toString()
      }
      case 'signed':
      case 'unsigned':
      case 'signed-char':
      case 'unsigned-char':
      case 'utf': {
        const value = this.#integer(type, offset, bitField)
        const kind = inVector ? undefined : characterKind(type)
        return kind === undefined ? value.toString() : `${value} ${formatCharacter(value, kind, this.#little)}`
      }
      case 'decimal-float':
      case 'other':
        return `<${base.name} 0x${this.#bits(offset, base.size, undefined).toString(16)}>`
    }
  }

  #real(base: BaseType, offset: number, size: number): string {
    const format = realFormat(base, this.#little)
    const bytes = this.#value.view(offset, size)
    // `_Complex int` and formats nobody has described.
    if (format === undefined) return decodeInteger(bytes, true, this.#little).toString()
    return formatReal(decodeReal(bytes, format, this.#little), format)
  }

  #pointer(target: Type, address: bigint): string {
    if (address === 0n) return '0x0'
    const text = formatAddress(this.#inspector, address)
    const kind = characterKind(target)
    return kind === undefined ? text : `${text} ${this.#counted(formatStringAt(this.#inspector, address, kind, this.#limit))}`
  }

  /** Long strings count as several parts. */
  #counted(text: string): string {
    this.#leaves += text.length >> 4
    return text
  }

  #compound(type: CompoundType, offset: number, depth: number): string {
    if (type.incomplete) return '<incomplete type>'
    if (depth >= Math.min(this.#maxDepth, hardDepth)) return '{...}'
    if (type.members.length === 0) return '{<No data fields>}'
    const parts: string[] = []
    for (const member of type.members) {
      if (this.#leaves >= maxLeaves) {
        parts.push('...')
        break
      }
      const { start, bitField } = memberPlace(member)
      // What has no name of its own takes no level of the depth either.
      if (member.name === undefined) this.#maxDepth++
      const text = this.#any(member.type, offset + start, depth + 1, bitField, false)
      if (member.name === undefined) this.#maxDepth--
      parts.push(member.name === undefined ? text : `${member.name} = ${text}`)
    }
    if (!this.#pretty) return `{${parts.join(', ')}}`
    const indent = '  '.repeat(depth + 1)
    return `{\n${indent}${parts.join(`,\n${indent}`)}\n${indent.slice(2)}}`
  }

  #array(type: ArrayType, offset: number, depth: number): string {
    const { element, count } = type
    const size = sizeOf(element)
    const kind = this.#format === undefined && !type.vector ? characterKind(element) : undefined
    if (count === undefined || count === 0 || size === undefined || size === 0) {
      // An array of no known length prints as the pointer it decays to, whatever the format.
      if (this.#value.address === undefined) return '{}'
      const address = this.#value.address + BigInt(offset)
      const text = formatAddress(this.#inspector, address)
      return kind === undefined ? text : `${text} ${formatStringAt(this.#inspector, address, kind, this.#limit)}`
    }
    if (kind !== undefined) {
      const length = Math.min(count * size, maxStringBytes)
      return this.#counted(formatString(this.#value.view(offset, length), kind, this.#little, this.#limit, length < count * size))
    }
    if (depth >= this.#maxDepth) return '{...}'
    const parts: string[] = []
    let index = 0
    let printed = 0
    while (index < count && printed < this.#limit && this.#leaves < maxLeaves) {
      const text = this.#any(element, offset + index * size, depth + 1, undefined, type.vector)
      const repeats = this.#countRepeats(offset + index * size, size, count - index)
      if (repeats > repeatThreshold) {
        parts.push(`${text} <repeats ${repeats} times>`)
        index += repeats
        printed += repeatThreshold
        continue
      }
      parts.push(text)
      index++
      printed++
    }
    const more = index < count ? '...' : ''
    return `{${parts.join(', ')}${more}}`
  }

  /** How many elements from this one on have the same bytes. */
  #countRepeats(offset: number, size: number, available: number): number {
    let repeats = 1
    while (repeats < available) {
      const first = this.#value.view(offset + (repeats - 1) * size, size)
      const next = this.#value.view(offset + repeats * size, size)
      for (let i = 0; i < size; i++) if (first[i] !== next[i]) return repeats
      repeats++
    }
    return repeats
  }

  /** A scalar in an output format. */
  #formatted(
    type: Type,
    stripped: Exclude<Type, CompoundType>,
    offset: number,
    bitField: BitField | undefined,
    format: Format,
    depth: number,
  ): string {
    const size = sizeOf(stripped) ?? 0
    switch (format) {
      case 'x':
      case 'd':
      case 'u':
      case 'o':
      case 't':
      case 'z':
        if (stripped.kind === 'base' && stripped.encoding === 'complex' && depth > 0) {
          const half = size / 2
          const part = (at: number): string => formatBits(this.#bits(at, half, undefined), half, format)
          return `${part(offset)} + ${part(offset + half)}i`
        }
        return formatBits(this.#bits(offset, size, this.#extended(type, bitField)), size, format)
      case 'a': {
        const value = this.#whole(type, stripped, offset, bitField)
        return formatAddress(this.#inspector, BigInt.asUintN(this.#inspector.addressSize * 8, value))
      }
      case 'c': {
        const value = this.#whole(type, stripped, offset, bitField)
        const unsigned = stripped.kind === 'base' && (stripped.encoding === 'unsigned' || stripped.encoding === 'unsigned-char')
        const character = unsigned ? BigInt.asUintN(8, value) : BigInt.asIntN(8, value)
        return `${character} ${formatCharacter(character, { prefix: '', width: 1 }, this.#little)}`
      }
      case 'f': {
        const base = stripped.kind === 'base' ? stripped : undefined
        if (base !== undefined && (base.encoding === 'float' || base.encoding === 'complex')) {
          return this.#base(type, base, offset, bitField, false)
        }
        const like: BaseType = { kind: 'base', name: 'float', size, encoding: 'float', bitSize: undefined }
        if (bitField === undefined && (size === 4 || size === 8 || size === 16)) return this.#real(like, offset, size)
        return this.#integer(type, offset, bitField).toString()
      }
      case 's':
        return this.#any(type, offset, 0, bitField, false)
    }
  }

  /** The number a scalar is, a floating-point one cut to an integer. */
  #whole(type: Type, stripped: Type, offset: number, bitField: BitField | undefined): bigint {
    if (stripped.kind === 'base' && stripped.encoding === 'float') {
      const format = realFormat(stripped, this.#little)
      if (format !== undefined) {
        const real = decodeReal(this.#value.view(offset, stripped.size), format, this.#little)
        if (real.kind !== 'finite') return 0n
        const magnitude = real.exponent >= 0 ? real.mantissa << BigInt(real.exponent) : real.mantissa >> BigInt(-real.exponent)
        return real.negative ? -magnitude : magnitude
      }
    }
    return this.#integer(type, offset, bitField)
  }

  #integer(type: Type, offset: number, bitField: BitField | undefined): bigint {
    const { signed, bits } = integerShape(type)
    if (bitField !== undefined) return decodeBitField(this.#value.view(offset, bitFieldBytes(bitField)), bitField, signed, this.#little)
    const value = decodeInteger(this.#value.view(offset, sizeOf(type) ?? 0), signed, this.#little)
    return bits === undefined ? value : signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)
  }

  /** A bit field with the sign of its type: in an output format it shows all bits of that type. */
  #extended(type: Type, bitField: BitField | undefined): { field: BitField; signed: boolean } | undefined {
    return bitField === undefined ? undefined : { field: bitField, signed: integerShape(type).signed }
  }

  #bits(offset: number, size: number, bits: { field: BitField; signed: boolean } | undefined): bigint {
    if (bits === undefined) return decodeInteger(this.#value.view(offset, size), false, this.#little)
    const value = decodeBitField(this.#value.view(offset, bitFieldBytes(bits.field)), bits.field, bits.signed, this.#little)
    return BigInt.asUintN(size * 8, value)
  }
}

/** `char *`, `const char *` and `wchar_t *` print without their type in front; `unsigned char *` and typedefs of pointers do not. */
function isPlainCharPointer(type: Type): boolean {
  let pointer = type
  for (let depth = 0; depth < 10 && pointer.kind !== 'pointer'; depth++) {
    if (!('target' in pointer) || pointer.kind === 'typedef') return false
    pointer = pointer.target
  }
  if (pointer.kind !== 'pointer') return false
  let target = pointer.target
  for (let depth = 0; depth < 10 && target.kind !== 'base'; depth++) {
    if (!('target' in target) || target.kind === 'pointer') return false
    if (target.kind === 'typedef') return isWideCharacterName(target.name)
    target = target.target
  }
  return target.kind === 'base' && (target.name === 'char' || isWideCharacterName(target.name))
}
