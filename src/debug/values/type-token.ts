/**
 * The token of a C type (value-types.ts `TypeToken`): what `$type('struct s')` gives, and `$cast`, lists and `containerOf` take.
 */
import { InvivoError } from '../../errors.ts'
import { sizeOf, type Type } from '../../symbols/type.ts'
import type { TypeToken } from '../value-types.ts'
import type { Codec } from './codec.ts'

class Token<T> implements TypeToken<T> {
  readonly #codec: Codec
  declare readonly $t?: T

  constructor(codec: Codec) {
    this.#codec = codec
  }

  static codec(token: TypeToken<unknown>): Codec {
    if (#codec in token) return token.#codec
    throw new InvivoError('TYPE_ERROR', 'a type token is expected: what `$type(name)` of the program gives')
  }

  get type(): Type {
    return this.#codec.type
  }

  get size(): number | undefined {
    return sizeOf(this.#codec.type)
  }

  toString(): string {
    return this.#codec.space.spell(this.#codec.type)
  }
}

export function typeToken<T>(codec: Codec): TypeToken<T> {
  return new Token<T>(codec)
}

/** @throws InvivoError TYPE_ERROR for an object that no program made. */
export function codecOf(token: TypeToken<unknown>): Codec {
  return Token.codec(token)
}
