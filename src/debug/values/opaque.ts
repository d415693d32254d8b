/** What is pointed to and not described: `void`, structs that are defined nowhere, types this version does not know. */
import type { Opaque } from '../value-types.ts'
import { bytesAt } from './bytes.ts'
import { Codec } from './codec.ts'
import { Place } from './place.ts'
import type { Site } from './site.ts'
import { classFor, CODEC, TEXT, View, type ViewClass } from './view.ts'

export class OpaqueView extends View implements Opaque {
  $bytes(length: number): Uint8Array<ArrayBuffer> {
    return bytesAt(this, length)
  }

  override [TEXT](): string {
    return this[CODEC].space.hooks.formatPointer(this[CODEC].type, this.$address)
  }
}

export class OpaqueCodec extends Codec {
  #class: ViewClass | undefined

  get viewClass(): ViewClass {
    return (this.#class ??= classFor(OpaqueView, this))
  }

  override read(hi: number, lo: number, site: Site, owner: View | undefined): View {
    return new this.viewClass(new Place(hi, lo, site, owner, 0))
  }

  override snapshot(value: unknown): unknown {
    return value instanceof View ? `0x${value.$address.toString(16)}` : value
  }
}
