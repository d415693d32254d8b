/**
 * Floating point and complex numbers as JavaScript numbers: IEEE 754 binary16, 32, 64 exactly; `long double` (x87's 80 bits,
 * binary128) rounded to the nearest double. Exact text of the wide ones is the printer's business (format/).
 */
import { InvivoError } from '../../errors.ts'
import type { Type } from '../../symbols/type.ts'
import type { Complex } from '../value-types.ts'
import type { Space } from './codec.ts'
import { describe, readBigInt } from './integers.ts'
import { ScalarCodec } from './scalar.ts'

export type FloatFormat = 'binary16' | 'bfloat16' | 'binary32' | 'binary64' | 'x87' | 'binary128'

const FRACTION_BITS = { x87: 64n, binary128: 112n } as const
const BIAS = 16_383

/** @param size the format's place: x87's ten bytes come in 12 or 16. */
function readFloat(data: DataView, at: number, format: FloatFormat, size: number, little: boolean): number {
  switch (format) {
    case 'binary16':
      return data.getFloat16(at, little)
    case 'bfloat16': {
      const word = new DataView(new ArrayBuffer(4))
      word.setUint16(0, data.getUint16(at, little))
      return word.getFloat32(0)
    }
    case 'binary32':
      return data.getFloat32(at, little)
    case 'binary64':
      return data.getFloat64(at, little)
    case 'x87': {
      const bits = readBigInt(data, at, Math.min(size, 10), false, little)
      const significand = bits & ((1n << 64n) - 1n)
      const exponent = Number(bits >> 64n) & 0x7fff
      const sign = bits >> 79n === 0n ? 1 : -1
      if (exponent === 0x7fff) return (significand & ((1n << 63n) - 1n)) === 0n ? sign * Infinity : NaN
      return sign * scale(significand, Math.max(exponent, 1) - BIAS - 63)
    }
    case 'binary128': {
      const bits = readBigInt(data, at, 16, false, little)
      const fraction = bits & ((1n << FRACTION_BITS.binary128) - 1n)
      const exponent = Number(bits >> FRACTION_BITS.binary128) & 0x7fff
      const sign = bits >> 127n === 0n ? 1 : -1
      if (exponent === 0x7fff) return fraction === 0n ? sign * Infinity : NaN
      const significand = exponent === 0 ? fraction : fraction | (1n << FRACTION_BITS.binary128)
      return sign * scale(significand, Math.max(exponent, 1) - BIAS - 112)
    }
  }
}

/** `significand × 2^exponent`, rounded once, to even, also where the result is subnormal. */
function scale(significand: bigint, exponent: number): number {
  if (significand === 0n) return 0
  const bits = significand.toString(2).length
  // A double's last bit has the weight 2^-1074 at least, and 53 bits below its first.
  const last = Math.max(bits + exponent - 53, -1074)
  const drop = last - exponent
  if (drop <= 0) return Number(significand) * 2 ** exponent
  const cut = BigInt(drop)
  let kept = significand >> cut
  const rest = significand - (kept << cut)
  const half = 1n << (cut - 1n)
  if (rest > half || (rest === half && (kept & 1n) === 1n)) kept++
  // In two steps: 2 ** last alone may be subnormal, and beyond 2^1023 it is infinite too early.
  return last > 900 ? Number(kept) * 2 ** 900 * 2 ** (last - 900) : Number(kept) * 2 ** last
}

function floatBytes(value: number, format: FloatFormat, size: number, little: boolean): Uint8Array {
  const data = new DataView(new ArrayBuffer(size))
  switch (format) {
    case 'binary16':
      data.setFloat16(0, value, little)
      break
    case 'bfloat16': {
      data.setFloat32(0, value)
      const word = data.getUint16(0)
      data.setUint16(0, word, little)
      break
    }
    case 'binary32':
      data.setFloat32(0, value, little)
      break
    case 'binary64':
      data.setFloat64(0, value, little)
      break
    case 'x87':
    case 'binary128':
      return wideBytes(value, format, size, little)
  }
  return new Uint8Array(data.buffer)
}

/** A double in one of the wide formats; every double is exact in both. */
function wideBytes(value: number, format: 'x87' | 'binary128', size: number, little: boolean): Uint8Array {
  const data = new DataView(new ArrayBuffer(8))
  data.setFloat64(0, value)
  const double = data.getBigUint64(0)
  const sign = double >> 63n
  let exponent = Number((double >> 52n) & 0x7ffn)
  let fraction = double & ((1n << 52n) - 1n)
  if (exponent === 0x7ff) exponent = 0x7fff
  else if (exponent !== 0) exponent += BIAS - 1023
  else if (fraction !== 0n) {
    // Subnormal doubles are normal here.
    const shift = 53 - fraction.toString(2).length
    fraction = (fraction << BigInt(shift)) & ((1n << 52n) - 1n)
    exponent = BIAS - 1022 - shift
  }
  const integerBit = exponent === 0 ? 0n : 1n << 63n
  const bits =
    format === 'x87'
      ? (sign << 79n) | (BigInt(exponent) << 64n) | integerBit | (fraction << 11n)
      : (sign << 127n) | (BigInt(exponent) << 112n) | (fraction << 60n)
  const bytes = new Uint8Array(size)
  const used = format === 'x87' ? Math.min(size, 10) : 16
  for (let i = 0; i < used; i++) bytes[little ? i : used - 1 - i] = Number((bits >> BigInt(i * 8)) & 0xffn)
  return bytes
}

function toFloat(value: unknown, what: string, path: () => string): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  throw new InvivoError('TYPE_ERROR', `cannot assign ${describe(value)} to ${path()}: ${what} takes a number`)
}

export class FloatCodec extends ScalarCodec {
  readonly format: FloatFormat

  constructor(space: Space, type: Type, size: number, format: FloatFormat) {
    super(space, type, size)
    this.format = format
  }

  override decode(at: number): number {
    return readFloat(this.space.memory.data, at, this.format, this.size, this.space.abi.little)
  }

  override encode(value: unknown, path: () => string): Uint8Array {
    return floatBytes(toFloat(value, this.space.spell(this.type), path), this.format, this.size, this.space.abi.little)
  }
}

/** Two floats, the real part first (ISO C 6.2.5). */
export class ComplexCodec extends ScalarCodec {
  readonly #format: FloatFormat

  constructor(space: Space, type: Type, size: number, format: FloatFormat) {
    super(space, type, size)
    this.#format = format
  }

  override decode(at: number): Complex {
    const { data } = this.space.memory
    const { little } = this.space.abi
    const half = this.size / 2
    return { real: readFloat(data, at, this.#format, half, little), imaginary: readFloat(data, at + half, this.#format, half, little) }
  }

  override encode(value: unknown, path: () => string): Uint8Array {
    const what = this.space.spell(this.type)
    const isComplex = typeof value === 'object' && value !== null && 'real' in value && 'imaginary' in value
    const real = toFloat(isComplex ? value.real : value, what, path)
    const imaginary = isComplex ? toFloat(value.imaginary, what, path) : 0
    const bytes = new Uint8Array(this.size)
    bytes.set(floatBytes(real, this.#format, this.size / 2, this.space.abi.little), 0)
    bytes.set(floatBytes(imaginary, this.#format, this.size / 2, this.space.abi.little), this.size / 2)
    return bytes
  }
}
