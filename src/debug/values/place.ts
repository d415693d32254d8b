/**
 * Where a value is and how a script came there. Apart from the value itself, which has a class a C type: V8 makes and reads
 * objects of one class at full speed, objects of hundreds of classes only through stubs, so that what can be common is here
 * (measured, a pointer field read: 10 ns with one class in use, 26 with thirty; 6 and 40 to 75 with all of it in the value).
 *
 * A value keeps its address, not the value it was reached from: a walk along a list of a million elements must not keep the
 * million alive. Embedded structs and array elements do know what they are part of, and values behind pointers know where the
 * pointer was read: enough for a fault's message (path.ts).
 */
import type { Site } from './site.ts'
import type { View } from './view.ts'

export class Place {
  /** The two words of the address (address.ts). */
  readonly hi: number
  readonly lo: number
  /** How the place was come to. */
  readonly site: Site
  /**
   * For a part of something: the value it is part of. Behind a pointer: high word of the address of the struct whose field the
   * pointer is, or of the pointer itself where it is no field. Else undefined.
   */
  readonly from: View | number | undefined
  /** Low word of the address that {@link from} is the high word of. */
  readonly fromLo: number

  constructor(hi: number, lo: number, site: Site, from: View | number | undefined, fromLo: number) {
    this.hi = hi
    this.lo = lo
    this.site = site
    this.from = from
    this.fromLo = fromLo
  }

  /** What this is a part of. */
  get owner(): View | undefined {
    return typeof this.from === 'object' ? this.from : undefined
  }

  /** Came to through a pointer that was read from the target. */
  get isPointee(): boolean {
    return typeof this.from === 'number'
  }
}
