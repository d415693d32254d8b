/**
 * What of a type a script depends on, as one short hash: the name, the size, and each field's name, place and way of being
 * read. Typedefs are looked through and qualifiers left out, so that `uint64_t` becoming `unsigned long` is no change, and
 * a typedef that changes its meaning is one. Written into the declarations by generate.ts, compared by compare.ts.
 */
import { hash } from 'node:crypto'
import type { CompoundType, EnumType, Type, TypedefType } from '../../symbols/type.ts'
import { fieldsOf } from './fields.ts'

/** Pointers, arrays and anonymous types in each other. Real ones stay below a dozen. */
const maxDepth = 40
/** Fields in one description, of nested anonymous types too: a damaged file may make types that contain themselves twice. */
const maxFields = 50_000
/** Hex digits: 48 bits. Two layouts of one name meet by chance once in 2^48. */
const digits = 12

const hashes = new WeakMap<CompoundType | EnumType | TypedefType, string>()

/** Hash of a struct's, union's or enum's layout, or of what a typedef stands for: 12 hex digits. */
export function layoutHash(type: CompoundType | EnumType | TypedefType): string {
  const known = hashes.get(type)
  if (known !== undefined) return known
  const made = hash('sha256', describe(type), 'hex').slice(0, digits)
  hashes.set(type, made)
  return made
}

function describe(type: CompoundType | EnumType | TypedefType): string {
  const left = { fields: maxFields }
  if (type.kind === 'typedef') return `typedef ${type.name} ${readAs(type.target, 0, true, left)}`
  return type.kind === 'enum' ? enumText(type) : compoundText(type, 0, left)
}

function compoundText(type: CompoundType, depth: number, left: { fields: number }): string {
  let text = `${type.kind} ${type.name ?? ''} ${type.incomplete ? 'incomplete' : type.size}`
  for (const field of fieldsOf(type)) {
    if (left.fields-- <= 0) break
    text += `\n${field.name} ${field.bitOffset} ${field.bitSize ?? ''} ${readAs(field.type, depth + 1, false, left)}`
  }
  return text
}

function enumText(type: EnumType): string {
  let text = `enum ${type.name ?? ''} ${type.incomplete ? 'incomplete' : type.size} ${type.signed}`
  for (const { name, value } of type.enumerators) text += `\n${name} ${value}`
  return text
}

/**
 * How values of a type are read. Tagged types by their names (they have hashes of their own), anonymous ones by the typedef
 * that names them, or, where there is none or `expand` asks for it, by their contents.
 */
function readAs(type: Type, depth: number, expand: boolean, left: { fields: number }): string {
  let current = type
  let prefix = ''
  let typedef: string | undefined
  let mayExpand = expand
  for (let step = depth; step < maxDepth; step++) {
    switch (current.kind) {
      case 'typedef':
        typedef = current.name
        current = current.target
        continue
      case 'const':
      case 'volatile':
      case 'restrict':
      case 'atomic':
        current = current.target
        continue
      case 'pointer':
        prefix += `*${current.size}`
        typedef = undefined
        mayExpand = false
        current = current.target
        continue
      case 'array':
        prefix += `${current.vector ? 'v' : ''}[${current.count ?? ''}]`
        typedef = undefined
        mayExpand = false
        current = current.element
        continue
      case 'void':
        return `${prefix}void`
      case 'base':
        return `${prefix}${current.encoding}${current.size}${current.bitSize === undefined ? '' : `:${current.bitSize}`}`
      case 'function':
        return `${prefix}function`
      case 'unknown':
        return `${prefix}?${current.name ?? ''} ${current.size ?? ''}`
      case 'struct':
      case 'union':
      case 'class':
        if (current.name !== undefined) return `${prefix}${current.kind} ${current.name}`
        if (typedef !== undefined && !mayExpand) return `${prefix}{${typedef}}`
        return `${prefix}{${compoundText(current, step, left)}}`
      case 'enum':
        if (current.name !== undefined) return `${prefix}enum ${current.name}`
        if (typedef !== undefined && !mayExpand) return `${prefix}{${typedef}}`
        return `${prefix}{${enumText(current)}}`
    }
  }
  return `${prefix}...`
}
