/**
 * Bit fields (ISO C 6.7.2.1): read as their declared type, written by reading the bytes they lie in and changing their bits.
 * Bits count from the least significant on little-endian targets and from the most significant on big-endian ones (type.ts).
 */
import { highPlus } from '../address.ts'
import { stripTypedefs, type Type } from '../../symbols/type.ts'
import { encodeInteger } from '../integer-bytes.ts'
import { writeBytes, type Space } from './codec.ts'
import { EnumCodec } from './enums.ts'
import { readBigInt, toInteger } from './integers.ts'
import { fieldPath } from './path.ts'
import { fieldPosition, ScalarCodec } from './scalar.ts'
import type { Site } from './site.ts'
import type { StructView } from './struct.ts'
import { PLACE } from './view.ts'

export class BitFieldCodec extends ScalarCodec {
  /** Bits below the field in the number its bytes make. */
  readonly #below: number
  readonly #width: number
  readonly #signed: boolean
  readonly #kind: 'number' | 'bigint' | 'boolean' | 'enum'
  readonly #enum: EnumCodec | undefined
  /** The field lies in a little-endian 32-bit word from its first byte on: the fast way. */
  readonly #word: boolean

  /** @param startBit of the field in its first byte, 0 to 7, in the target's way of counting. */
  constructor(space: Space, type: Type, startBit: number, width: number) {
    const size = Math.ceil((startBit + width) / 8)
    super(space, type, size)
    const stripped = stripTypedefs(type)
    const codec = space.codec(type)
    this.#width = width
    this.#below = space.abi.little ? startBit : size * 8 - startBit - width
    this.#word = space.abi.little && startBit + width <= 32
    this.#enum = codec instanceof EnumCodec ? codec : undefined
    this.#signed =
      stripped.kind === 'base'
        ? stripped.encoding === 'signed' || stripped.encoding === 'signed-char'
        : stripped.kind === 'enum' && stripped.signed
    this.#kind =
      this.#enum !== undefined
        ? 'enum'
        : stripped.kind === 'base' && stripped.encoding === 'boolean'
          ? 'boolean'
          : stripped.kind === 'base' && stripped.size > 4
            ? 'bigint'
            : 'number'
  }

  /** The field's bits as an integer, signed if declared so. */
  bits(at: number): bigint {
    const whole = readBigInt(this.space.memory.data, at, this.size, false, this.space.abi.little) >> BigInt(this.#below)
    return this.#signed ? BigInt.asIntN(this.#width, whole) : BigInt.asUintN(this.#width, whole)
  }

  override decode(at: number): unknown {
    switch (this.#kind) {
      case 'number':
        return this.#number(at)
      case 'boolean':
        return this.#number(at) !== 0
      case 'bigint':
        return this.bits(at)
      case 'enum':
        return this.#enum?.nameOf(this.bits(at))
    }
  }

  #number(at: number): number {
    if (!this.#word) return Number(this.bits(at))
    // Bytes after the field's last may be anything; they are shifted out.
    const word = this.space.memory.data.getInt32(at, true) << (32 - this.#below - this.#width)
    return this.#signed ? word >> (32 - this.#width) : word >>> (32 - this.#width)
  }

  override accessors(site: Site): PropertyDescriptor {
    // oxlint-disable-next-line typescript/no-this-alias
    const codec = this
    return {
      ...super.accessors(site),
      set(this: StructView, value: unknown) {
        codec.#store(this, site, value)
      },
    }
  }

  #store(view: StructView, site: Site, value: unknown): void {
    const path = () => fieldPath(view, site)
    const what = `a bit field of ${this.#width} bit${this.#width === 1 ? '' : 's'}`
    const named = typeof value === 'string' && this.#enum !== undefined ? this.#enum.toValue(value, this.#width, path) : value
    const integer = BigInt.asUintN(this.#width, toInteger(named, this.#width, this.#signed, what, path))
    const { memory, abi } = this.space
    const whole = readBigInt(memory.data, fieldPosition(view, site, this.size), this.size, false, abi.little)
    const mask = ((1n << BigInt(this.#width)) - 1n) << BigInt(this.#below)
    const changed = (whole & ~mask) | (integer << BigInt(this.#below))
    const lo = (view[PLACE].lo + site.offset) | 0
    writeBytes(this.space, highPlus(view[PLACE].hi, view[PLACE].lo, site.offset), lo, encodeInteger(changed, this.size, abi.little), path)
  }
}
