/**
 * How types are spelled in C, with the spaces GDB's `whatis` puts: `struct elem *`, `int (*)(int, char)`, `char [16]`.
 * ISO C 6.7.6 and 6.7.7 (declarators, type names). Reading such a spelling back: debug/expression/type-parser.ts.
 *
 * A damaged file can make types that contain themselves or that fan out without end, so a spelling is bounded: beyond
 * {@link maxParts} parts it ends in `...`.
 */
import { sizeOf, type CompoundType, type EnumType, type FunctionType, type Member, type Type } from './type.ts'

/** Pointers, arrays, qualifiers and parameters in one spelling. Real ones stay below a hundred. */
const maxParts = 1000

/** The type's name as a cast would spell it. Anonymous ones are `struct {...}`. */
export function typeName(type: Type): string {
  return spell(type, '', { parts: 0 })
}

/** The declaration of `name` with that type, without the semicolon: `int (*f)(int)`. */
export function declaration(type: Type, name: string): string {
  return spell(type, name, { parts: 0 })
}

/** Builds the declarator from the name outwards: every pointer, array and function wraps what is there already. */
function spell(type: Type, name: string, budget: { parts: number }): string {
  let declarator = name
  // A qualified pointer is followed by a space before a name or an outer pointer, not before `[3]` or `(int)`.
  let spaceAfterQualifier = name !== ''
  let qualifiers = 0
  let current = type
  while (budget.parts++ < maxParts) {
    switch (current.kind) {
      case 'const':
      case 'volatile':
      case 'restrict':
      case 'atomic':
        qualifiers |= qualifierBits[current.kind]
        current = current.target
        break
      case 'pointer': {
        if (qualifiers !== 0) declarator = `* ${qualifierWords(qualifiers)}${spaceAfterQualifier ? ' ' : ''}${declarator}`
        else declarator = `*${declarator}`
        qualifiers = 0
        spaceAfterQualifier = true
        current = current.target
        if (isArrayOrFunction(current)) declarator = `(${declarator})`
        break
      }
      case 'array':
        if (current.vector) declarator = `${declarator} __attribute__ ((vector_size(${current.count ?? 0})))`
        else declarator = `${declarator}[${current.count ?? ''}]`
        current = current.element
        break
      case 'function':
        declarator = `${declarator}(${parameterList(current, budget)})`
        spaceAfterQualifier = false
        qualifiers = 0
        current = current.returns
        break
      case 'void':
      case 'base':
      case 'typedef':
      case 'struct':
      case 'union':
      case 'class':
      case 'enum':
      case 'unknown': {
        const base = qualifiers === 0 ? baseName(current) : `${qualifierWords(qualifiers)} ${baseName(current)}`
        return declarator === '' || declarator.startsWith(' ') ? base + declarator : `${base} ${declarator}`
      }
    }
  }
  return `... ${declarator}`
}

type Named = Exclude<Type, { kind: 'pointer' | 'array' | 'function' | keyof typeof qualifierBits }>

function baseName(type: Named): string {
  switch (type.kind) {
    case 'void':
      return 'void'
    case 'base':
      return canonicalBaseName(type.name)
    case 'typedef':
      return type.name
    case 'struct':
    case 'union':
    case 'class':
    case 'enum':
      return `${type.kind} ${type.name ?? '{...}'}`
    case 'unknown':
      return type.name ?? '<unknown type>'
  }
}

function parameterList(type: FunctionType, budget: { parts: number }): string {
  const parameters: string[] = []
  for (const parameter of type.parameters) {
    if (budget.parts >= maxParts) break
    parameters.push(spell(parameter.type, '', budget))
  }
  if (type.variadic && (type.prototyped || parameters.length > 0)) parameters.push('...')
  if (parameters.length === 0 && type.prototyped) return 'void'
  return parameters.join(', ')
}

const qualifierBits = { const: 1, volatile: 2, restrict: 4, atomic: 8 } as const

function qualifierWords(bits: number): string {
  const words: string[] = []
  if (bits & qualifierBits.const) words.push('const')
  if (bits & qualifierBits.volatile) words.push('volatile')
  if (bits & qualifierBits.restrict) words.push('restrict')
  if (bits & qualifierBits.atomic) words.push('_Atomic')
  return words.join(' ')
}

function isArrayOrFunction(type: Type): boolean {
  let current = type
  for (let depth = 0; depth < 16; depth++) {
    switch (current.kind) {
      case 'const':
      case 'volatile':
      case 'restrict':
      case 'atomic':
        current = current.target
        break
      default:
        return current.kind === 'array' || current.kind === 'function'
    }
  }
  return false
}

/**
 * A C integer or floating type's name with its words in one order and the implied ones left out, since compilers differ:
 * GCC's `long unsigned int` and Clang's `unsigned long` both give `unsigned long`. Other names come back unchanged.
 */
export function canonicalBaseName(name: string): string {
  let canonical = canonicalNames.get(name)
  if (canonical === undefined) {
    canonical = canonicalise(name)
    // A program has a few dozen base types; the bound is for one made to have many.
    if (canonicalNames.size < 1000) canonicalNames.set(name, canonical)
  }
  return canonical
}

const canonicalNames = new Map<string, string>()

function canonicalise(name: string): string {
  if (!/^[a-z ]+$/.test(name)) return name
  const words = name.split(' ').filter((word) => word !== '')
  const count = (word: string): number => words.filter((each) => each === word).length
  if (words.some((word) => !integerWords.has(word))) return name
  const sign = count('unsigned') > 0 ? 'unsigned ' : ''
  if (count('char') > 0) return count('signed') > 0 ? 'signed char' : `${sign}char`
  if (count('double') > 0) return count('long') > 0 ? 'long double' : 'double'
  if (count('short') > 0) return `${sign}short`
  if (count('long') > 1) return `${sign}long long`
  if (count('long') === 1) return `${sign}long`
  return words.length === 0 ? name : `${sign}int`
}

const integerWords = new Set(['unsigned', 'signed', 'char', 'short', 'int', 'long', 'double'])

/**
 * True when two types, of one module or of two, are the same to a C programmer: tags and typedefs by their names, anonymous
 * types by their members, everything else by what it is made of. Qualifiers count. A declaration equals its definition.
 */
export function sameType(a: Type, b: Type): boolean {
  return same(a, b, { parts: 0 })
}

function same(a: Type, b: Type, budget: { parts: number }): boolean {
  if (a === b) return true
  // Types this deep are damaged or adversarial; saying "different" is the answer that loses nothing.
  if (budget.parts++ > 4 * maxParts) return false
  switch (a.kind) {
    case 'void':
      return b.kind === 'void'
    case 'base':
      return b.kind === 'base' && a.size === b.size && a.encoding === b.encoding && canonicalBaseName(a.name) === canonicalBaseName(b.name)
    case 'pointer':
      return b.kind === 'pointer' && a.size === b.size && same(a.target, b.target, budget)
    case 'const':
    case 'volatile':
    case 'restrict':
    case 'atomic':
      return b.kind === a.kind && same(a.target, b.target, budget)
    case 'array':
      return b.kind === 'array' && a.count === b.count && a.vector === b.vector && same(a.element, b.element, budget)
    case 'typedef':
      return b.kind === 'typedef' && a.name === b.name && same(a.target, b.target, budget)
    case 'function':
      return b.kind === 'function' && sameFunction(a, b, budget)
    case 'struct':
    case 'union':
    case 'class':
      if (b.kind !== a.kind || a.name !== b.name) return false
      if (a.incomplete || b.incomplete) return a.name !== undefined
      return a.size === b.size && sameMembers(a, b, budget)
    case 'enum':
      return b.kind === 'enum' && a.name === b.name && sameEnumerators(a, b)
    case 'unknown':
      return b.kind === 'unknown' && a.name !== undefined && a.name === b.name && a.size === b.size
  }
}

function sameFunction(a: FunctionType, b: FunctionType, budget: { parts: number }): boolean {
  if (a.variadic !== b.variadic || a.prototyped !== b.prototyped || a.parameters.length !== b.parameters.length) return false
  if (!same(a.returns, b.returns, budget)) return false
  return a.parameters.every((parameter, index) => {
    const other = b.parameters[index]
    return other !== undefined && same(parameter.type, other.type, budget)
  })
}

/** Tagged types are told apart by their members' names and places; only anonymous ones need their members' types. */
function sameMembers(a: CompoundType, b: CompoundType, budget: { parts: number }): boolean {
  if (a.members.length !== b.members.length) return false
  return a.members.every((member, index) => {
    const other = b.members[index]
    if (other === undefined || member.name !== other.name) return false
    if (member.bitOffset !== other.bitOffset) return false
    // A bit field as wide as its type is an ordinary member to GCC and a bit field to Clang.
    if (member.bitSize !== other.bitSize && bitWidth(member) !== bitWidth(other)) return false
    return a.name !== undefined || same(member.type, other.type, budget)
  })
}

function bitWidth(member: Member): number | undefined {
  return member.bitSize ?? (sizeOf(member.type) ?? 0) * 8
}

function sameEnumerators(a: EnumType, b: EnumType): boolean {
  if (a.incomplete || b.incomplete) return a.name !== undefined
  if (a.size !== b.size || a.enumerators.length !== b.enumerators.length) return false
  return a.enumerators.every((enumerator, index) => {
    const other = b.enumerators[index]
    return other !== undefined && enumerator.name === other.name && enumerator.value === other.value
  })
}
