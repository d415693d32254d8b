/**
 * Arrays (value-types.ts `CArray`, `CharArray`, `FlexArray`): places, whose elements are read when asked for. An array of
 * arrays has arrays for elements.
 */
import { InvivoError } from '../../errors.ts'
import { highPlus } from '../address.ts'
import { isFlexible, sizeOf, type ArrayType } from '../../symbols/type.ts'
import type { CArray, CharArray, FlexArray, StringEncoding, TypedArray } from '../value-types.ts'
import { bytesAt } from './bytes.ts'
import { characterSize } from './characters.ts'
import { Codec, store, throwFault, type SnapshotBudget, type Space } from './codec.ts'
import { FloatCodec } from './floats.ts'
import { IntegerCodec } from './integers.ts'
import { viewPath } from './path.ts'
import { Place } from './place.ts'
import { CAST_SITE, ELEMENT_SITE, type Site } from './site.ts'
import { decode, encodingOf, terminatedString, throwEndless } from './strings.ts'
import { classFor, CODEC, PLACE, View, type ViewClass } from './view.ts'

/** Longest array made into a JavaScript one. */
const MAX_COPY = 1 << 24
/** Characters of a string made of an array. */
const MAX_STRING = 1 << 28

class ArrayView<T> extends View {
  declare readonly [CODEC]: ArrayCodec

  /** Element `index`, unchecked. */
  protected element(index: number): T {
    const { element } = this[CODEC]
    const offset = index * element.size
    return element.read(highPlus(this[PLACE].hi, this[PLACE].lo, offset), (this[PLACE].lo + offset) | 0, ELEMENT_SITE, this) as T
  }

  protected store(index: number, value: T): void {
    const { element } = this[CODEC]
    const offset = index * element.size
    store(
      element,
      highPlus(this[PLACE].hi, this[PLACE].lo, offset),
      (this[PLACE].lo + offset) | 0,
      value,
      () => `${viewPath(this)}[${index}]`,
    )
  }

  protected part(start: number, count: number): CArray<T> {
    const { element, space, type } = this[CODEC]
    const offset = start * element.size
    const codec = new ArrayCodec(space, { kind: 'array', element: type.element, count, vector: type.vector }, false)
    return codec.make<T>(highPlus(this[PLACE].hi, this[PLACE].lo, offset), (this[PLACE].lo + offset) | 0)
  }
}

export class CArrayView<T> extends ArrayView<T> implements CArray<T> {
  get length(): number {
    return this[CODEC].count
  }

  at(index: number): T | undefined {
    const whole = Math.trunc(index) || 0
    const place = whole < 0 ? whole + this.length : whole
    return place >= 0 && place < this.length ? this.element(place) : undefined
  }

  set(index: number, value: T): void {
    if (!Number.isInteger(index) || index < 0 || index >= this.length) {
      throw new InvivoError('OUT_OF_RANGE', `cannot assign to ${viewPath(this)}[${index}]: the array has ${this.length} elements`)
    }
    this.store(index, value)
  }

  slice(start = 0, end: number = this.length): CArray<T> {
    const { length } = this
    const from = Math.min(length, start < 0 ? Math.max(0, start + length) : start)
    const to = Math.min(length, end < 0 ? Math.max(0, end + length) : end)
    return this.part(from, Math.max(0, to - from))
  }

  toArray(): T[] {
    const { length } = this
    if (length > MAX_COPY) throw new InvivoError('OUT_OF_RANGE', `cannot copy ${viewPath(this)}: it has ${length} elements; take a slice`)
    const elements: T[] = []
    for (let i = 0; i < length; i++) elements.push(this.element(i))
    return elements
  }

  toTypedArray(): TypedArray {
    const { element, space } = this[CODEC]
    const isFloat = element instanceof FloatCodec && (element.format === 'binary32' || element.format === 'binary64')
    if (!isFloat && !(element instanceof IntegerCodec)) {
      throw new InvivoError(
        'TYPE_ERROR',
        `${viewPath(this)} has no typed array: its elements are ${space.spell(element.type)}, not integers or floats of 8 to 64 bits`,
      )
    }
    const bytes = bytesAt(this, this.length * element.size)
    if (!space.abi.little) swap(bytes, element.size)
    const { buffer } = bytes
    if (element instanceof FloatCodec) return element.size === 4 ? new Float32Array(buffer) : new Float64Array(buffer)
    switch (element.size) {
      case 1:
        return element.signed ? new Int8Array(buffer) : bytes
      case 2:
        return element.signed ? new Int16Array(buffer) : new Uint16Array(buffer)
      case 4:
        return element.signed ? new Int32Array(buffer) : new Uint32Array(buffer)
      default:
        return element.signed ? new BigInt64Array(buffer) : new BigUint64Array(buffer)
    }
  }

  *[Symbol.iterator](): Iterator<T> {
    const { length } = this
    for (let i = 0; i < length; i++) yield this.element(i)
  }
}

export class CharArrayView extends CArrayView<number> implements CharArray {
  string(encoding?: StringEncoding): string {
    const { space, unit, count, size, type } = this[CODEC]
    const how = encoding ?? encodingOf(unit)
    const { little } = space.abi
    const found = terminatedString(space.memory, this[PLACE].hi, this[PLACE].lo, unit, how, Math.min(count, MAX_STRING), little)
    if ('text' in found) return found.text
    if (found.failure === 'fault') throwFault(space, unit, this[PLACE].site, this[PLACE].owner, this[PLACE].hi, this[PLACE].lo, type)
    if (count > MAX_STRING) throwEndless(viewPath(this), MAX_STRING)
    const whole = bytesAt(this, size)
    return decode(Buffer.from(whole.buffer), 0, whole.length, how, little)
  }
}

export class FlexArrayView<T> extends ArrayView<T> implements FlexArray<T> {
  at(index: number): T {
    return this.element(index)
  }

  set(index: number, value: T): void {
    this.store(index, value)
  }

  take(n: number): CArray<T> {
    return this.part(0, Math.max(0, n))
  }
}

const viewClasses = { characters: CharArrayView, flexible: FlexArrayView, elements: CArrayView } as const

export class ArrayCodec extends Codec {
  declare readonly type: ArrayType
  /** Elements; 0 where the type does not say. */
  readonly count: number
  /** Bytes of one character, where the elements are characters. */
  readonly unit: 1 | 2 | 4
  readonly #kind: 'characters' | 'flexible' | 'elements'
  #element: Codec | undefined
  #class: ViewClass | undefined

  /** @param flexible false for a slice: one of no elements is an array still. */
  constructor(space: Space, type: ArrayType, flexible: boolean = isFlexible(type)) {
    super(space, type, sizeOf(type) ?? 0)
    this.count = type.count ?? 0
    const unit = characterSize(type.element)
    this.unit = unit ?? 1
    this.#kind = flexible ? 'flexible' : unit === undefined || type.vector ? 'elements' : 'characters'
  }

  get element(): Codec {
    return (this.#element ??= this.space.codec(this.type.element))
  }

  get viewClass(): ViewClass {
    return (this.#class ??= classFor(viewClasses[this.#kind], this))
  }

  override read(hi: number, lo: number, site: Site, owner: View | undefined): View {
    return new this.viewClass(new Place(hi, lo, site, owner, 0))
  }

  /** An array of its own, for slices. */
  make<T>(hi: number, lo: number): CArray<T> {
    return this.read(hi, lo, CAST_SITE, undefined) as unknown as CArray<T>
  }

  /** Arrays of characters as strings. */
  override snapshot(value: unknown, budget: SnapshotBudget): unknown {
    if (value instanceof CharArrayView) return value.string()
    if (!(value instanceof CArrayView)) return []
    return budget.within(this, this.count, () => value.toArray().map((element: unknown) => this.element.snapshot(element, budget)))
  }
}

/** Reverses the bytes of each element. */
function swap(bytes: Uint8Array, size: number): void {
  for (let i = 0; i + size <= bytes.length; i += size) bytes.subarray(i, i + size).reverse()
}
