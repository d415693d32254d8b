/**
 * Characters and strings as GDB prints them: `97 'a'`, `"abc\n"`, `'\000' <repeats 12 times>`, `L"wide"`, and the 200-element
 * limit. Target strings are UTF-8, UTF-16 or UTF-32 by their width, as in a GDB in a UTF-8 locale.
 * GDB manual, "Data" / "Print Settings" (`print elements`, `print repeats`).
 */
import { stripTypedefs, type Type } from '../../symbols/type.ts'
import { decodeInteger, encodeInteger } from '../integer-bytes.ts'
import type { Inspector } from '../inspector.ts'

/** Runs longer than this print as `<repeats N times>`. */
export const repeatThreshold = 10

/** How characters of a type print. */
export interface CharacterKind {
  readonly prefix: '' | 'L' | 'u' | 'U'
  /** Bytes. */
  readonly width: 1 | 2 | 4
}

const widePrefixes = new Map([
  ['wchar_t', 'L'],
  ['char16_t', 'u'],
  ['char32_t', 'U'],
] as const)

/** The names that make a wide integer a character. */
export function isWideCharacterName(name: string): boolean {
  return widePrefixes.has(name as 'wchar_t')
}

/**
 * The kind of character a type is, or undefined when it prints as a mere number: any one-byte integer is a character to GDB
 * (`uint8_t` too), wider ones by the name of the type or of a typedef on the way to it.
 */
export function characterKind(type: Type): CharacterKind | undefined {
  const base = stripTypedefs(type)
  if (base.kind !== 'base') return undefined
  const { size } = base
  if (size === 2 || size === 4) {
    let current: Type = type
    for (let depth = 0; depth < 100; depth++) {
      if (current.kind === 'typedef' || current.kind === 'base') {
        for (const [name, prefix] of widePrefixes) if (current.name === name) return { prefix, width: size }
      }
      if (current.kind === 'base' || !('target' in current)) break
      current = current.target
    }
  }
  switch (base.encoding) {
    case 'utf':
      return size === 1 || size === 2 || size === 4 ? { prefix: '', width: size } : undefined
    case 'signed':
    case 'unsigned':
    case 'signed-char':
    case 'unsigned-char':
      return size === 1 ? { prefix: '', width: 1 } : undefined
    case 'boolean':
    case 'float':
    case 'complex':
    case 'decimal-float':
    case 'other':
      return undefined
  }
}

/** A character constant: `'a'`, `L'\x110000'`. */
export function formatCharacter(value: bigint, kind: CharacterKind, little: boolean): string {
  const bytes = encodeInteger(value, kind.width, little)
  const writer = new EscapeWriter(kind.width, little)
  const character = decodeCharacter(bytes, 0, kind.width, little)
  return `${kind.prefix}'${writer.character(bytes, { ...character, length: kind.width }, "'")}'`
}

/**
 * A string constant of all of `bytes` (less one trailing NUL), in pieces where characters repeat.
 * @param limit characters to print at most; a run counts in full.
 * @param more there is more than `bytes`: ends in `...`.
 */
export function formatString(bytes: Uint8Array, kind: CharacterKind, little: boolean, limit: number, more: boolean): string {
  const { width, prefix } = kind
  let end = bytes.length - (bytes.length % width)
  if (!more && end > 0 && isZero(bytes, end - width, end)) end -= width
  if (end === 0) return `${prefix}""`
  const writer = new EscapeWriter(width, little)
  let text = prefix as string
  /** What the text ends in: an open quote, or a finished piece after which a comma comes. */
  let state: 'start' | 'quoted' | 'piece' = 'start'
  let at = 0
  let printed = 0
  while (at < end && printed < limit) {
    const character = decodeCharacter(bytes, at, width, little, end)
    let repeats = countRepeats(bytes, at, character.length, end)
    // The last of a run of invalid bytes is followed by nothing, which makes it an incomplete sequence.
    if (repeats > 1 && character.kind === 'invalid') {
      const last = at + (repeats - 1) * character.length
      if (decodeCharacter(bytes, last, width, little, end).kind === 'incomplete') repeats--
    }
    at += repeats * character.length
    printed += repeats
    if (character.kind === 'incomplete') {
      if (state === 'quoted') text += '", '
      else if (state === 'piece') text += ', '
      text += `<incomplete sequence ${writer.character(bytes, character, '"', at - character.length)}>`
      state = 'piece'
    } else if (repeats > repeatThreshold) {
      if (state === 'quoted') text += '", '
      else if (state === 'piece') text += ', '
      text += `'${writer.character(bytes, character, "'", at - character.length)}' <repeats ${repeats} times>`
      state = 'piece'
    } else {
      if (state === 'start') text += '"'
      else if (state === 'piece') text += ', "'
      for (let i = 0; i < repeats; i++) text += writer.character(bytes, character, '"', at - character.length)
      state = 'quoted'
    }
  }
  if (state === 'quoted') text += '"'
  return more || at < end ? `${text}...` : text
}

/**
 * What a character pointer points to: up to the NUL or the limit, and the fault when memory ends before either.
 * @returns `"text"`, `"text"...`, `"text"<error: Cannot access memory at address 0x…>`.
 */
export function formatStringAt(inspector: Inspector, address: bigint, kind: CharacterKind, limit: number): string {
  const { width } = kind
  const little = inspector.byteOrder === 'little'
  // One unit more than the limit, to know whether the string goes on.
  const bytes = inspector.readAvailable(address, (limit + 1) * width)
  const units = Math.floor(bytes.length / width)
  for (let i = 0; i < units && i < limit; i++) {
    if (isZero(bytes, i * width, (i + 1) * width)) return formatString(bytes.subarray(0, (i + 1) * width), kind, little, limit, false)
  }
  const shown = bytes.subarray(0, Math.min(units, limit) * width)
  if (units >= limit) {
    const goesOn = units > limit && !isZero(bytes, limit * width, (limit + 1) * width)
    return formatString(shown, kind, little, limit, goesOn)
  }
  const fault = `<error: Cannot access memory at address 0x${(address + BigInt(units * width)).toString(16)}>`
  if (units === 0) return fault
  return formatString(shown, kind, little, limit, true) + fault
}

interface DecodedCharacter {
  readonly kind: 'character' | 'invalid' | 'incomplete'
  readonly codePoint: number
  /** Bytes. */
  readonly length: number
}

function decodeCharacter(bytes: Uint8Array, at: number, width: 1 | 2 | 4, little: boolean, end = bytes.length): DecodedCharacter {
  if (width === 1) return decodeUtf8(bytes, at, end)
  const unit = Number(decodeInteger(bytes.subarray(at, at + width), false, little))
  if (width === 4) {
    const valid = unit <= 0x10ffff && !(unit >= 0xd800 && unit <= 0xdfff)
    return { kind: valid ? 'character' : 'invalid', codePoint: unit, length: 4 }
  }
  if (unit < 0xd800 || unit > 0xdfff) return { kind: 'character', codePoint: unit, length: 2 }
  if (unit > 0xdbff) return { kind: 'invalid', codePoint: unit, length: 2 }
  if (at + 4 > end) return { kind: 'incomplete', codePoint: unit, length: 2 }
  const low = Number(decodeInteger(bytes.subarray(at + 2, at + 4), false, little))
  if (low < 0xdc00 || low > 0xdfff) return { kind: 'invalid', codePoint: unit, length: 2 }
  return { kind: 'character', codePoint: 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00), length: 4 }
}

/**
 * UTF-8 (RFC 3629). What could still become a character were it not for the end is incomplete, everything else one invalid
 * byte; glibc's converter, and so GDB, still counts the old sequences of up to six bytes as begun.
 */
function decodeUtf8(bytes: Uint8Array, at: number, end: number): DecodedCharacter {
  const first = bytes[at] ?? 0
  if (first < 0x80) return { kind: 'character', codePoint: first, length: 1 }
  const invalid = { kind: 'invalid', codePoint: first, length: 1 } as const
  if (first < 0xc2 || first > 0xfd) return invalid
  const length = Math.clz32(~(first << 24))
  let codePoint = first & (0x7f >> length)
  for (let i = 1; i < length; i++) {
    if (at + i >= end) return { kind: 'incomplete', codePoint: first, length: i }
    const next = bytes[at + i] ?? 0
    if ((next & 0xc0) !== 0x80) return invalid
    codePoint = (codePoint << 6) | (next & 0x3f)
  }
  if (length > 4 || codePoint < shortest(length) || codePoint > 0x10ffff) return invalid
  return codePoint >= 0xd800 && codePoint <= 0xdfff ? invalid : { kind: 'character', codePoint, length }
}

/** The first code point that needs so many bytes: a longer form than necessary is invalid. */
function shortest(length: number): number {
  return length === 2 ? 0x80 : length === 3 ? 0x800 : 0x10000
}

function countRepeats(bytes: Uint8Array, at: number, length: number, end: number): number {
  let next = at + length
  // Comparing with what is one character back walks the whole run.
  while (next < end && bytes[next] === bytes[next - length]) next++
  return Math.floor((next - at) / length)
}

function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] !== 0) return false
  return true
}

const escapes = new Map([
  [7, '\\a'],
  [8, '\\b'],
  [9, '\\t'],
  [10, '\\n'],
  [11, '\\v'],
  [12, '\\f'],
  [13, '\\r'],
])

/** What a C library's `iswprint` says no to: unassigned, control, surrogate, line and paragraph separators. */
const unprintable = /[\p{Cn}\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u

class EscapeWriter {
  readonly #width: number
  readonly #little: boolean
  /** The last thing written was `\x…`, which a following hexadecimal digit would prolong. */
  #afterHex = false

  constructor(width: number, little: boolean) {
    this.#width = width
    this.#little = little
  }

  character(bytes: Uint8Array, character: DecodedCharacter, quote: string, at = 0): string {
    const { codePoint } = character
    if (character.kind === 'character') {
      const escape = escapes.get(codePoint)
      if (escape !== undefined) {
        this.#afterHex = false
        return escape
      }
      const text = String.fromCodePoint(codePoint)
      if (!unprintable.test(text) && !(this.#afterHex && /[\da-f]/i.test(text))) {
        this.#afterHex = false
        return text === quote || text === '\\' ? `\\${text}` : text
      }
    }
    this.#afterHex = false
    let text = ''
    for (let i = 0; i + this.#width <= character.length; i += this.#width) {
      const unit = Number(decodeInteger(bytes.subarray(at + i, at + i + this.#width), false, this.#little))
      if (unit <= 0o777) text += `\\${unit.toString(8).padStart(3, '0')}`
      else {
        text += `\\x${unit.toString(16)}`
        this.#afterHex = true
      }
    }
    return text
  }
}
