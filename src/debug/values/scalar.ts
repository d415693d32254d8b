/**
 * Codecs of values that are read whole, at once: base types, enums, pointers. A scalar decodes from a position in the page
 * cache's arena; this file has the base class, with the accessors that suit every scalar. Faster accessors of the common ones: fields.ts.
 */
import { highPlus } from '../address.ts'
import { Codec, store, throwFault } from './codec.ts'
import { fieldPath } from './path.ts'
import type { Site } from './site.ts'
import type { StructView } from './struct.ts'
import { CODEC, PLACE, type View } from './view.ts'

export abstract class ScalarCodec extends Codec {
  /**
   * The value at a position of the arena.
   * @param fromHi, fromLo address of what `site` is an offset in: pointers note where they were read.
   */
  abstract decode(at: number, site: Site, fromHi: number, fromLo: number): unknown

  override read(hi: number, lo: number, site: Site, owner: View | undefined): unknown {
    const at = this.space.memory.stage(hi, lo, this.size)
    if (at < 0) throwFault(this.space, this.size, site, owner, hi, lo, this.type)
    return this.decode(at, site, hi, lo)
  }

  override accessors(site: Site): PropertyDescriptor {
    // oxlint-disable-next-line typescript/no-this-alias
    const codec = this
    return {
      get(this: StructView) {
        return codec.decode(fieldPosition(this, site, codec.size), site, this[PLACE].hi, this[PLACE].lo)
      },
      set(this: StructView, value: unknown) {
        storeField(this, site, codec, value)
      },
    }
  }
}

/** Position of a field's bytes in the arena, good until the next access. @throws MemoryFault */
export function fieldPosition(view: StructView, site: Site, size: number): number {
  const { space, type } = view[CODEC]
  const hi = highPlus(view[PLACE].hi, view[PLACE].lo, site.offset)
  const lo = (view[PLACE].lo + site.offset) | 0
  const at = space.memory.stage(hi, lo, size)
  if (at < 0) throwFault(space, size, site, view, hi, lo, type)
  return at
}

export function storeField(view: StructView, site: Site, codec: Codec, value: unknown): void {
  const lo = (view[PLACE].lo + site.offset) | 0
  store(codec, highPlus(view[PLACE].hi, view[PLACE].lo, site.offset), lo, value, () => fieldPath(view, site))
}
