/**
 * Pointers: null, a struct's own value, a CString, a FunctionPointer, an Opaque or a Pointer, by what is pointed to
 * (value-types.ts has the table). The values behind them are in opaque.ts, function-pointer.ts, c-string.ts and pointer.ts.
 */
import { InvivoError } from '../../errors.ts'
import { toUnsigned } from '../address.ts'
import { isCompound, stripTypedefs, type PointerType, type Type } from '../../symbols/type.ts'
import { encodeInteger } from '../integer-bytes.ts'
import { characterSize } from './characters.ts'
import { CStringView } from './c-string.ts'
import type { Space } from './codec.ts'
import { MAX_FAST_OFFSET, pointerAccessors, structPointerAccessors } from './fields.ts'
import { FunctionCodec } from './function-pointer.ts'
import { describe, toInteger } from './integers.ts'
import { OpaqueCodec } from './opaque.ts'
import { PointerView } from './pointer.ts'
import { Place } from './place.ts'
import { ScalarCodec } from './scalar.ts'
import type { Site } from './site.ts'
import { CompoundCodec } from './struct.ts'
import { classFor, PLACE, View, type ViewClass } from './view.ts'

export class PointerCodec extends ScalarCodec {
  readonly pointer: PointerType
  #class: ViewClass | undefined

  constructor(space: Space, type: Type, pointer: PointerType) {
    super(space, type, pointer.size)
    this.pointer = pointer
  }

  override decode(at: number, site: Site, fromHi: number, fromLo: number): View | null {
    const { memory, abi } = this.space
    const { data } = memory
    let hi = 0
    let lo = 0
    if (this.size === 8) {
      hi = data.getInt32(abi.little ? at + 4 : at, abi.little)
      lo = data.getInt32(abi.little ? at : at + 4, abi.little)
    } else lo = data.getInt32(at, abi.little)
    if (hi === 0 && lo === 0) return null
    this.#class ??= this.#pointeeClass()
    return new this.#class(new Place(hi, lo, site, fromHi, fromLo))
  }

  override encode(value: unknown, path: () => string): Uint8Array {
    let address: bigint
    if (value === null) address = 0n
    else if (value instanceof View) address = toUnsigned(value[PLACE].hi, value[PLACE].lo)
    else if (typeof value === 'bigint' || typeof value === 'number') {
      address = toInteger(value, this.size * 8, false, this.space.spell(this.type), path)
    } else {
      throw new InvivoError(
        'TYPE_ERROR',
        `cannot assign ${describe(value)} to ${path()}: a ${this.space.spell(this.type)} takes a value of the target, null or an address as bigint`,
      )
    }
    return encodeInteger(address, this.size, this.space.abi.little)
  }

  override snapshot(value: unknown): unknown {
    return value instanceof View ? `0x${toUnsigned(value[PLACE].hi, value[PLACE].lo).toString(16)}` : null
  }

  override accessors(site: Site): PropertyDescriptor {
    if (!this.space.abi.little || this.size !== 8 || site.offset > MAX_FAST_OFFSET) return super.accessors(site)
    const pointee = (): ViewClass => (this.#class ??= this.#pointeeClass())
    return isCompound(stripTypedefs(this.pointer.target))
      ? structPointerAccessors(this, site, pointee)
      : pointerAccessors(this, site, pointee)
  }

  /** The class of what a pointer that is not null reads as. */
  #pointeeClass(): ViewClass {
    const codec = this.space.codec(this.pointer.target)
    if (codec instanceof CompoundCodec || codec instanceof OpaqueCodec || codec instanceof FunctionCodec) return codec.viewClass
    return characterSize(this.pointer.target) === undefined ? classFor(PointerView, codec) : classFor(CStringView, codec)
  }
}
