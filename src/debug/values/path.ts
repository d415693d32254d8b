/**
 * The path by which a script came to a place, spelled in C, for messages: `((struct elem *) 0x5590…)->link.tqe_next`,
 * `block_backends.tqh_first`, `((int *) 0x7f…)[3]`. Put together only when something failed.
 */
import { highPlus, toHex, toNumber, toUnsigned } from '../address.ts'
import { stripTypedefs, type Type } from '../../symbols/type.ts'
import type { Space } from './codec.ts'
import type { Site } from './site.ts'
import { CODEC, PLACE, type View } from './view.ts'

/** Parts of parts in one path; a value's owners are finitely many, but nobody reads more. */
const MAX_DEPTH = 50

/** The path of a value. */
export function viewPath(view: View): string {
  if (view[PLACE].owner === undefined && view[PLACE].isPointee)
    return `*(${pointerTo(view[CODEC].space, view[CODEC].type)}) ${toHex(view[PLACE].hi, view[PLACE].lo)}`
  return placePath(view[CODEC].space, view[PLACE].site, view[PLACE].owner, view[PLACE].hi, view[PLACE].lo, view[CODEC].type)
}

/** The path of a field of a struct. */
export function fieldPath(view: View, site: Site): string {
  return placePath(view[CODEC].space, site, view, view[PLACE].hi, view[PLACE].lo, view[CODEC].type)
}

/** The path of a place of that type and address, come to by `site` from `owner`. */
export function placePath(space: Space, site: Site, owner: View | undefined, hi: number, lo: number, type: Type, depth = 0): string {
  if (site.kind === 'global') return site.name
  if (owner !== undefined && depth < MAX_DEPTH) {
    if (site.kind === 'field') return `${structPrefix(owner, depth + 1)}${site.name}`
    if (site.kind === 'element') {
      const stripped = stripTypedefs(type)
      const size = space.codec(stripped).size
      const index = size === 0 ? 0 : (toNumber(hi, lo) - toNumber(owner[PLACE].hi, owner[PLACE].lo)) / size
      return `${arrayPrefix(owner, depth + 1)}[${index}]`
    }
  }
  return `*(${pointerTo(space, type)}) ${toHex(hi, lo)}`
}

/** Where the pointer was read that led to a value, or to what the value is part of. */
export function reachedBy(space: Space, view: View | undefined): string | undefined {
  let root = view
  for (let depth = 0; root !== undefined && typeof root[PLACE].from === 'object' && depth < MAX_DEPTH; depth++) root = root[PLACE].from
  if (root === undefined) return undefined
  const site = root[PLACE].site
  const hi = root[PLACE].from
  const lo = root[PLACE].fromLo
  if (typeof hi !== 'number' || (hi === 0 && lo === 0)) return undefined
  const slot = toUnsigned(highPlus(hi, lo, site.offset), (lo + site.offset) | 0)
  const variable = space.hooks.describe(slot)
  if (variable !== undefined) return variable
  if (site.kind !== 'field' || site.owner === undefined) return `the pointer at 0x${slot.toString(16)}`
  // An anonymous struct is told by where it is embedded.
  let { owner, name } = site
  let start = slot - BigInt(site.offset)
  for (let depth = 0; owner.home !== undefined && owner.type.name === undefined && depth < MAX_DEPTH; depth++) {
    const home: Site = owner.home
    if (home.owner === undefined) break
    name = `${home.name}.${name}`
    start -= BigInt(home.offset)
    owner = home.owner
  }
  return `((${pointerTo(space, owner.type)}) 0x${BigInt.asUintN(64, start).toString(16)})->${name}`
}

function structPrefix(view: View, depth: number): string {
  if (depth > MAX_DEPTH) return '….'
  if (view[PLACE].owner === undefined && (view[PLACE].site.kind !== 'global' || view[PLACE].isPointee)) {
    return `((${pointerTo(view[CODEC].space, view[CODEC].type)}) ${toHex(view[PLACE].hi, view[PLACE].lo)})->`
  }
  return `${placePath(view[CODEC].space, view[PLACE].site, view[PLACE].owner, view[PLACE].hi, view[PLACE].lo, view[CODEC].type, depth)}.`
}

function arrayPrefix(view: View, depth: number): string {
  const { space, type } = view[CODEC]
  if (view[PLACE].owner !== undefined || (view[PLACE].site.kind === 'global' && !view[PLACE].isPointee)) {
    return placePath(space, view[PLACE].site, view[PLACE].owner, view[PLACE].hi, view[PLACE].lo, type, depth)
  }
  const stripped = stripTypedefs(type)
  const element = stripped.kind === 'array' ? stripped.element : type
  return `((${pointerTo(space, element)}) ${toHex(view[PLACE].hi, view[PLACE].lo)})`
}

function pointerTo(space: Space, type: Type): string {
  return space.spell({ kind: 'pointer', size: space.abi.pointerSize, target: type })
}
