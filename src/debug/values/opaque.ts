/** What is pointed to and not described: `void`, structs that are defined nowhere, types this version does not know. */
import { highPlus } from '../address.ts'
import type { Opaque } from '../value-types.ts'
import { bytesAt } from './bytes.ts'
import { Codec } from './codec.ts'
import { Place } from './place.ts'
import type { Site } from './site.ts'
import type { StructView } from './struct.ts'
import { classFor, CODEC, PLACE, TEXT, View, type ViewClass } from './view.ts'

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

  override accessors(site: Site): PropertyDescriptor {
    // oxlint-disable-next-line typescript/no-this-alias
    const codec = this
    return {
      get(this: StructView) {
        return codec.read(highPlus(this[PLACE].hi, this[PLACE].lo, site.offset), (this[PLACE].lo + site.offset) | 0, site, this)
      },
      set(this: StructView, value: unknown) {
        codec.encode(value, () => site.name)
      },
    }
  }
}
