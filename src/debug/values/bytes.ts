/** Raw bytes of a place, for the values that have `$bytes`. */
import { InvivoError } from '../../errors.ts'
import { highPlus } from '../address.ts'
import { throwFault } from './codec.ts'
import { CODEC, PLACE, type View } from './view.ts'

/** More than any field or string; what is longer is read in pieces by the script. */
const MAX_BYTES = 2 ** 31 - 1

/** @throws MemoryFault when one of them is unreadable, OUT_OF_RANGE for a length that is none. */
export function bytesAt(view: View, length: number): Uint8Array<ArrayBuffer> {
  const { space, type } = view[CODEC]
  if (!Number.isSafeInteger(length) || length < 0 || length > MAX_BYTES) {
    throw new InvivoError('OUT_OF_RANGE', `cannot read ${length} bytes at 0x${view.$address.toString(16)}: 0 to ${MAX_BYTES} are possible`)
  }
  if (length > 1 << 20) {
    // A length out of a damaged target must not cost its memory: the end is looked at first.
    const last = length - 1
    if (space.memory.stage(highPlus(view[PLACE].hi, view[PLACE].lo, last), (view[PLACE].lo + last) | 0, 1) < 0) {
      throwFault(space, length, view[PLACE].site, view[PLACE].owner, view[PLACE].hi, view[PLACE].lo, type)
    }
  }
  const bytes = new Uint8Array(length)
  const copied = space.memory.copy(view[PLACE].hi, view[PLACE].lo, length, bytes, 0)
  if (copied < length) {
    space.memory.faultHi = highPlus(view[PLACE].hi, view[PLACE].lo, copied)
    space.memory.faultLo = (view[PLACE].lo + copied) | 0
    throwFault(space, length, view[PLACE].site, view[PLACE].owner, view[PLACE].hi, view[PLACE].lo, type)
  }
  return bytes
}
