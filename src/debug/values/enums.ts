/** Enums: the first enumerator's name of a value, else the value. Assigned by name or by value. */
import { InvivoError } from '../../errors.ts'
import type { EnumType } from '../../symbols/type.ts'
import { encodeInteger } from '../integer-bytes.ts'
import type { Space } from './codec.ts'
import { describe, toInteger } from './integers.ts'
import { ScalarCodec } from './scalar.ts'

export class EnumCodec extends ScalarCodec {
  /** The enum without typedefs. */
  readonly enumeration: EnumType
  /** Keyed as the value reads: numbers up to 32 bits, else bigints. */
  readonly #names = new Map<number | bigint, string>()
  readonly #values = new Map<string, bigint>()
  readonly #load: (at: number) => number | bigint

  constructor(space: Space, enumeration: EnumType) {
    super(space, enumeration, enumeration.size)
    this.enumeration = enumeration
    const { data } = space.memory
    const { little } = space.abi
    const { size, signed } = enumeration
    this.#load =
      size === 4
        ? signed
          ? (at) => data.getInt32(at, little)
          : (at) => data.getUint32(at, little)
        : size === 8
          ? signed
            ? (at) => data.getBigInt64(at, little)
            : (at) => data.getBigUint64(at, little)
          : size === 2
            ? signed
              ? (at) => data.getInt16(at, little)
              : (at) => data.getUint16(at, little)
            : signed
              ? (at) => data.getInt8(at)
              : (at) => data.getUint8(at)
    for (const { name, value } of enumeration.enumerators) {
      const key = size === 8 ? value : Number(value)
      if (!this.#names.has(key)) this.#names.set(key, name)
      if (!this.#values.has(name)) this.#values.set(name, value)
    }
  }

  override decode(at: number): string | number | bigint {
    const value = this.#load(at)
    return this.#names.get(value) ?? value
  }

  /** The name of a value, else the value as this enum's values read. */
  nameOf(value: bigint): string | number | bigint {
    const key = this.size === 8 ? value : Number(value)
    return this.#names.get(key) ?? key
  }

  /** @throws InvivoError NOT_FOUND for a name that is no enumerator, else as {@link toInteger}. */
  toValue(value: unknown, bits: number, path: () => string): bigint {
    const what = this.space.spell(this.type)
    if (typeof value !== 'string') return toInteger(value, bits, this.enumeration.signed, what, path)
    const found = this.#values.get(value)
    if (found === undefined) {
      throw new InvivoError('NOT_FOUND', `cannot assign ${describe(value)} to ${path()}: ${what} has ${listed([...this.#values.keys()])}`)
    }
    return found
  }

  override encode(value: unknown, path: () => string): Uint8Array {
    return encodeInteger(this.toValue(value, this.size * 8, path), this.size, this.space.abi.little)
  }
}

function listed(names: readonly string[]): string {
  return names.length <= 12 ? names.join(', ') : `${names.slice(0, 12).join(', ')}, …`
}
