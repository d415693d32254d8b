/**
 * Values as plain data for `--json`: what a program reads, where format-value.ts is for people.
 *
 * | C | JSON |
 * |---|---|
 * | integers up to 32 bits, characters | number |
 * | wider integers | string of decimal digits: JSON readers round large numbers |
 * | floating point | number; `"inf"`, `"-inf"`, `"nan"`; `long double` rounded to double |
 * | `_Complex` | `{"real": …, "imaginary": …}` |
 * | `_Bool` | `true`, `false` |
 * | enums | name; a value without one, also a sum of flags, as its integer |
 * | pointers | `"0x…"`, `null` |
 * | `char *` | `{"address": "0x…", "string": "…"}`; without `string` when it cannot be read |
 * | `char[n]`, `wchar_t[n]` | string up to the first NUL; `unsigned char[n]` and `uint8_t[n]` are bytes: arrays of numbers |
 * | arrays | array; `T[]`: `[]` |
 * | structs, unions | object, anonymous members' fields among the outer ones' |
 * | not available | `null` |
 */
import { InvivoError } from '../../errors.ts'
import { isCompound, stripTypedefs, type BaseType, type CompoundType, type Type } from '../../symbols/type.ts'
import type { CValue } from '../c-value.ts'
import { characterKind, type CharacterKind } from './characters.ts'
import { decodeReal, realFormat, realToNumber } from './real.ts'

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

/** Parts of one document. A terabyte of zeros is no useful JSON. */
const maxParts = 4_000_000
const maxDepth = 100
/** Characters of a string that is pointed to. */
const maxString = 1 << 20

/** @throws MemoryFault; InvivoError OUT_OF_RANGE when the value has too many parts. */
export function toJson(value: CValue): Json {
  return convert(value, { parts: 0 }, 0)
}

function convert(value: CValue, budget: { parts: number }, depth: number): Json {
  if (++budget.parts > maxParts || depth > maxDepth) {
    throw new InvivoError('OUT_OF_RANGE', `${value.path || 'the value'} is too large for JSON: it has more than ${maxParts} parts`)
  }
  if (value.unavailable !== undefined) return null
  const type = stripTypedefs(value.type)
  switch (type.kind) {
    case 'base':
      return baseToJson(value, type)
    case 'enum': {
      const number = value.integer()
      return type.enumerators.find((each) => each.value === number)?.name ?? integerToJson(number, type.size)
    }
    case 'pointer': {
      const address = value.integer()
      if (address === 0n) return null
      const kind = characterKind(type.target)
      return kind === undefined ? hex(address) : { address: hex(address), ...stringAt(value, address, kind) }
    }
    case 'function':
      return value.address === undefined ? null : hex(value.address)
    case 'struct':
    case 'union':
    case 'class':
      return compoundToJson(value, type, budget, depth)
    case 'array': {
      const count = type.count ?? 0
      const kind = type.vector || isByte(type.element) ? undefined : characterKind(type.element)
      if (kind !== undefined)
        return decodeString(new Uint8Array(value.view(0, Math.min(count * kind.width, maxParts))), kind, value.littleEndian)
      if (count > maxParts) throw new InvivoError('OUT_OF_RANGE', `${value.path || 'the array'} is too large for JSON: ${count} elements`)
      return Array.from({ length: count }, (_, index) => convert(value.element(type.element, index), budget, depth + 1))
    }
    case 'void':
    case 'unknown':
      return null
  }
}

/** One-byte integers that are not plain `char` hold data more often than text. */
function isByte(type: Type): boolean {
  const stripped = stripTypedefs(type)
  return stripped.kind === 'base' && stripped.size === 1 && stripped.name !== 'char' && stripped.encoding !== 'utf'
}

function baseToJson(value: CValue, type: BaseType): Json {
  const little = value.littleEndian
  switch (type.encoding) {
    case 'boolean':
      return value.integer() !== 0n
    case 'float':
    case 'complex': {
      const format = realFormat(type, little)
      if (format === undefined) return null
      const part = (offset: number, size: number): Json => numberToJson(realToNumber(decodeReal(value.view(offset, size), format, little)))
      if (type.encoding === 'float') return part(0, type.size)
      return { real: part(0, type.size / 2), imaginary: part(type.size / 2, type.size / 2) }
    }
    case 'signed':
    case 'unsigned':
    case 'signed-char':
    case 'unsigned-char':
    case 'utf':
      return integerToJson(value.integer(), type.size)
    case 'decimal-float':
    case 'other':
      return null
  }
}

/** By the type's width, not the number's: a field does not change its JSON type with its value. */
function integerToJson(value: bigint, size: number): Json {
  return size <= 4 ? Number(value) : value.toString()
}

function numberToJson(value: number): Json {
  if (Number.isNaN(value)) return 'nan'
  return Number.isFinite(value) ? value : value < 0 ? '-inf' : 'inf'
}

function compoundToJson(value: CValue, type: CompoundType, budget: { parts: number }, depth: number): Json {
  const fields: [string, Json][] = []
  for (const member of type.members) {
    const inner = stripTypedefs(member.type)
    if (member.name !== undefined) fields.push([member.name, convert(value.member(member), budget, depth + 1)])
    else if (isCompound(inner)) {
      const nested = convert(value.member(member), budget, depth + 1)
      if (nested !== null && typeof nested === 'object' && !Array.isArray(nested)) fields.push(...Object.entries(nested))
    }
  }
  // Not assignments: a field may be called `__proto__`.
  return Object.fromEntries(fields)
}

function stringAt(value: CValue, address: bigint, kind: CharacterKind): { string?: string } {
  for (let length = 256; ; length *= 16) {
    const bytes = value.inspector.readAvailable(address, length * kind.width)
    const end = terminator(bytes, kind.width)
    if (end !== undefined) return { string: decodeString(bytes.subarray(0, end), kind, value.littleEndian) }
    if (bytes.length < length * kind.width || length >= maxString) return {}
  }
}

function terminator(bytes: Uint8Array, width: number): number | undefined {
  if (width === 1) {
    const at = bytes.indexOf(0)
    return at < 0 ? undefined : at
  }
  for (let i = 0; i + width <= bytes.length; i += width) {
    if (bytes.subarray(i, i + width).every((byte) => byte === 0)) return i
  }
  return undefined
}

/** Up to the first NUL; what is no character becomes U+FFFD. */
function decodeString(bytes: Uint8Array, kind: CharacterKind, little: boolean): string {
  const text = bytes.subarray(0, terminator(bytes, kind.width) ?? bytes.length)
  if (kind.width === 1) return new TextDecoder().decode(text)
  if (kind.width === 2) return new TextDecoder(little ? 'utf-16le' : 'utf-16be').decode(text)
  const view = new DataView(text.buffer, text.byteOffset, text.byteLength)
  let decoded = ''
  for (let i = 0; i + 4 <= text.length; i += 4) {
    const unit = view.getUint32(i, little)
    decoded += unit <= 0x10ffff ? String.fromCodePoint(unit) : '\ufffd'
  }
  return decoded
}

function hex(address: bigint): string {
  return `0x${address.toString(16)}`
}
