/**
 * Field accessors of the types that walks are made of: pointers of 64 bits and small integers, little-endian. They do what
 * scalar.ts's general accessors do, without the calls between: each is one function with its offset and the arena in its
 * closure, which V8 inlines into the loop that uses it (measured: an integer 6 to 8 ns, a pointer with the value it makes 20 ns).
 */
import type { Codec } from './codec.ts'
import { Place } from './place.ts'
import { fieldPosition, storeField } from './scalar.ts'
import type { Site } from './site.ts'
import type { StructView } from './struct.ts'
import { PLACE, type ViewClass } from './view.ts'

/** Fields further into their struct have general accessors: the carry between an address's words is found by comparing. */
export const MAX_FAST_OFFSET = 0x7fff_ffff

/** A pointer to a struct: the struct, or null. `pointee` is asked for the class when the first pointer is read. */
export function structPointerAccessors(codec: Codec, site: Site, pointee: () => ViewClass): PropertyDescriptor {
  const { memory } = codec.space
  const { data } = memory
  const { offset } = site
  let viewClass: ViewClass | undefined
  return {
    get(this: StructView) {
      const place = this[PLACE]
      const fieldLo = (place.lo + offset) | 0
      // The sum of unsigned words is below a term when it overflowed.
      let at = memory.stage(fieldLo >>> 0 < place.lo >>> 0 ? (place.hi + 1) | 0 : place.hi, fieldLo, 8)
      if (at < 0) at = fieldPosition(this, site, 8)
      const lo = data.getInt32(at, true)
      const hi = data.getInt32(at + 4, true)
      if ((lo | hi) === 0) return null
      viewClass ??= pointee()
      return new viewClass(new Place(hi, lo, site, place.hi, place.lo))
    },
    set: setter(codec, site),
  }
}

/**
 * Any other pointer. The same once more, on purpose: V8 learns what a function makes a function at a time, and a walk along
 * structs that also reads strings would make the one function general.
 */
export function pointerAccessors(codec: Codec, site: Site, pointee: () => ViewClass): PropertyDescriptor {
  const { memory } = codec.space
  const { data } = memory
  const { offset } = site
  let viewClass: ViewClass | undefined
  return {
    get(this: StructView) {
      const place = this[PLACE]
      const fieldLo = (place.lo + offset) | 0
      let at = memory.stage(fieldLo >>> 0 < place.lo >>> 0 ? (place.hi + 1) | 0 : place.hi, fieldLo, 8)
      if (at < 0) at = fieldPosition(this, site, 8)
      const lo = data.getInt32(at, true)
      const hi = data.getInt32(at + 4, true)
      if ((lo | hi) === 0) return null
      viewClass ??= pointee()
      return new viewClass(new Place(hi, lo, site, place.hi, place.lo))
    },
    set: setter(codec, site),
  }
}

export function integerAccessors(codec: Codec, site: Site, size: 1 | 2 | 4, signed: boolean): PropertyDescriptor {
  const { memory } = codec.space
  const { data } = memory
  const { offset } = site
  const set = setter(codec, site)
  const position = (view: StructView): number => {
    const { hi, lo } = view[PLACE]
    const fieldLo = (lo + offset) | 0
    const at = memory.stage(fieldLo >>> 0 < lo >>> 0 ? (hi + 1) | 0 : hi, fieldLo, size)
    return at < 0 ? fieldPosition(view, site, size) : at
  }
  switch (size) {
    case 1:
      return signed
        ? { get: getter((view) => data.getInt8(position(view))), set }
        : { get: getter((view) => data.getUint8(position(view))), set }
    case 2:
      return signed
        ? { get: getter((view) => data.getInt16(position(view), true)), set }
        : { get: getter((view) => data.getUint16(position(view), true)), set }
    case 4:
      return signed
        ? { get: getter((view) => data.getInt32(position(view), true)), set }
        : { get: getter((view) => data.getUint32(position(view), true)), set }
  }
}

function getter(load: (view: StructView) => number): () => number {
  return function (this: StructView) {
    return load(this)
  }
}

function setter(codec: Codec, site: Site): (value: unknown) => void {
  return function (this: StructView, value: unknown) {
    storeField(this, site, codec, value)
  }
}
