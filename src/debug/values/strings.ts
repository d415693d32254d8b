/**
 * Characters of the target as JavaScript strings. Most strings of a program are short and ASCII: those are found and made word
 * by word (measured: 18 ns for 11 characters; 50 ns through Buffer's UTF-8, 82 ns through its Latin-1). Longer ones
 * go to Buffer, straight from the arena when they end in their page.
 */
import { InvivoError } from '../../errors.ts'
import { highPlus } from '../address.ts'
import { Memory } from '../memory.ts'
import type { StringEncoding } from '../value-types.ts'

export const DEFAULT_MAX_LENGTH: number = 1 << 20

const { fromCharCode } = String

/** Where reading stopped: `fault` with the memory's `faultHi`/`faultLo` set, `endless` when no NUL came in time. */
export type StringFailure = 'fault' | 'endless'

/**
 * A NUL-terminated string of up to 15 ASCII characters that ends in its page.
 * @returns undefined for any other.
 */
export function shortString(memory: Memory, hi: number, lo: number): string | undefined {
  const at = memory.position(hi, lo)
  if (at < 0) return undefined
  const { data } = memory
  // Loads beyond the page stay within the arena; what they read counts only below the page's end.
  const a = data.getInt32(at, true)
  let end = zeroByte(a)
  if (end >= 0) return (a & 0x8080_8080 & below(end)) === 0 && end < Memory.toPageEnd(lo) ? upTo3(a, end) : undefined
  const b = data.getInt32(at + 4, true)
  if ((a & 0x8080_8080) !== 0) return undefined
  end = zeroByte(b)
  if (end >= 0) return (b & 0x8080_8080 & below(end)) === 0 && end + 4 < Memory.toPageEnd(lo) ? upTo7(a, b, end) : undefined
  const c = data.getInt32(at + 8, true)
  if ((b & 0x8080_8080) !== 0) return undefined
  end = zeroByte(c)
  if (end >= 0) return (c & 0x8080_8080 & below(end)) === 0 && end + 8 < Memory.toPageEnd(lo) ? upTo11(a, b, c, end) : undefined
  const d = data.getInt32(at + 12, true)
  if ((c & 0x8080_8080) !== 0) return undefined
  end = zeroByte(d)
  if (end < 0 || (d & 0x8080_8080 & below(end)) !== 0 || end + 12 >= Memory.toPageEnd(lo)) return undefined
  return upTo15(a, b, c, d, end)
}

/** Index of the lowest zero byte of a word, −1 when there is none (the lowest set marker bit is always a true one). */
function zeroByte(word: number): number {
  const marks = (word - 0x0101_0101) & ~word & 0x8080_8080
  return marks === 0 ? -1 : (31 - Math.clz32(marks & -marks)) >> 3
}

/** Mask of the bytes before byte `index`. */
function below(index: number): number {
  return (1 << (index << 3)) - 1
}

function upTo3(a: number, length: number): string {
  switch (length) {
    case 0:
      return ''
    case 1:
      return fromCharCode(a & 255)
    case 2:
      return fromCharCode(a & 255, (a >> 8) & 255)
    default:
      return fromCharCode(a & 255, (a >> 8) & 255, (a >> 16) & 255)
  }
}

function upTo7(a: number, b: number, more: number): string {
  const a1 = (a >> 8) & 255
  const a2 = (a >> 16) & 255
  switch (more) {
    case 0:
      return fromCharCode(a & 255, a1, a2, a >>> 24)
    case 1:
      return fromCharCode(a & 255, a1, a2, a >>> 24, b & 255)
    case 2:
      return fromCharCode(a & 255, a1, a2, a >>> 24, b & 255, (b >> 8) & 255)
    default:
      return fromCharCode(a & 255, a1, a2, a >>> 24, b & 255, (b >> 8) & 255, (b >> 16) & 255)
  }
}

function upTo11(a: number, b: number, c: number, more: number): string {
  const a1 = (a >> 8) & 255
  const a2 = (a >> 16) & 255
  const b1 = (b >> 8) & 255
  const b2 = (b >> 16) & 255
  switch (more) {
    case 0:
      return fromCharCode(a & 255, a1, a2, a >>> 24, b & 255, b1, b2, b >>> 24)
    case 1:
      return fromCharCode(a & 255, a1, a2, a >>> 24, b & 255, b1, b2, b >>> 24, c & 255)
    case 2:
      return fromCharCode(a & 255, a1, a2, a >>> 24, b & 255, b1, b2, b >>> 24, c & 255, (c >> 8) & 255)
    default:
      return fromCharCode(a & 255, a1, a2, a >>> 24, b & 255, b1, b2, b >>> 24, c & 255, (c >> 8) & 255, (c >> 16) & 255)
  }
}

function upTo15(a: number, b: number, c: number, d: number, more: number): string {
  const a1 = (a >> 8) & 255
  const a2 = (a >> 16) & 255
  const b1 = (b >> 8) & 255
  const b2 = (b >> 16) & 255
  const c1 = (c >> 8) & 255
  const c2 = (c >> 16) & 255
  switch (more) {
    case 0:
      return fromCharCode(a & 255, a1, a2, a >>> 24, b & 255, b1, b2, b >>> 24, c & 255, c1, c2, c >>> 24)
    case 1:
      return fromCharCode(a & 255, a1, a2, a >>> 24, b & 255, b1, b2, b >>> 24, c & 255, c1, c2, c >>> 24, d & 255)
    case 2:
      return fromCharCode(a & 255, a1, a2, a >>> 24, b & 255, b1, b2, b >>> 24, c & 255, c1, c2, c >>> 24, d & 255, (d >> 8) & 255)
    default:
      return fromCharCode(
        a & 255,
        a1,
        a2,
        a >>> 24,
        b & 255,
        b1,
        b2,
        b >>> 24,
        c & 255,
        c1,
        c2,
        c >>> 24,
        d & 255,
        (d >> 8) & 255,
        (d >> 16) & 255,
      )
  }
}

/**
 * The characters up to the first NUL.
 * @param unit bytes of one character.
 */
export function terminatedString(
  memory: Memory,
  hi: number,
  lo: number,
  unit: 1 | 2 | 4,
  encoding: StringEncoding,
  maxLength: number,
  little: boolean,
): { text: string } | { failure: StringFailure } {
  const limit = maxLength * unit
  let parts: Buffer | undefined
  let length = 0
  while (length < limit) {
    const high = highPlus(hi, lo, length)
    const low = (lo + length) | 0
    let piece = Math.min(Memory.toPageEnd(low), limit - length)
    let at = memory.position(high, low)
    // A character across two pages, or a page that is readable in part: byte by byte of it.
    if (at < 0 || piece < unit) {
      piece = unit
      at = memory.stage(high, low, unit)
      if (at < 0) return { failure: 'fault' }
    }
    piece -= piece % unit
    const end = findZero(memory, at, piece, unit)
    const taken = end < 0 ? piece : end
    if (end >= 0 && parts === undefined) return { text: decode(memory.bytes, at, at + end, encoding, little) }
    if (parts === undefined || parts.length < length + taken) {
      const grown = Buffer.allocUnsafe(Math.min(limit, Math.max(8192, (length + taken) * 2)))
      if (parts !== undefined) grown.set(parts.subarray(0, length))
      parts = grown
    }
    parts.set(memory.bytes.subarray(at, at + taken), length)
    length += taken
    if (end >= 0) return { text: decode(parts, 0, length, encoding, little) }
  }
  return { failure: 'endless' }
}

/** Bytes from `at` to the first character of zeros, −1 when there is none in `length`. */
function findZero(memory: Memory, at: number, length: number, unit: 1 | 2 | 4): number {
  if (unit === 1) {
    const found = memory.bytes.subarray(at, at + length).indexOf(0)
    return found
  }
  const { data } = memory
  for (let i = 0; i < length; i += unit) if ((unit === 2 ? data.getUint16(at + i) : data.getUint32(at + i)) === 0) return i
  return -1
}

/** The characters from `start` to `end`; what the encoding does not know becomes U+FFFD. */
export function decode(bytes: Buffer, start: number, end: number, encoding: StringEncoding, little: boolean): string {
  switch (encoding) {
    case 'utf8':
      return bytes.toString('utf8', start, end)
    case 'latin1':
      return bytes.toString('latin1', start, end)
    case 'utf16': {
      if (little) return bytes.toString('utf16le', start, end)
      return Buffer.from(bytes.subarray(start, end - ((end - start) % 2)))
        .swap16()
        .toString('utf16le')
    }
    case 'utf32': {
      let text = ''
      for (let i = start; i + 4 <= end; i += 4) {
        const code = little ? bytes.readUInt32LE(i) : bytes.readUInt32BE(i)
        text += code > 0x10_ffff ? '\uFFFD' : String.fromCodePoint(code)
      }
      return text
    }
  }
}

export function encodingOf(unit: 1 | 2 | 4): StringEncoding {
  return unit === 1 ? 'utf8' : unit === 2 ? 'utf16' : 'utf32'
}

/** @throws InvivoError OUT_OF_RANGE. */
export function throwEndless(path: string, maxLength: number): never {
  throw new InvivoError(
    'OUT_OF_RANGE',
    `cannot read ${path} as a string: no NUL in its first ${maxLength} characters; it may not be one (string(encoding, maxLength) reads more)`,
  )
}
