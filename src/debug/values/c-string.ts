/** Pointers to characters (value-types.ts `CString`). How characters become strings: strings.ts. */
import type { CString, StringEncoding } from '../value-types.ts'
import { bytesAt } from './bytes.ts'
import { throwFault } from './codec.ts'
import { PointerView } from './pointer.ts'
import { POINTEE_SITE } from './site.ts'
import { DEFAULT_MAX_LENGTH, encodingOf, shortString, terminatedString, throwEndless } from './strings.ts'
import { CODEC, PLACE } from './view.ts'

export class CStringView extends PointerView<number> implements CString {
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
}

/** Bytes of one character. */
function unitOf(view: CStringView): 1 | 2 | 4 {
  const { size } = view[CODEC]
  return size === 1 || size === 2 ? size : 4
}
