/** Pointers to characters (value-types.ts `CString`). How characters become strings: strings.ts. */
import { highPlus } from '../address.ts'
import type { CArray, CString, StringEncoding } from '../value-types.ts'
import { ArrayCodec } from './arrays.ts'
import { bytesAt } from './bytes.ts'
import { store, throwFault } from './codec.ts'
import { ELEMENT_SITE, POINTEE_SITE } from './site.ts'
import { DEFAULT_MAX_LENGTH, encodingOf, shortString, terminatedString, throwEndless } from './strings.ts'
import { CODEC, LABEL, PLACE, TEXT, View } from './view.ts'

export class CStringView extends View implements CString {
  string(encoding?: StringEncoding, maxLength?: number): string {
    const codec = this[CODEC]
    const { space } = codec
    const { memory } = space
    const unit = unitOf(this)
    if (unit === 1 && maxLength === undefined && (encoding === undefined || encoding === 'utf8')) {
      const short = shortString(memory, this[PLACE].hi, this[PLACE].lo)
      if (short !== undefined) return short
    }
    const limit = maxLength ?? DEFAULT_MAX_LENGTH
    const found = terminatedString(memory, this[PLACE].hi, this[PLACE].lo, unit, encoding ?? encodingOf(unit), limit, space.abi.little)
    if ('text' in found) return found.text
    if (found.failure === 'endless') throwEndless(`the ${space.spell(codec.type)} * 0x${this.$address.toString(16)}`, limit)
    throwFault(space, unit, POINTEE_SITE, this, this[PLACE].hi, this[PLACE].lo, codec.type)
  }

  $bytes(length: number): Uint8Array<ArrayBuffer> {
    return bytesAt(this, length)
  }

  get $value(): number {
    return Number(this[CODEC].read(this[PLACE].hi, this[PLACE].lo, POINTEE_SITE, this))
  }

  set $value(value: number) {
    this.$set(0, value)
  }

  $at(index: number): number {
    const offset = index * unitOf(this)
    return Number(this[CODEC].read(highPlus(this[PLACE].hi, this[PLACE].lo, offset), (this[PLACE].lo + offset) | 0, ELEMENT_SITE, this))
  }

  $set(index: number, value: number): void {
    const codec = this[CODEC]
    const offset = index * unitOf(this)
    const name = (): string => `((${codec.space.spell(codec.type)} *) 0x${this.$address.toString(16)})[${index}]`
    store(codec, highPlus(this[PLACE].hi, this[PLACE].lo, offset), (this[PLACE].lo + offset) | 0, value, name)
  }

  $slice(start: number, end: number): CArray<number> {
    const codec = this[CODEC]
    const offset = start * unitOf(this)
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

/** Bytes of one character. */
function unitOf(view: CStringView): 1 | 2 | 4 {
  const { size } = view[CODEC]
  return size === 1 || size === 2 ? size : 4
}
