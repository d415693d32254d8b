/**
 * Where the bytes of a struct or union go: offsets, sizes, bit fields, holes, padding, cache lines, counted as `pahole`
 * (dwarves) counts them. As data, for `--json`; as text: format-layout.ts.
 *
 * A hole is space between members that none of them uses, padding is such space after the last one. What a run of bit fields
 * leaves unused of its storage units counts in bits, all else in bytes.
 */
import {
  isCompound,
  sizeOf,
  stripTypedefs,
  type ArrayType,
  type CompoundType,
  type Member,
  type SourcePosition,
  type Type,
} from '../../symbols/type.ts'
import { declaration, typeName } from '../../symbols/type-name.ts'

/** The layout of one struct, union or class. Sizes in bytes unless they say bits. */
export interface Layout {
  readonly kind: 'struct' | 'union' | 'class'
  /** The tag, or the typedef an anonymous type is known by; null where it has neither. */
  readonly name: string | null
  readonly size: number
  readonly cachelines: number
  readonly members: readonly LayoutMember[]
  /** Of direct members that are no bit fields. */
  readonly sumMembers: number
  /** Bits of direct members that are. */
  readonly sumBitfieldMembers: number
  readonly holes: number
  readonly sumHoles: number
  readonly bitHoles: number
  readonly sumBitHoles: number
  readonly padding: number
  readonly bitPadding: number
  /** Members that are structs with padding of their own, and how much that is together. */
  readonly paddings: number
  readonly sumPaddings: number
  readonly position: SourcePosition | null
}

export interface LayoutMember {
  /** Null for an anonymous struct or union, and for a bit field without a name. */
  readonly name: string | null
  /** C spelling. */
  readonly type: string
  readonly declaration: string
  /** From the start of the outermost struct; of a bit field that of its storage unit. */
  readonly offset: number
  /** Of a bit field that of its storage unit. 0 where C has none: a flexible array. */
  readonly size: number
  /** Bit fields only: first bit, from `offset`, and width. */
  readonly bitOffset?: number
  readonly bitSize?: number
  /** Unused space right before this member. */
  readonly holeBefore?: number
  readonly bitHoleBefore?: number
  /** Padding at the end of this member, which is a struct. */
  readonly padding?: number
  /** Of a struct or union without a tag, or an array of such (its first element), which is shown in place. */
  readonly layout?: Layout
  /** Of an enum without a tag. */
  readonly enumerators?: readonly { readonly name: string; readonly value: string }[]
}

export interface LayoutOptions {
  /** Default 64. */
  readonly cachelineSize?: number
  /** What to call an anonymous type. */
  readonly name?: string | undefined
}

/** Structs without tags within each other. Real ones stay below ten, a damaged file may nest for ever. */
const maxNesting = 32
/** The same file may fan out: members of one layout, nested ones included. */
const maxMembers = 100_000

export function layoutOf(type: CompoundType, options: LayoutOptions = {}): Layout {
  const { cachelineSize = 64, name } = options
  const budget = { members: maxMembers }
  const layout = measure(type, 0, { cachelineSize, nesting: 0, budget })
  return name === undefined ? layout : { ...layout, name }
}

interface Context {
  readonly cachelineSize: number
  readonly nesting: number
  readonly budget: { members: number }
}

function measure(type: CompoundType, base: number, context: Context): Layout {
  const { cachelineSize, budget } = context
  const { kind, size } = type
  const members: LayoutMember[] = []
  const totals = { sumMembers: 0, sumBitfieldMembers: 0, holes: 0, sumHoles: 0, bitHoles: 0, sumBitHoles: 0, paddings: 0, sumPaddings: 0 }
  /** First bit that no member so far uses, and where the storage of the bit fields right before it ends. */
  let end = 0
  let unitEnd = 0
  for (const member of type.members) {
    if (budget.members-- <= 0) break
    const bytes = sizeOf(member.type) ?? 0
    const start = member.bitOffset
    let bitHole = 0
    let hole = 0
    if (kind !== 'union' && start > end) {
      bitHole = Math.max(0, Math.min(unitEnd, start) - end)
      hole = (start - end - bitHole) / 8
      // Between a byte and a bit field that does not begin at one, or the other way round, with no unit to count by.
      const bits = (start - end - bitHole) % 8
      if (bits !== 0) {
        bitHole += bits
        hole = Math.floor(hole)
      }
      if (bitHole > 0) totals.bitHoles++
      if (hole > 0) totals.holes++
      totals.sumBitHoles += bitHole
      totals.sumHoles += hole
    }
    const placed = place(member, bytes, base, context)
    const stop = start + (member.bitSize ?? bytes * 8)
    if (member.bitSize === undefined) {
      totals.sumMembers += bytes
      unitEnd = 0
    } else {
      totals.sumBitfieldMembers += member.bitSize
      unitEnd = Math.max(unitEnd, (placed.offset - base + bytes) * 8)
    }
    if (placed.padding !== undefined) {
      totals.paddings++
      totals.sumPaddings += placed.padding
    }
    end = Math.max(end, stop)
    members.push({ ...placed, ...(hole > 0 && { holeBefore: hole }), ...(bitHole > 0 && { bitHoleBefore: bitHole }) })
  }
  const rest = type.incomplete || kind === 'union' ? 0 : Math.max(0, size * 8 - end)
  const bitPadding = Math.max(0, Math.min(unitEnd, size * 8) - end)
  return {
    kind,
    name: type.name ?? null,
    size,
    cachelines: Math.ceil(size / cachelineSize),
    members,
    ...totals,
    padding: Math.floor((rest - Math.min(bitPadding, rest)) / 8),
    bitPadding: Math.min(bitPadding, rest),
    position: type.position ?? null,
  }
}

function place(member: Member, bytes: number, base: number, context: Context): LayoutMember {
  const { name = null, type, bitOffset, bitSize } = member
  const inner = stripTypedefs(type)
  const described = {
    name,
    type: typeName(type),
    declaration: declaration(type, name ?? ''),
    ...(inner.kind === 'enum' &&
      inner.name === undefined &&
      !namedByTypedef(member) && { enumerators: inner.enumerators.map((each) => ({ name: each.name, value: String(each.value) })) }),
  }
  if (bitSize !== undefined) {
    // The storage unit: the aligned integer of the declared type that the field is in. One that straddles two (packed
    // structs) is counted from its first byte.
    const unit = bytes === 0 ? 8 : bytes * 8
    let start = bitOffset - (bitOffset % unit)
    if (bitOffset + bitSize > start + unit) start = bitOffset - (bitOffset % 8)
    return { ...described, offset: base + start / 8, size: bytes, bitOffset: bitOffset - start, bitSize }
  }
  const offset = base + Math.floor(bitOffset / 8)
  if (inner.kind === 'array') {
    const element = elementOf(inner)
    return { ...described, offset, size: bytes, ...(isCompound(element) && inPlace(element, member, offset, context)) }
  }
  if (!isCompound(inner)) return { ...described, offset, size: bytes }
  const padding = paddingOf(inner)
  const common = { ...described, offset, size: bytes, ...(padding > 0 && { padding }) }
  // Behind a typedef the type has a name, and a layout of its own under it.
  return { ...common, ...inPlace(inner, member, offset, context) }
}

function inPlace(type: CompoundType, member: Member, offset: number, context: Context): { layout?: Layout } {
  if (type.name !== undefined || namedByTypedef(member) || context.nesting >= maxNesting) return {}
  return { layout: measure(type, offset, { ...context, nesting: context.nesting + 1 }) }
}

/** Of an array of arrays the innermost element's type. */
function elementOf(array: ArrayType): Type {
  let element: Type = array
  for (let depth = 0; depth < 100 && element.kind === 'array'; depth++) element = element.element
  return element
}

function namedByTypedef({ type }: Member): boolean {
  let current = type
  for (let depth = 0; depth < 100; depth++) {
    switch (current.kind) {
      case 'typedef':
        return true
      case 'const':
      case 'volatile':
      case 'restrict':
      case 'atomic':
        current = current.target
        break
      case 'array':
        current = current.element
        break
      default:
        return false
    }
  }
  return true
}

const paddings = new WeakMap<CompoundType, number>()

/** Bytes after the last member of a struct. Counted once a type: a damaged file may embed a large one many times. */
function paddingOf(type: CompoundType): number {
  let padding = paddings.get(type)
  if (padding === undefined) paddings.set(type, (padding = countPadding(type)))
  return padding
}

function countPadding(type: CompoundType): number {
  if (type.kind === 'union' || type.incomplete) return 0
  let end = 0
  let last: { unitEnd: number } | undefined
  for (const { type: memberType, bitOffset, bitSize } of type.members) {
    const bytes = sizeOf(memberType) ?? 0
    end = Math.max(end, bitOffset + (bitSize ?? bytes * 8))
    if (bitSize === undefined) last = undefined
    else last = { unitEnd: Math.max(last?.unitEnd ?? 0, bitOffset - (bitOffset % (bytes * 8 || 8)) + bytes * 8) }
  }
  return type.members.length === 0 ? 0 : Math.max(0, Math.floor((type.size * 8 - Math.max(end, last?.unitEnd ?? 0)) / 8))
}
