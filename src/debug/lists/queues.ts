/**
 * The lists of BSD's <sys/queue.h> and QEMU's "qemu/queue.h", told apart by their members' names. Each gives the elements from
 * first to last; the head is read when the iteration starts, an element's link when the next is asked for.
 *
 * @example for (const backend of tailq(qemu.block_backends, 'link')) console.log(backend.name?.string())
 */
import type { CompoundCodec } from '../values/struct.ts'
import { View } from '../values/view.ts'
import { Chain } from './chain.ts'
import { codecOfValue, memberOffset, type FieldOf } from './member-path.ts'
import { codecOfPointee } from './pointee.ts'

/** TAILQ and QTAILQ: `tqh_first`, `tqe_next`. */
export function tailq<T extends object, F extends FieldOf<T, { tqe_next: T | null }>>(
  head: { readonly tqh_first: T | null },
  field: F,
): Iterable<T> {
  return chainOf(head, 'tqh_first', field, 'tqe_next')
}

/** LIST and QLIST: `lh_first`, `le_next`. */
export function list<T extends object, F extends FieldOf<T, { le_next: T | null }>>(
  head: { readonly lh_first: T | null },
  field: F,
): Iterable<T> {
  return chainOf(head, 'lh_first', field, 'le_next')
}

/** SLIST and QSLIST: `slh_first`, `sle_next`. */
export function slist<T extends object, F extends FieldOf<T, { sle_next: T | null }>>(
  head: { readonly slh_first: T | null },
  field: F,
): Iterable<T> {
  return chainOf(head, 'slh_first', field, 'sle_next')
}

/** STAILQ: `stqh_first`, `stqe_next`. */
export function stailq<T extends object, F extends FieldOf<T, { stqe_next: T | null }>>(
  head: { readonly stqh_first: T | null },
  field: F,
): Iterable<T> {
  return chainOf(head, 'stqh_first', field, 'stqe_next')
}

/** SIMPLEQ and QSIMPLEQ: `sqh_first`, `sqe_next`. */
export function simpleq<T extends object, F extends FieldOf<T, { sqe_next: T | null }>>(
  head: { readonly sqh_first: T | null },
  field: F,
): Iterable<T> {
  return chainOf(head, 'sqh_first', field, 'sqe_next')
}

function chainOf<T>(head: object, first: string, field: string, next: string): Iterable<T> {
  const headField = codecOfValue(head, 'the head of the list').field(first)
  const codec: CompoundCodec = codecOfPointee(headField.codec, first)
  const { offset } = memberOffset(codec, `${field}.${next}`)
  return new Chain<T>({ codec, next: offset, name: `${field}.${next}`, pointee: 0 }, () => {
    const value: unknown = headField.accessors.get?.call(head)
    return value instanceof View ? value : null
  })
}
