/**
 * Pointers: null, a struct's own value, a CString, a FunctionPointer, an Opaque or a Pointer, by what is pointed to
 * (value-types.ts has the table). The values behind them are in opaque.ts, function-pointer.ts and c-string.ts; Pointer itself
 * is here.
 */
import { InvivoError } from '../../errors.ts'
import { highPlus, toUnsigned } from '../address.ts'
import { isCompound, stripTypedefs, type PointerType, type Type } from '../../symbols/type.ts'
import type { CArray, Pointer } from '../value-types.ts'
import { encodeInteger } from '../integer-bytes.ts'
import { ArrayCodec } from './arrays.ts'
import { characterSize } from './characters.ts'
import { CStringView } from './c-string.ts'
import { store, type Space } from './codec.ts'
import { MAX_FAST_OFFSET, pointerAccessors, structPointerAccessors } from './fields.ts'
import { FunctionCodec } from './function-pointer.ts'
import { describe, toInteger } from './integers.ts'
import { OpaqueCodec } from './opaque.ts'
import { Place } from './place.ts'
import { ScalarCodec } from './scalar.ts'
import { ELEMENT_SITE, POINTEE_SITE, type Site } from './site.ts'
import { CompoundCodec } from './struct.ts'
import { classFor, CODEC, LABEL, PLACE, TEXT, View, type ViewClass } from './view.ts'

export class PointerView extends View implements Pointer<unknown> {
  get $value(): unknown {
    return this[CODEC].read(this[PLACE].hi, this[PLACE].lo, POINTEE_SITE, this)
  }

  set $value(value: unknown) {
    this.$set(0, value)
  }

  $at(index: number): unknown {
    const offset = index * this[CODEC].size
    return this[CODEC].read(highPlus(this[PLACE].hi, this[PLACE].lo, offset), (this[PLACE].lo + offset) | 0, ELEMENT_SITE, this)
  }

  $set(index: number, value: unknown): void {
    const codec = this[CODEC]
    const offset = index * codec.size
    const name = (): string => `((${codec.space.spell(codec.type)} *) 0x${this.$address.toString(16)})[${index}]`
    store(codec, highPlus(this[PLACE].hi, this[PLACE].lo, offset), (this[PLACE].lo + offset) | 0, value, name)
  }

  $slice(start: number, end: number): CArray<unknown> {
    const codec = this[CODEC]
    const offset = start * codec.size
    const array = new ArrayCodec(codec.space, { kind: 'array', element: codec.type, count: Math.max(0, end - start), vector: false }, false)
    return array.make(highPlus(this[PLACE].hi, this[PLACE].lo, offset), (this[PLACE].lo + offset) | 0)
  }

  override [LABEL](): string {
    const { space, type } = this[CODEC]
    return space.spell({ kind: 'pointer', size: space.abi.pointerSize, target: type })
  }

  override [TEXT](): string {
    return this[CODEC].space.hooks.formatPointer(this[CODEC].type, this.$address)
  }
}

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
