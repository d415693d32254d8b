/**
 * Members of structs by name, for the compiler and at run time: which fields of a struct are links of a kind of list, and how
 * many bytes into the struct a member lies. A misspelled member does not compile; at run time it is NOT_FOUND with suggestions.
 */
import { InvivoError } from '../../errors.ts'
import { codecOf } from '../values/type-token.ts'
import { CompoundCodec } from '../values/struct.ts'
import { CODEC, View } from '../values/view.ts'
import type { TypeToken } from '../value-types.ts'

/** Names of the fields of `T` whose values have the shape `Link`. */
export type FieldOf<T, Link> = { [K in keyof T & string]: T[K] extends Link ? K : never }[keyof T & string]

/** The same, also of structs embedded in `T`: `'link'`, `'bus.link'`; three deep. */
export type MemberPath<T, Link> = FieldOf<T, Link> | Nested<T, Link, [0, 0]>

type Nested<T, Link, Depth extends readonly unknown[]> = Depth extends readonly [unknown, ...infer Rest]
  ? {
      [K in keyof T & string]: K extends `$${string}`
        ? never
        : null extends T[K]
          ? never
          : T[K] extends { readonly $c?: string; $fields(): string[] }
            ? `${K}.${FieldOf<T[K], Link> | Nested<T[K], Link, Rest>}`
            : never
    }[keyof T & string]
  : never

/** The codec of a struct's type. @throws InvivoError TYPE_ERROR for other types. */
export function compoundOf(token: TypeToken<unknown>): CompoundCodec {
  const codec = codecOf(token)
  if (codec instanceof CompoundCodec) return codec
  throw new InvivoError('TYPE_ERROR', `a struct's type is expected, ${codec.space.spell(codec.type)} is none that has members`)
}

/** The codec of a value that is a struct. */
export function codecOfValue(value: unknown, what: string): CompoundCodec {
  const codec = value instanceof View ? value[CODEC] : undefined
  if (codec instanceof CompoundCodec) return codec
  throw new InvivoError('TYPE_ERROR', `${what} must be a struct of the target`)
}

/** Bytes from the start of a struct to a member, which may be one of a struct embedded in it. @throws InvivoError NOT_FOUND. */
export function memberOffset(codec: CompoundCodec, path: string): { readonly offset: number; readonly codec: CompoundCodec | undefined } {
  let offset = 0
  let holder: CompoundCodec | undefined = codec
  for (const name of path.split('.')) {
    if (holder === undefined)
      throw new InvivoError('NOT_FOUND', `'${path}' is no member of ${codec.space.spell(codec.type)}: '${name}' is in no struct`)
    const field = holder.field(name)
    offset += field.site.offset
    holder = field.codec instanceof CompoundCodec ? field.codec : undefined
  }
  return { offset, codec: holder }
}
