/** The struct that a pointer field points to. */
import { InvivoError } from '../../errors.ts'
import type { Codec } from '../values/codec.ts'
import { PointerCodec } from '../values/pointers.ts'
import { CompoundCodec } from '../values/struct.ts'

/** @throws InvivoError TYPE_ERROR when it is no pointer to a struct that is defined. */
export function codecOfPointee(codec: Codec, field: string): CompoundCodec {
  const pointee = codec instanceof PointerCodec ? codec.space.codec(codec.pointer.target) : undefined
  if (pointee instanceof CompoundCodec) return pointee
  throw new InvivoError('TYPE_ERROR', `'${field}' is a ${codec.space.spell(codec.type)}, not a pointer to a struct whose members are known`)
}
