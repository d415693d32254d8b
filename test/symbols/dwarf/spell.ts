/** A type in one line, whole, for comparing: `struct forward{value@0 int; next@64 struct forward *}`. */
import type { Type } from '../../../src/symbols/type.ts'

/** @param depth of structs that are spelled with their members; deeper ones are named. */
export function spell(type: Type, depth = 1): string {
  switch (type.kind) {
    case 'void':
      return 'void'
    case 'base':
      return type.bitSize === undefined ? `${type.encoding}${type.size}` : `${type.encoding}${type.size}/${type.bitSize}`
    case 'pointer':
      return `${spell(type.target, 0)} *`
    case 'array':
      return `${spell(type.element, depth)}[${type.count ?? ''}]${type.vector ? ' vector' : ''}`
    case 'struct':
    case 'union':
    case 'class': {
      const head = `${type.kind} ${type.name ?? '{}'}${type.incomplete ? ' incomplete' : ''}`
      if (depth === 0) return head
      const members = type.members.map(
        ({ name, bitOffset, bitSize, type: member }) =>
          `${name ?? ''}@${bitOffset}${bitSize === undefined ? '' : `:${bitSize}`} ${spell(member, name === undefined ? depth : depth - 1)}`,
      )
      return `${head}(${type.size}){${members.join('; ')}}`
    }
    case 'enum': {
      const values = type.enumerators.map(({ name, value }) => `${name}=${value}`)
      return `enum ${type.name ?? ''}${type.signed ? ' signed' : ''}(${type.size}){${values.join(', ')}}`
    }
    case 'typedef':
      return `${type.name}=${spell(type.target, depth)}`
    case 'const':
    case 'volatile':
    case 'restrict':
    case 'atomic':
      return `${type.kind} ${spell(type.target, depth)}`
    case 'function': {
      const parameters = type.parameters.map(({ type: parameter }) => spell(parameter, 0))
      if (type.variadic) parameters.push('...')
      return `${spell(type.returns, 0)}(${type.prototyped ? parameters.join(', ') : '?'})`
    }
    case 'unknown':
      return `unknown: ${type.reason}`
  }
}
