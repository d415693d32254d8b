/**
 * Integers of any size and byte order: 8 to 32 bits as number, wider as bigint; `_Bool`; what a script may assign to them.
 * ISO C 6.2.5; `_BitInt(N)` (C23) has padding bits above N whose contents mean nothing.
 */
import { InvivoError } from '../../errors.ts'
import { encodeInteger } from '../integer-bytes.ts'
import type { Abi, Space } from './codec.ts'
import { ScalarCodec } from './scalar.ts'
import type { Type } from '../../symbols/type.ts'

/** Reads an integer of `size` bytes as bigint; the arena has slack behind its last page. */
export function readBigInt(data: DataView, at: number, size: number, signed: boolean, little: boolean): bigint {
  if (size === 8) return signed ? data.getBigInt64(at, little) : data.getBigUint64(at, little)
  let value = 0n
  for (let i = 0; i < size; i++) value = (value << 8n) | BigInt(data.getUint8(little ? at + size - 1 - i : at + i))
  return signed ? BigInt.asIntN(size * 8, value) : value
}

/**
 * The integer a script wants to store in `bits` bits.
 * @throws InvivoError TYPE_ERROR for what is no integer, OUT_OF_RANGE for one that does not fit.
 */
export function toInteger(value: unknown, bits: number, signed: boolean, what: string, path: () => string): bigint {
  let integer: bigint
  if (typeof value === 'bigint') integer = value
  else if (typeof value === 'boolean') integer = value ? 1n : 0n
  else if (typeof value === 'number' && Number.isSafeInteger(value)) integer = BigInt(value)
  else if (typeof value === 'number') {
    throw new InvivoError(
      'OUT_OF_RANGE',
      `cannot assign ${value} to ${path()}: ${what} takes whole numbers that are exact (a bigint beyond 2^53)`,
    )
  } else throw new InvivoError('TYPE_ERROR', `cannot assign ${describe(value)} to ${path()}: ${what} takes a number or a bigint`)
  const low = signed ? -(1n << BigInt(bits - 1)) : 0n
  const high = (1n << BigInt(signed ? bits - 1 : bits)) - 1n
  if (integer < low || integer > high) {
    throw new InvivoError('OUT_OF_RANGE', `cannot assign ${integer} to ${path()}: ${what} holds ${low} to ${high}`)
  }
  return integer
}

/** A value in a message. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value === 'bigint') return `${value}n`
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`
}

/** Integers of 1, 2, 4 and 8 bytes without padding bits; the machine's own. */
export class IntegerCodec extends ScalarCodec {
  readonly signed: boolean
  readonly #load: (at: number) => number | bigint

  constructor(space: Space, type: Type, size: 1 | 2 | 4 | 8, signed: boolean) {
    super(space, type, size)
    this.signed = signed
    this.#load = loader(space.memory.data, size, signed, space.abi)
  }

  override decode(at: number): number | bigint {
    return this.#load(at)
  }

  override encode(value: unknown, path: () => string): Uint8Array {
    const integer = toInteger(value, this.size * 8, this.signed, this.space.spell(this.type), path)
    return encodeInteger(integer, this.size, this.space.abi.little)
  }
}

function loader(data: DataView, size: 1 | 2 | 4 | 8, signed: boolean, { little }: Abi): (at: number) => number | bigint {
  switch (size) {
    case 1:
      return signed ? (at) => data.getInt8(at) : (at) => data.getUint8(at)
    case 2:
      return signed ? (at) => data.getInt16(at, little) : (at) => data.getUint16(at, little)
    case 4:
      return signed ? (at) => data.getInt32(at, little) : (at) => data.getUint32(at, little)
    case 8:
      return signed ? (at) => data.getBigInt64(at, little) : (at) => data.getBigUint64(at, little)
  }
}

/** Integers of other sizes (`__int128`) or with padding bits (`_BitInt(N)`). */
export class WideIntegerCodec extends ScalarCodec {
  readonly #bits: number
  readonly #signed: boolean

  constructor(space: Space, type: Type, size: number, bits: number, signed: boolean) {
    super(space, type, size)
    this.#bits = bits
    this.#signed = signed
  }

  override decode(at: number): number | bigint {
    const whole = readBigInt(this.space.memory.data, at, this.size, false, this.space.abi.little)
    const value = this.#signed ? BigInt.asIntN(this.#bits, whole) : BigInt.asUintN(this.#bits, whole)
    return this.size <= 4 ? Number(value) : value
  }

  override encode(value: unknown, path: () => string): Uint8Array {
    const integer = toInteger(value, this.#bits, this.#signed, this.space.spell(this.type), path)
    return encodeInteger(integer, this.size, this.space.abi.little)
  }
}

/** `_Bool`, of whatever size: any bit makes it true. */
export class BooleanCodec extends ScalarCodec {
  override decode(at: number): boolean {
    const { data } = this.space.memory
    for (let i = 0; i < this.size; i++) if (data.getUint8(at + i) !== 0) return true
    return false
  }

  override encode(value: unknown, path: () => string): Uint8Array {
    return encodeInteger(toInteger(value, 1, false, this.space.spell(this.type), path), this.size, this.space.abi.little)
  }
}
