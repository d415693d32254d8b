/** Functions by address; their names come from the symbol tables. */
import type { FunctionPointer } from '../value-types.ts'
import { Codec } from './codec.ts'
import { Place } from './place.ts'
import type { Site } from './site.ts'
import { classFor, CODEC, TEXT, View, type ViewClass } from './view.ts'

export class FunctionPointerView extends View implements FunctionPointer {
  get name(): string | undefined {
    return this[CODEC].space.hooks.symbolName(this.$address)
  }

  override [TEXT](): string {
    return this[CODEC].space.hooks.formatPointer(this[CODEC].type, this.$address)
  }
}

export class FunctionCodec extends Codec {
  #class: ViewClass | undefined

  get viewClass(): ViewClass {
    return (this.#class ??= classFor(FunctionPointerView, this))
  }

  override read(hi: number, lo: number, site: Site, owner: View | undefined): View {
    return new this.viewClass(new Place(hi, lo, site, owner, 0))
  }
}
