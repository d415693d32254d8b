/**
 * Binary floating-point numbers of every width, exactly: decoding, encoding with correct rounding, arithmetic, and decimal text
 * as C's `%g` gives it. IEEE 754-2019 §3.4 (binary16/32/64/128), Intel SDM vol. 1 §4.2.2 (x87's 80 bits), bfloat16.
 *
 * JavaScript's numbers cannot hold a `long double`, and `toPrecision` rounds ties differently from C; so a number here is an
 * integer times a power of two. Only the printer and the evaluator use it: scripts get plain numbers (values/).
 */
import type { BaseType } from '../../symbols/type.ts'
import { decodeInteger, encodeInteger } from '../integer-bytes.ts'

export type Real =
  | { readonly kind: 'finite'; readonly negative: boolean; readonly mantissa: bigint; readonly exponent: number }
  | { readonly kind: 'infinite'; readonly negative: boolean }
  /** `payload`: the `width` fraction bits behind the leading one. */
  | { readonly kind: 'nan'; readonly negative: boolean; readonly payload: bigint; readonly width: number }

export interface RealFormat {
  /** Bytes that carry the number; a `long double` of 16 bytes has 10. */
  readonly bytes: number
  readonly exponentBits: number
  readonly fractionBits: number
  /** x87 stores the leading 1, which the others imply. */
  readonly explicitLeading: boolean
}

const formats = {
  binary16: { bytes: 2, exponentBits: 5, fractionBits: 10, explicitLeading: false },
  bfloat16: { bytes: 2, exponentBits: 8, fractionBits: 7, explicitLeading: false },
  binary32: { bytes: 4, exponentBits: 8, fractionBits: 23, explicitLeading: false },
  binary64: { bytes: 8, exponentBits: 11, fractionBits: 52, explicitLeading: false },
  x87: { bytes: 10, exponentBits: 15, fractionBits: 64, explicitLeading: true },
  binary128: { bytes: 16, exponentBits: 15, fractionBits: 112, explicitLeading: false },
} as const satisfies Record<string, RealFormat>

export const binary64: RealFormat = formats.binary64

/**
 * The format of a floating-point or complex (its parts') base type; undefined for one that is not binary, or unknown.
 * DWARF says only size and name: 16 bytes are x87's unless the name says otherwise or the target is big-endian, which no x87 is.
 */
export function realFormat(type: BaseType, little: boolean): RealFormat | undefined {
  if (type.encoding !== 'float' && type.encoding !== 'complex') return undefined
  switch (type.encoding === 'complex' ? type.size / 2 : type.size) {
    case 2:
      return /bf16|bfloat/i.test(type.name) ? formats.bfloat16 : formats.binary16
    case 4:
      return formats.binary32
    case 8:
      return formats.binary64
    case 10:
    case 12:
      return formats.x87
    case 16:
      return little && !/float128|quad/i.test(type.name) ? formats.x87 : formats.binary128
    default:
      return undefined
  }
}

export function decodeReal(bytes: Uint8Array, format: RealFormat, little: boolean): Real {
  const bits = decodeInteger(bytes.length > format.bytes ? bytes.subarray(0, format.bytes) : bytes, false, little)
  const fractionBits = BigInt(format.fractionBits)
  const fraction = BigInt.asUintN(format.fractionBits, bits)
  const special = 2 ** format.exponentBits - 1
  const biased = Number((bits >> fractionBits) & BigInt(special))
  const negative = bits >> BigInt(format.bytes * 8 - 1) === 1n
  const leading = format.explicitLeading ? 0n : 1n << fractionBits
  if (biased === special) {
    const isInfinite = format.explicitLeading ? BigInt.asUintN(format.fractionBits - 1, fraction) === 0n : fraction === 0n
    if (isInfinite) return { kind: 'infinite', negative }
    const width = lastBit(format)
    return { kind: 'nan', negative, payload: BigInt.asUintN(width, fraction), width }
  }
  return {
    kind: 'finite',
    negative,
    mantissa: biased === 0 ? fraction : fraction | leading,
    exponent: Math.max(biased, 1) - bias(format) - lastBit(format),
  }
}

/** Rounds to nearest, ties to even; `size` bytes, those beyond the number zero. */
export function encodeReal(real: Real, format: RealFormat, size: number, little: boolean): Uint8Array<ArrayBuffer> {
  const special = (1n << BigInt(format.exponentBits)) - 1n
  const leading = format.explicitLeading ? 1n << BigInt(format.fractionBits - 1) : 0n
  let magnitude: bigint
  if (real.kind === 'infinite') magnitude = (special << BigInt(format.fractionBits)) | leading
  else if (real.kind === 'nan') {
    const quiet = 1n << BigInt(lastBit(format) - 1)
    const shift = lastBit(format) - real.width
    const payload = shift >= 0 ? real.payload << BigInt(shift) : real.payload >> BigInt(-shift)
    magnitude = (special << BigInt(format.fractionBits)) | leading | quiet | payload
  } else magnitude = encodeFinite(real.mantissa, real.exponent, format)
  const sign = real.negative ? 1n << BigInt(format.bytes * 8 - 1) : 0n
  const bytes = new Uint8Array(size)
  bytes.set(encodeInteger(sign | magnitude, format.bytes, little), 0)
  return bytes
}

function encodeFinite(mantissa: bigint, exponent: number, format: RealFormat): bigint {
  if (mantissa === 0n) return 0n
  const precision = lastBit(format) + 1
  const smallest = 1 - bias(format) - lastBit(format)
  // The weight of the last bit that is kept; subnormal numbers keep fewer bits.
  let weight = Math.max(bitLength(mantissa) + exponent - precision, smallest)
  let kept = shiftRounded(mantissa, exponent - weight)
  if (bitLength(kept) > precision) {
    kept >>= 1n
    weight++
  }
  const normal = bitLength(kept) === precision
  const biased = normal ? weight + lastBit(format) + bias(format) : 0
  const special = 2 ** format.exponentBits - 1
  const leading = format.explicitLeading ? 1n << BigInt(format.fractionBits - 1) : 0n
  if (biased >= special) return (BigInt(special) << BigInt(format.fractionBits)) | leading
  const fraction = format.explicitLeading ? kept : BigInt.asUintN(format.fractionBits, kept)
  return (BigInt(biased) << BigInt(format.fractionBits)) | fraction
}

/** `value × 2^shift` as an integer, rounded to nearest, ties to even. A set bit far below stays visible as sticky. */
function shiftRounded(value: bigint, shift: number): bigint {
  if (shift >= 0) return value << BigInt(shift)
  const cut = BigInt(-shift)
  const kept = value >> cut
  const rest = value - (kept << cut)
  const half = 1n << (cut - 1n)
  return rest > half || (rest === half && (kept & 1n) === 1n) ? kept + 1n : kept
}

function bias(format: RealFormat): number {
  return 2 ** (format.exponentBits - 1) - 1
}

/** Bits behind the leading one. */
function lastBit(format: RealFormat): number {
  return format.explicitLeading ? format.fractionBits - 1 : format.fractionBits
}

function bitLength(value: bigint): number {
  if (value === 0n) return 0
  const hex = value.toString(16)
  return hex.length * 4 - Math.clz32(Number.parseInt(hex[0] ?? '0', 16)) + 28
}

export function realFromInteger(value: bigint): Real {
  const negative = value < 0n
  return { kind: 'finite', negative, mantissa: negative ? -value : value, exponent: 0 }
}

/** Towards zero, as a C cast; undefined for infinities and NaN, which C leaves undefined. */
export function realToInteger(real: Real): bigint | undefined {
  if (real.kind !== 'finite') return undefined
  const magnitude = real.exponent >= 0 ? real.mantissa << BigInt(real.exponent) : real.mantissa >> BigInt(-real.exponent)
  return real.negative ? -magnitude : magnitude
}

export function realToNumber(real: Real): number {
  const bytes = encodeReal(real, binary64, 8, true)
  return new DataView(bytes.buffer).getFloat64(0, true)
}

export function negateReal(real: Real): Real {
  return { ...real, negative: !real.negative }
}

export function isZero(real: Real): boolean {
  return real.kind === 'finite' && real.mantissa === 0n
}

/** The default NaN of x86 for an invalid operation has its sign set. */
const invalid: Real = { kind: 'nan', negative: true, payload: 0n, width: 0 }

export type RealOperator = '+' | '-' | '*' | '/'

/**
 * Exact for `+`, `-` and `*`; a quotient has more bits than any format keeps, the last of them sticky, so that encoding it
 * rounds as if it were exact.
 */
export function realArithmetic(operator: RealOperator, a: Real, b: Real): Real {
  if (a.kind === 'nan') return a
  if (b.kind === 'nan') return b
  switch (operator) {
    case '+':
      return addReals(a, b)
    case '-':
      return addReals(a, negateReal(b))
    case '*': {
      const negative = a.negative !== b.negative
      if (a.kind === 'infinite' || b.kind === 'infinite') return isZero(a) || isZero(b) ? invalid : { kind: 'infinite', negative }
      return { kind: 'finite', negative, mantissa: a.mantissa * b.mantissa, exponent: a.exponent + b.exponent }
    }
    case '/': {
      const negative = a.negative !== b.negative
      if (a.kind === 'infinite') return b.kind === 'infinite' ? invalid : { kind: 'infinite', negative }
      if (b.kind === 'infinite') return { kind: 'finite', negative, mantissa: 0n, exponent: 0 }
      if (b.mantissa === 0n) return a.mantissa === 0n ? invalid : { kind: 'infinite', negative }
      return divide(a.mantissa, b.mantissa, negative, a.exponent - b.exponent)
    }
  }
}

/** `numerator / denominator × 2^exponent`, to 160 bits and a sticky one: more than twice what binary128 keeps is not needed. */
function divide(numerator: bigint, denominator: bigint, negative: boolean, exponent: number): Real {
  const shift = Math.max(0, 160 - bitLength(numerator) + bitLength(denominator))
  const shifted = numerator << BigInt(shift)
  const quotient = shifted / denominator
  const sticky = quotient * denominator === shifted ? 0n : 1n
  return { kind: 'finite', negative, mantissa: (quotient << 1n) | sticky, exponent: exponent - shift - 1 }
}

function addReals(a: Real, b: Real): Real {
  if (a.kind !== 'finite' || b.kind !== 'finite') {
    if (a.kind === 'infinite' && b.kind === 'infinite') return a.negative === b.negative ? a : invalid
    return a.kind === 'finite' ? b : a
  }
  const exponent = Math.min(a.exponent, b.exponent)
  const left = (a.negative ? -a.mantissa : a.mantissa) << BigInt(a.exponent - exponent)
  const right = (b.negative ? -b.mantissa : b.mantissa) << BigInt(b.exponent - exponent)
  const sum = left + right
  // A zero sum is positive unless both are negative zeros.
  const negative = sum < 0n || (sum === 0n && a.negative && b.negative)
  return { kind: 'finite', negative, mantissa: sum < 0n ? -sum : sum, exponent }
}

/** @returns negative, zero, positive; NaN when either is a NaN. */
export function compareReals(a: Real, b: Real): number {
  if (a.kind === 'nan' || b.kind === 'nan') return Number.NaN
  if (a.kind === 'infinite') return b.kind === 'infinite' && a.negative === b.negative ? 0 : a.negative ? -1 : 1
  if (b.kind === 'infinite') return b.negative ? 1 : -1
  const difference = addReals(a, negateReal(b))
  return isZero(difference) ? 0 : difference.negative ? -1 : 1
}

/** Beyond these powers of ten every format has infinity or zero; digits beyond are counted before they come here. */
const maxDecimalExponent = 6000

/**
 * A C floating constant without suffix: `1.5e-3`, `.5`, `0x1.8p3`. Exact but for the sticky last bit.
 * @returns undefined when it is not one.
 */
export function parseReal(text: string): Real | undefined {
  const decimal = /^(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text)
  if (decimal !== null) {
    const [, whole = '', fraction = '', exponentText] = decimal
    if (whole === '' && fraction === '') return undefined
    const mantissa = BigInt(whole + fraction)
    const exponent = Number(exponentText ?? 0) - fraction.length
    const magnitude = exponent + whole.length + fraction.length
    if (mantissa === 0n || magnitude < -maxDecimalExponent) return { kind: 'finite', negative: false, mantissa: 0n, exponent: 0 }
    if (exponent > maxDecimalExponent) return { kind: 'infinite', negative: false }
    if (exponent >= 0) return { kind: 'finite', negative: false, mantissa: mantissa * 10n ** BigInt(exponent), exponent: 0 }
    return divide(mantissa, 10n ** BigInt(-exponent), false, 0)
  }
  const hexadecimal = /^0x([\da-f]*)\.?([\da-f]*)p([+-]?\d+)$/i.exec(text)
  if (hexadecimal === null) return undefined
  const [, whole = '', fraction = '', exponentText] = hexadecimal
  if (whole === '' && fraction === '') return undefined
  const exponent = Number(exponentText)
  const mantissa = BigInt(`0x${whole}${fraction}`)
  if (mantissa === 0n || exponent < -100_000) return { kind: 'finite', negative: false, mantissa: 0n, exponent: 0 }
  if (exponent > 100_000) return { kind: 'infinite', negative: false }
  return { kind: 'finite', negative: false, mantissa, exponent: exponent - 4 * fraction.length }
}

/**
 * As GDB prints it: `%g` with as many digits as tell any two numbers of the format apart (9 for float, 17 for double, 21 for
 * x87), `inf`, `nan(0x8000000000000)`.
 */
export function formatReal(real: Real, format: RealFormat): string {
  const sign = real.negative ? '-' : ''
  if (real.kind === 'infinite') return `${sign}inf`
  if (real.kind === 'nan') {
    const leading = format.explicitLeading ? 1n << BigInt(lastBit(format)) : 0n
    return `${sign}nan(0x${(real.payload | leading).toString(16)})`
  }
  if (real.mantissa === 0n) return `${sign}0`
  return sign + general(real.mantissa, real.exponent, 1 + Math.ceil((lastBit(format) + 1) * Math.LOG10E * Math.LN2))
}

/** C's `%.{precision}g` of `mantissa × 2^exponent`. */
function general(mantissa: bigint, exponent: number, precision: number): string {
  const numerator = exponent >= 0 ? mantissa << BigInt(exponent) : mantissa
  const denominator = exponent >= 0 ? 1n : 1n << BigInt(-exponent)
  // The estimate of the decimal exponent is one off at most, and the digits say so.
  let decimalExponent = Math.floor((bitLength(mantissa) - 1 + exponent) * Math.LOG10E * Math.LN2)
  let digits = scaledDigits(numerator, denominator, precision - 1 - decimalExponent)
  if (digits.length > precision) {
    decimalExponent++
    digits = scaledDigits(numerator, denominator, precision - 1 - decimalExponent)
  } else if (digits.length < precision) {
    decimalExponent--
    digits = scaledDigits(numerator, denominator, precision - 1 - decimalExponent)
  }
  if (digits.length > precision) {
    // Rounded up to the next power of ten: 9.99… became 10.0.
    digits = digits.slice(0, precision)
    decimalExponent++
  }
  const significant = digits.replace(/0+$/, '')
  if (decimalExponent < -4 || decimalExponent >= precision) {
    const mantissaText = significant.length > 1 ? `${significant[0]}.${significant.slice(1)}` : significant
    const exponentDigits = String(Math.abs(decimalExponent)).padStart(2, '0')
    return `${mantissaText}e${decimalExponent < 0 ? '-' : '+'}${exponentDigits}`
  }
  if (decimalExponent < 0) return `0.${'0'.repeat(-decimalExponent - 1)}${significant}`
  const whole = significant.slice(0, decimalExponent + 1).padEnd(decimalExponent + 1, '0')
  const fraction = significant.slice(decimalExponent + 1)
  return fraction === '' ? whole : `${whole}.${fraction}`
}

/** `numerator / denominator × 10^scale`, rounded to nearest, ties to even. */
function scaledDigits(numerator: bigint, denominator: bigint, scale: number): string {
  const top = scale >= 0 ? numerator * 10n ** BigInt(scale) : numerator
  const bottom = scale >= 0 ? denominator : denominator * 10n ** BigInt(-scale)
  const quotient = top / bottom
  const twice = 2n * (top - quotient * bottom)
  return (twice > bottom || (twice === bottom && (quotient & 1n) === 1n) ? quotient + 1n : quotient).toString()
}
