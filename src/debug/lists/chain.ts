/**
 * Walks a chain of nodes, each of which has a pointer to the next at a fixed offset: what all the lists here are. Elements are
 * made straight from the pointers, without the links between as values: as fast as the loop a script would write, or faster. A
 * chain that runs into itself is found out (R. P. Brent, "An improved Monte Carlo factorization algorithm", 1980, section 2: the
 * node at the last power of two is compared with each later one), so that a corrupt list ends in an error.
 */
import { InvivoError } from '../../errors.ts'
import { highPlus, toHex } from '../address.ts'
import { throwFault, type Space } from '../values/codec.ts'
import { Place } from '../values/place.ts'
import { Site } from '../values/site.ts'
import type { CompoundCodec } from '../values/struct.ts'
import { PLACE, type View, type ViewClass } from '../values/view.ts'

export interface ChainShape {
  /** Of the elements. */
  readonly codec: CompoundCodec
  /** Where the pointer to the next is in an element, and what it is called. */
  readonly next: number
  readonly name: string
  /**
   * Bytes from the start of the element to what pointers of the chain point to: 0 where they point to elements themselves
   * (TAILQ), the member's offset where they point to a member (list_head).
   */
  readonly pointee: number
}

export class Chain<T> implements Iterable<T> {
  readonly #shape: ChainShape
  readonly #first: () => View | null
  /** The value whose address ends the chain, besides null: a list_head's head. */
  readonly #end: View | undefined

  /** @param first what the head's pointer is now. */
  constructor(shape: ChainShape, first: () => View | null, end?: View) {
    this.#shape = shape
    this.#first = first
    this.#end = end
  }

  [Symbol.iterator](): Iterator<T> {
    return new ChainIterator<T>(this.#shape, this.#first()?.[PLACE], this.#end?.[PLACE])
  }
}

class ChainIterator<T> implements Iterator<T> {
  readonly #space: Space
  readonly #shape: ChainShape
  readonly #site: Site
  readonly #viewClass: ViewClass
  readonly #pointerSize: 4 | 8
  readonly #little: boolean
  /** Bytes from a pointer's start to its low word. */
  readonly #lowAt: number
  readonly #pointee: number
  /** From what the pointers point to, to the next pointer: never down. */
  readonly #step: number
  readonly #endHi: number
  readonly #endLo: number
  readonly #ends: boolean
  #started = false
  /** The first element, which knows that the head led to it. */
  #first: Place | undefined
  /** What the last pointer points to. */
  #hi = 0
  #lo = 0
  /** The last element. */
  #elementHi = 0
  #elementLo = 0
  /** Brent: the node remembered, how many steps ago, and after how many it is replaced. */
  #markHi = 0
  #markLo = 0
  #steps = 0
  #power = 1

  constructor(shape: ChainShape, first: Place | undefined, end: Place | undefined) {
    const { codec } = shape
    this.#space = codec.space
    this.#shape = shape
    this.#site = new Site('field', shape.name, codec, shape.next)
    this.#viewClass = codec.viewClass
    this.#pointerSize = codec.space.abi.pointerSize
    this.#little = codec.space.abi.little
    this.#lowAt = !this.#little && this.#pointerSize === 8 ? 4 : 0
    this.#pointee = shape.pointee
    this.#step = shape.next - shape.pointee
    this.#ends = end !== undefined
    this.#endHi = end?.hi ?? 0
    this.#endLo = end?.lo ?? 0
    this.#hi = first?.hi ?? 0
    this.#lo = first?.lo ?? 0
    this.#first = shape.pointee === 0 ? first : undefined
  }

  next(): IteratorResult<T> {
    if (this.#started) this.#advance()
    else this.#started = true
    const hi = this.#hi
    const lo = this.#lo
    if ((hi | lo) === 0 || (this.#ends && lo === this.#endLo && hi === this.#endHi)) return { done: true, value: undefined }
    // From the member to the element: a small step down.
    const elementLo = (lo - this.#pointee) | 0
    const elementHi = elementLo >>> 0 > lo >>> 0 ? (hi - 1) | 0 : hi
    const place = this.#first ?? new Place(elementHi, elementLo, this.#site, this.#elementHi, this.#elementLo)
    this.#first = undefined
    this.#elementHi = elementHi
    this.#elementLo = elementLo
    return { done: false, value: new this.#viewClass(place) as T }
  }

  /** From one node to the next. */
  #advance(): void {
    const hi = this.#hi
    const lo = this.#lo
    if (this.#steps === this.#power) {
      this.#markHi = hi
      this.#markLo = lo
      this.#steps = 0
      this.#power *= 2
    }
    this.#steps++
    const { memory } = this.#space
    const nextLo = (lo + this.#step) | 0
    const nextHi = nextLo >>> 0 < lo >>> 0 ? (hi + 1) | 0 : hi
    const at = memory.stage(nextHi, nextLo, this.#pointerSize)
    if (at < 0) this.#fault()
    this.#lo = memory.data.getInt32(at + this.#lowAt, this.#little)
    this.#hi = this.#pointerSize === 8 ? memory.data.getInt32(at + 4 - this.#lowAt, this.#little) : 0
    if (this.#lo === this.#markLo && this.#hi === this.#markHi && (this.#markHi | this.#markLo) !== 0) this.#corrupt()
  }

  #fault(): never {
    const { codec } = this.#shape
    const hi = this.#elementHi
    const lo = this.#elementLo
    const element = new codec.viewClass(new Place(hi, lo, this.#site, undefined, 0))
    throwFault(this.#space, this.#pointerSize, this.#site, element, hi, lo, codec.type)
  }

  #corrupt(): never {
    const { codec, pointee, name } = this.#shape
    const element = toHex(highPlus(this.#markHi, this.#markLo, -pointee), (this.#markLo - pointee) | 0)
    const what = `the ${codec.space.spell(codec.type)} at ${element}`
    throw new InvivoError(
      'LIST_CORRUPT',
      `the list by ${name} loops: after ${this.#steps} element${this.#steps === 1 ? '' : 's'} it comes back to ${what}` +
        '; if the process runs, it may have changed meanwhile: look under pause()',
    )
  }
}
