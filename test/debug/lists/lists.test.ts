/** Intrusive lists of a live process, in order, and what happens when they are corrupt. Elements are what test/programs/lists.c linked. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { containerOf } from '../../../src/debug/lists/container-of.ts'
import { hlist, listHead } from '../../../src/debug/lists/kernel-lists.ts'
import { list, simpleq, slist, stailq, tailq } from '../../../src/debug/lists/queues.ts'
import { rbtree } from '../../../src/debug/lists/rbtree.ts'
import { MemoryFault } from '../../../src/debug/memory-fault.ts'
import { Program } from '../../../src/debug/program.ts'
import type { ProgramGlobals, Struct } from '../../../src/debug/value-types.ts'
import { compile, start, type RunningDebuggee } from '../../support/debuggee.ts'
import { missing } from '../../support/requirements.ts'

type ListHead = Struct<'struct list_head'> & { next: ListHead | null; prev: ListHead | null }
type HlistNode = Struct<'struct hlist_node'> & { next: HlistNode | null; pprev: Struct | null }
type RbNode = Struct<'struct rb_node'> & { rb_left: RbNode | null; rb_right: RbNode | null; __rb_parent_color: bigint }
interface Item extends Struct<'struct item'> {
  id: number
  readonly qtailq: Struct & { tqe_next: Item | null }
  readonly tailq: Struct & { tqe_next: Item | null }
  readonly list: Struct & { le_next: Item | null }
  readonly slist: Struct & { sle_next: Item | null }
  readonly stailq: Struct & { stqe_next: Item | null }
  readonly simpleq: Struct & { sqe_next: Item | null }
  readonly node: ListHead
  readonly bus: Struct & { depth: number; readonly sibling: ListHead }
  readonly hash: HlistNode
  readonly rb: RbNode
}
interface Globals extends ProgramGlobals<{ 'struct item': Item }> {
  readonly qtailq_head: Struct & { tqh_first: Item | null }
  readonly tailq_head: Struct & { tqh_first: Item | null }
  readonly list_head_bsd: Struct & { lh_first: Item | null }
  readonly slist_head: Struct & { slh_first: Item | null }
  readonly stailq_head: Struct & { stqh_first: Item | null }
  readonly simpleq_head: Struct & { sqh_first: Item | null }
  readonly nodes: ListHead
  readonly siblings: ListHead
  readonly empty: ListHead
  readonly hash_head: Struct & { first: HlistNode | null }
  readonly tree: Struct & { readonly rb_root: Struct & { rb_node: RbNode | null } }
  readonly no_tree: Struct & { rb_node: RbNode | null }
  items: Item
}

const COUNT = 1000
const expected = Array.from({ length: COUNT }, (_, i) => i + 1)
const ids = (items: Iterable<Item>): number[] => Array.from(items, (item) => item.id)

suite('intrusive lists', { skip: missing('gcc') }, () => {
  let debuggee: RunningDebuggee
  let program: Program
  let globals: Globals

  before(async () => {
    debuggee = await start(compile('lists.c'), [String(COUNT)])
    program = await Program.attach(debuggee.pid)
    globals = program.globals<Globals>()
  })

  after(async () => {
    program?.[Symbol.dispose]()
    await debuggee?.[Symbol.asyncDispose]()
  })

  test('the queues of BSD and QEMU', () => {
    assert.deepEqual(ids(tailq(globals.qtailq_head, 'qtailq')), expected)
    assert.deepEqual(ids(tailq(globals.tailq_head, 'tailq')), expected)
    assert.deepEqual(ids(list(globals.list_head_bsd, 'list')), expected)
    assert.deepEqual(ids(slist(globals.slist_head, 'slist')), expected)
    assert.deepEqual(ids(stailq(globals.stailq_head, 'stailq')), expected)
    assert.deepEqual(ids(simpleq(globals.simpleq_head, 'simpleq')), expected)
  })

  test("the kernel's lists and trees", () => {
    const item = globals.$type('struct item')
    assert.deepEqual(ids(listHead(globals.nodes, item, 'node')), expected)
    assert.deepEqual(ids(listHead(globals.siblings, item, 'bus.sibling')), expected)
    assert.deepEqual(ids(listHead(globals.empty, item, 'node')), [])
    assert.deepEqual(ids(hlist(globals.hash_head, item, 'hash')), expected)
    assert.deepEqual(ids(rbtree(globals.tree, item, 'rb')), expected)
    assert.deepEqual(ids(rbtree(globals.tree.rb_root, item, 'rb')), expected)
    assert.deepEqual(ids(rbtree(globals.no_tree, item, 'rb')), [])
    const [, second] = listHead(globals.nodes, item, 'node')
    assert(second)
    assert.equal(containerOf(second.bus.sibling, item, 'bus.sibling').$address, second.$address)
  })

  test('a list can be iterated again, and left early', () => {
    const elements = tailq(globals.qtailq_head, 'qtailq')
    for (const element of elements) if (element.id === 3) break
    assert.equal(ids(elements).length, COUNT)
  })

  test('loops are found, at the beginning, in the middle and at the end', () => {
    const last = globals.items.$at(COUNT - 1)
    for (const target of [0, 1, 500, COUNT - 1]) {
      last.qtailq.tqe_next = globals.items.$at(target)
      let seen = 0
      assert.throws(
        () => {
          for (const element of tailq(globals.qtailq_head, 'qtailq')) seen += element.id === 0 ? 0 : 1
        },
        {
          code: 'LIST_CORRUPT',
          message: /^the list by qtailq\.tqe_next loops: after \d+ elements? it comes back to the struct item at 0x[0-9a-f]+/,
        },
      )
      assert(seen >= COUNT && seen < 4 * COUNT, String(seen))
    }
    last.qtailq.tqe_next = null
    assert.deepEqual(ids(tailq(globals.qtailq_head, 'qtailq')), expected)
    // A list_head that loops without coming back to its head.
    const lastNode = last.node
    const next = lastNode.next
    lastNode.next = globals.items.$at(5).node
    assert.throws(() => ids(listHead(globals.nodes, globals.$type('struct item'), 'node')), { code: 'LIST_CORRUPT' })
    lastNode.next = next
  })

  test('a wrong pointer is a fault that names the link', () => {
    const { tailq_head: head } = globals
    const item = globals.items.$at(41)
    const next = item.node.next
    Reflect.set(item.node, 'next', 0x10n)
    assert.throws(
      () => ids(listHead(globals.nodes, globals.$type('struct item'), 'node')),
      (error) => error instanceof MemoryFault && /^cannot read \(\(struct item \*\) 0x[0-9a-f]+\)->id, 4 bytes/.test(error.message),
    )
    item.node.next = next
    Reflect.set(head, 'tqh_first', 0x123456n)
    let message = ''
    try {
      for (const element of tailq(head, 'tailq')) message = String(element.$address)
    } catch (error) {
      message = String(error)
    }
    assert.match(message, /cannot read \(\(struct item \*\) 0x123456\)->tailq\.tqe_next, 8 bytes at 0x[0-9a-f]+: not mapped/)
    head.tqh_first = globals.items
  })

  test('a tree whose parents are wrong is corrupt', () => {
    const top = globals.tree.rb_root.rb_node
    const left = top?.rb_left
    assert(top && left)
    left.rb_left = top
    assert.throws(() => ids(rbtree(globals.tree, globals.$type('struct item'), 'rb')), {
      code: 'LIST_CORRUPT',
      message: /its parent should be 0x[0-9a-f]+ and is 0x0/,
    })
  })

  test('wrong names at run time', () => {
    assert.throws(() => tailq(globals.qtailq_head, 'qtailk' as 'qtailq'), /struct item has no field 'qtailk'; did you mean 'qtailq'/)
    assert.throws(() => listHead(globals.nodes, globals.$type('struct item'), 'bus.siblin' as 'bus.sibling'), { code: 'NOT_FOUND' })
  })
})

/** Compiled, never called: what must not compile. */
export function types(globals: Globals): void {
  // @ts-expect-error misspelled
  tailq(globals.qtailq_head, 'qtailk')
  // @ts-expect-error a link of another kind of list
  tailq(globals.qtailq_head, 'list')
  // @ts-expect-error a head of another kind of list
  list(globals.qtailq_head, 'list')
  // @ts-expect-error no list_head
  listHead(globals.nodes, globals.$type('struct item'), 'hash_')
  // @ts-expect-error misspelled in an embedded struct
  listHead(globals.nodes, globals.$type('struct item'), 'bus.sibbling')
  // @ts-expect-error no rb_node
  rbtree(globals.tree, globals.$type('struct item'), 'node')
  // @ts-expect-error no member
  containerOf(globals.nodes, globals.$type('struct item'), 'nodes')
}
