/**
 * The Linux kernel's red-black trees (include/linux/rbtree.h), in order. A node keeps its parent's address, above two bits of
 * colour: it is compared at each step, so that a corrupt tree ends in an error and not in a walk without end.
 *
 * @example for (const vma of rbtree(mm.mm_rb, kernel.$type('struct vm_area_struct'), 'vm_rb')) …
 */
import { InvivoError } from '../../errors.ts'
import { highPlus, toHex } from '../address.ts'
import type { TypeToken } from '../value-types.ts'
import { throwFault } from '../values/codec.ts'
import { Place } from '../values/place.ts'
import { Site } from '../values/site.ts'
import type { CompoundCodec } from '../values/struct.ts'
import { PLACE, View } from '../values/view.ts'
import { codecOfValue, compoundOf, memberOffset, type MemberPath } from './member-path.ts'

export interface RbNode {
  readonly rb_left: object | null
  readonly rb_right: object | null
}

export interface RbRoot {
  readonly rb_node: object | null
}

/** A `struct rb_root_cached`. */
export interface RbRootCached {
  readonly rb_root: RbRoot
}

/** No red-black tree of 2^64 nodes is deeper. */
const MAX_DEPTH = 128

/** Elements in the tree's order. @param member the `struct rb_node` in the element. */
export function rbtree<T extends object, M extends MemberPath<T, RbNode>>(
  root: RbRoot | RbRootCached,
  type: TypeToken<T>,
  member: M,
): Iterable<T> {
  const codec = compoundOf(type)
  const { offset, codec: node } = memberOffset(codec, member)
  if (node === undefined) throw new InvivoError('TYPE_ERROR', `'${member}' of ${codec.space.spell(codec.type)} is no struct`)
  const tree: Tree = {
    codec,
    offset,
    member,
    left: memberOffset(node, 'rb_left').offset,
    right: memberOffset(node, 'rb_right').offset,
    parent: node.fields.get('__rb_parent_color')?.site.offset ?? node.fields.get('rb_parent_color')?.site.offset,
  }
  return {
    *[Symbol.iterator]() {
      const top = topOf(root)
      if (top !== null) yield* inOrder<T>(tree, top)
    },
  }
}

interface Tree {
  readonly codec: CompoundCodec
  /** Of the node in the element. */
  readonly offset: number
  readonly member: string
  readonly left: number
  readonly right: number
  readonly parent: number | undefined
}

interface Words {
  readonly hi: number
  readonly lo: number
}

function topOf(root: RbRoot | RbRootCached): View | null {
  const holder: object = 'rb_root' in root ? root.rb_root : root
  const field = codecOfValue(holder, 'the root of the tree').field('rb_node')
  const top: unknown = field.accessors.get?.call(holder)
  return top instanceof View ? top : null
}

function* inOrder<T>(tree: Tree, top: View): Generator<T> {
  const site = new Site('field', tree.member, tree.codec, tree.offset)
  const stack: Words[] = []
  let node: Words | undefined = top[PLACE]
  checkParent(tree, node, { hi: 0, lo: 0 })
  while (node !== undefined || stack.length > 0) {
    while (node !== undefined) {
      if (stack.length >= MAX_DEPTH) throw corrupt(tree, node, `it is more than ${MAX_DEPTH} nodes deep`)
      stack.push(node)
      node = child(tree, node, tree.left, 'rb_left')
    }
    const next = stack.pop()
    if (next === undefined) return
    yield element(tree, next, site) as T
    node = child(tree, next, tree.right, 'rb_right')
  }
}

function element(tree: Tree, node: Words, site: Site): View {
  return new tree.codec.viewClass(new Place(highPlus(node.hi, node.lo, -tree.offset), (node.lo - tree.offset) | 0, site, undefined, 0))
}

function child(tree: Tree, node: Words, offset: number, name: string): Words | undefined {
  const found = pointerAt(tree, node, offset, name)
  if (found.hi === 0 && found.lo === 0) return undefined
  checkParent(tree, found, node)
  return found
}

function checkParent(tree: Tree, node: Words, parent: Words): void {
  if (tree.parent === undefined) return
  const found = pointerAt(tree, node, tree.parent, '__rb_parent_color')
  if (found.hi === parent.hi && (found.lo & ~3) === parent.lo) return
  throw corrupt(tree, node, `its parent should be ${toHex(parent.hi, parent.lo)} and is ${toHex(found.hi, found.lo & ~3)}`)
}

function pointerAt(tree: Tree, node: Words, offset: number, name: string): Words {
  const { space, type } = tree.codec
  const { memory, abi } = space
  const hi = highPlus(node.hi, node.lo, offset)
  const lo = (node.lo + offset) | 0
  const at = memory.stage(hi, lo, abi.pointerSize)
  if (at < 0) {
    const site = new Site('field', `${tree.member}.${name}`, tree.codec, tree.offset + offset)
    throwFault(space, abi.pointerSize, site, element(tree, node, site), hi, lo, type)
  }
  if (abi.pointerSize === 4) return { hi: 0, lo: memory.data.getInt32(at, abi.little) }
  return {
    hi: memory.data.getInt32(abi.little ? at + 4 : at, abi.little),
    lo: memory.data.getInt32(abi.little ? at : at + 4, abi.little),
  }
}

function corrupt(tree: Tree, node: Words, why: string): InvivoError {
  const { codec, member } = tree
  return new InvivoError(
    'LIST_CORRUPT',
    `the tree by ${member} of ${codec.space.spell(codec.type)} is corrupt at the node ${toHex(node.hi, node.lo)}: ${why}; ` +
      'if the process runs, it may have changed meanwhile: look under pause()',
  )
}
