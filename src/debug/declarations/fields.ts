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
const maxNesting = 64
/** A damaged file may also fan out: members looked at. The largest struct of the Linux kernel has 600. */
const maxMembers = 200_000

/** In declaration order. Names can repeat in a damaged file. */
export function fieldsOf(compound: CompoundType): Field[] {
  const fields: Field[] = []
  collect(compound, 0, 0, fields, { members: maxMembers })
  return fields
}

function collect(compound: CompoundType, base: number, nesting: number, into: Field[], left: { members: number }): void {
  for (const member of compound.members) {
    if (left.members-- <= 0) return
    const { name, type, bitSize, line } = member
    const bitOffset = base + member.bitOffset
    if (name !== undefined) {
      into.push({ name, type, bitOffset, bitSize, line })
      continue
    }
    const inner = stripTypedefs(type)
    if (isCompound(inner) && nesting < maxNesting) collect(inner, bitOffset, nesting + 1, into, left)
  }
}
