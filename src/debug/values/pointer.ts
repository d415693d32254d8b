/** What a pointer to anything but a struct, a function or nothing known reads as (value-types.ts `Pointer`). */
import { highPlus } from '../address.ts'
import type { CArray, Pointer } from '../value-types.ts'
import { ArrayCodec } from './arrays.ts'
import { store } from './codec.ts'
import { ELEMENT_SITE, POINTEE_SITE } from './site.ts'
import { CODEC, LABEL, PLACE, TEXT, View } from './view.ts'

export class PointerView<T> extends View implements Pointer<T> {
  get $value(): T {
    return this[CODEC].read(this[PLACE].hi, this[PLACE].lo, POINTEE_SITE, this) as T
  }

  set $value(value: T) {
    this.$set(0, value)
  }

  $at(index: number): T {
    const offset = index * this[CODEC].size
    return this[CODEC].read(highPlus(this[PLACE].hi, this[PLACE].lo, offset), (this[PLACE].lo + offset) | 0, ELEMENT_SITE, this) as T
  }

  $set(index: number, value: T): void {
    const codec = this[CODEC]
    const offset = index * codec.size
    const name = (): string => `((${codec.space.spell(codec.type)} *) 0x${this.$address.toString(16)})[${index}]`
    store(codec, highPlus(this[PLACE].hi, this[PLACE].lo, offset), (this[PLACE].lo + offset) | 0, value, name)
  }

  $slice(start: number, end: number): CArray<T> {
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
