/**
 * One way of coming to a place: a field of a type, an element, a variable, a cast. Made once per field when its class is made
 * and shared by all values reached that way, so that knowing it costs a walk nothing.
 */
import type { CompoundCodec } from './struct.ts'

export class Site {
  readonly kind: 'field' | 'element' | 'pointee' | 'global' | 'cast'
  /** The field's path in its owner (`link.tqe_next`), or the variable's name; empty otherwise. */
  readonly name: string
  /** Private, so that whoever inspects a value to the ground (assert.deepEqual) does not print the program behind it. */
  readonly #owner: CompoundCodec | undefined
  /** Bytes from the start of the owner. */
  readonly offset: number

  constructor(kind: Site['kind'], name = '', owner?: CompoundCodec, offset = 0) {
    this.kind = kind
    this.name = name
    this.#owner = owner
    this.offset = offset
  }

  /** Whose field it is. */
  get owner(): CompoundCodec | undefined {
    return this.#owner
  }
}

export const CAST_SITE: Site = new Site('cast')
export const ELEMENT_SITE: Site = new Site('element')
export const POINTEE_SITE: Site = new Site('pointee')
