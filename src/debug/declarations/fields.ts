/**
 * The fields of a struct or union as a script sees them: members of anonymous structs and unions are the outer type's own
 * (ISO C 6.7.2.1 p15), at their offsets from its start. Used for the declarations, their comparison and the layout hash.
 */
import { isCompound, stripTypedefs, type CompoundType, type Type } from '../../symbols/type.ts'

export interface Field {
  readonly name: string
  readonly type: Type
  /** From the start of the outermost compound. */
  readonly bitOffset: number
  readonly bitSize: number | undefined
  readonly line: number | undefined
}

/** Anonymous members within anonymous members: real programs stay below ten, a damaged file may nest for ever. */
const maxNesting = 32
/** The same file may fan out: members looked at for one compound. The largest struct of the Linux kernel has 600. */
const maxMembers = 20_000

const known = new WeakMap<CompoundType, readonly Field[]>()

/** In declaration order. Of several of one name, which only a damaged file has, the first. */
export function fieldsOf(compound: CompoundType): readonly Field[] {
  const found = known.get(compound)
  if (found !== undefined) return found
  const fields = new Map<string, Field>()
  collect(compound, 0, 0, fields, { members: maxMembers })
  const list = [...fields.values()]
  known.set(compound, list)
  return list
}

function collect(compound: CompoundType, base: number, nesting: number, into: Map<string, Field>, left: { members: number }): void {
  for (const member of compound.members) {
    if (left.members-- <= 0) return
    const { name, type, bitSize, line } = member
    const bitOffset = base + member.bitOffset
    if (name !== undefined) {
      if (!into.has(name)) into.set(name, { name, type, bitOffset, bitSize, line })
      continue
    }
    const inner = stripTypedefs(type)
    if (isCompound(inner) && nesting < maxNesting) collect(inner, bitOffset, nesting + 1, into, left)
  }
}
