/**
 * The lists of the Linux kernel (include/linux/list.h), also used by many programs: links that know no element, so that the
 * element's type and the link's member are named.
 *
 * @example for (const task of listHead(kernel.init_task.tasks, kernel.$type('struct task_struct'), 'tasks')) …
 */
import type { TypeToken } from '../value-types.ts'
import { View } from '../values/view.ts'
import { Chain } from './chain.ts'
import { codecOfValue, compoundOf, memberOffset, type MemberPath } from './member-path.ts'
import { InvivoError } from '../../errors.ts'

/** A `struct list_head`, or what looks like one. */
export interface ListHead {
  readonly next: object | null
  readonly prev: object | null
}

/** A `struct hlist_head`: the first node, null in an empty list. */
export interface HlistHead {
  readonly first: object | null
}

export interface HlistNode {
  readonly next: object | null
  readonly pprev: object | null
}

/**
 * Elements of a circular list; the head is none of them.
 * @param member the `struct list_head` in the element; of an embedded struct: `'bus.link'`.
 */
export function listHead<T extends object, M extends MemberPath<T, ListHead>>(head: ListHead, type: TypeToken<T>, member: M): Iterable<T> {
  const codec = compoundOf(type)
  const end = viewOf(head)
  const first = codecOfValue(head, 'the head of the list').field('next')
  const { offset: pointee } = memberOffset(codec, member)
  const { offset: next } = memberOffset(codec, `${member}.next`)
  return new Chain<T>({ codec, next, name: `${member}.next`, pointee }, () => asView(first.accessors.get?.call(head)), end)
}

/** Elements of a hash bucket's list. @param member the `struct hlist_node` in the element. */
export function hlist<T extends object, M extends MemberPath<T, HlistNode>>(head: HlistHead, type: TypeToken<T>, member: M): Iterable<T> {
  const codec = compoundOf(type)
  const first = codecOfValue(head, 'the head of the list').field('first')
  const { offset: pointee } = memberOffset(codec, member)
  const { offset: next } = memberOffset(codec, `${member}.next`)
  return new Chain<T>({ codec, next, name: `${member}.next`, pointee }, () => asView(first.accessors.get?.call(head)))
}

function asView(value: unknown): View | null {
  return value instanceof View ? value : null
}

function viewOf(value: object): View {
  if (value instanceof View) return value
  throw new InvivoError('TYPE_ERROR', 'the head of the list must be a struct of the target')
}
