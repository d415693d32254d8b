/** From a member to what it is in: the kernel's `container_of`, C's `offsetof` backwards. */
import { InvivoError } from '../../errors.ts'
import { highPlus } from '../address.ts'
import type { Located, TypeToken } from '../value-types.ts'
import { CAST_SITE } from '../values/site.ts'
import { PLACE, View } from '../values/view.ts'
import { compoundOf, memberOffset, type MemberPath } from './member-path.ts'

/**
 * The struct of that type of which `value` is the member.
 * @example containerOf(link, qemu.$type('struct device'), 'bus.link')
 */
export function containerOf<T extends object, M extends MemberPath<T, unknown>>(value: Located, type: TypeToken<T>, member: M): T {
  if (!(value instanceof View)) throw new InvivoError('TYPE_ERROR', 'containerOf takes a value of the target')
  const codec = compoundOf(type)
  const { offset } = memberOffset(codec, member)
  const { hi, lo } = value[PLACE]
  return codec.read(highPlus(hi, lo, -offset), (lo - offset) | 0, CAST_SITE, undefined) as unknown as T
}
