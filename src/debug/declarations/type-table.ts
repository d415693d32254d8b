/**
 * Which C types a declarations module has, what each is called in TypeScript, and how values of any type are spelled there
 * (value-types.ts has the table of it). Definitions of one name that are equal in layout are one entry, also across modules;
 * others of that name get the file they are from as a suffix. How entries are written out: generate.ts.
 */
import {
  isCompound,
  isFlexible,
  stripTypedefs,
  type BaseType,
  type CompoundType,
  type EnumType,
  type NamedType,
  type Type,
  type TypedefType,
} from '../../symbols/type.ts'
import { typeName } from '../../symbols/type-name.ts'
import { characterSize } from '../values/characters.ts'
import { layoutHash } from './layout-hash.ts'
import { IdentifierTable, stringLiteral } from './names.ts'

/** A type with a declaration of its own in the module. */
export interface TypeEntry {
  readonly identifier: string
  readonly type: CompoundType | EnumType | TypedefType
  /** `struct elem`; for an anonymous type the typedef or the path it is known by. */
  readonly spelling: string
  /** Whether `spelling` means this entry: the first of its name. */
  readonly first: boolean
}

type Tagged = CompoundType | EnumType

interface Definition {
  readonly type: Tagged | TypedefType
  readonly entry: TypeEntry
}

/** Names of value-types.ts that a declarations module may use; no type of the target gets one of these. */
export const valueTypeNames = [
  'CArray',
  'CString',
  'CharArray',
  'Complex',
  'FlexArray',
  'FunctionPointer',
  'Opaque',
  'Pointer',
  'ProgramGlobals',
  'Struct',
] as const
type ValueTypeName = (typeof valueTypeNames)[number]

/** Types of a lower number are entered first. */
export function entryOrder(type: NamedType): 0 | 1 | 2 {
  if (type.kind === 'typedef') return 2
  return type.kind !== 'base' && type.incomplete ? 1 : 0
}

/** Pointers and arrays in each other. Real ones stay below a dozen. */
const maxDepth = 50

export class TypeTable {
  /** In the order found; grows while types that nobody listed are reached. */
  readonly entries: TypeEntry[] = []
  /** C spelling of base types to their TypeScript type. */
  readonly baseTypes: Map<string, string> = new Map()
  /** Typedef names that need no declaration, to the identifier they share: `typedef struct elem elem`. */
  readonly sharedTypedefs: Map<string, string> = new Map()
  readonly used: Set<ValueTypeName> = new Set()

  readonly #identifiers: IdentifierTable
  /** By `tag NAME` or `typedef NAME`. */
  readonly #definitions = new Map<string, Definition[]>()
  readonly #byIdentity = new Map<Type, TypeEntry>()

  constructor(taken: Iterable<string>) {
    this.#identifiers = new IdentifierTable([...valueTypeNames, ...taken])
  }

  /**
   * Enters a type's definition; equal ones are entered once. To be entered in the order of {@link entryOrder}: of `struct list`
   * and an unrelated typedef `list` the struct keeps the plain name, and a declaration finds the definition.
   */
  add(type: NamedType): void {
    if (type.kind === 'base') {
      this.baseTypes.set(type.name, this.read(type))
      const spelling = typeName(type)
      if (!this.baseTypes.has(spelling)) this.baseTypes.set(spelling, this.read(type))
    } else this.#entryOf(type)
  }

  #entryOf(type: Tagged | TypedefType): TypeEntry {
    const known = this.#byIdentity.get(type)
    if (known !== undefined) return known
    const { name } = type
    if (name === undefined) throw new TypeError('an anonymous type has no definition of its own')
    const space = type.kind === 'typedef' ? 'typedef' : 'tag'
    const key = `${space} ${name}`
    let definitions = this.#definitions.get(key)
    if (definitions === undefined) this.#definitions.set(key, (definitions = []))
    const equal = definitions.find((definition) => isSameDefinition(definition.type, type))
    const entry = equal?.entry ?? this.#declare(type, name, definitions.length === 0)
    if (equal === undefined) definitions.push({ type, entry })
    this.#byIdentity.set(type, entry)
    return entry
  }

  #declare(type: Tagged | TypedefType, name: string, first: boolean): TypeEntry {
    if (type.kind === 'typedef') return this.#declareTypedef(type, first)
    const distinction = first ? type.kind : fileName(type.position?.file)
    const identifier = this.#identifiers.take(name, distinction)
    return this.#enter({ identifier, type, spelling: `${type.kind} ${name}`, first })
  }

  #declareTypedef(type: TypedefType, first: boolean): TypeEntry {
    const { name } = type
    const distinction = first ? 'typedef' : fileName(type.position?.file)
    const target = taggedTarget(type)
    if (target !== undefined) {
      if (target.name === undefined) {
        // `typedef struct { … } name`: the interface is the typedef's, and a second typedef of it is an alias.
        const named = this.#byIdentity.get(target)
        if (named === undefined) {
          const identifier = this.#identifiers.take(name, distinction)
          const entry = this.#enter({ identifier, type: target, spelling: name, first })
          this.#byIdentity.set(target, entry)
          return entry
        }
      } else if (target.name === name) {
        const entry = this.#entryOf(target)
        if (first) this.sharedTypedefs.set(name, entry.identifier)
        return entry
      }
    }
    return this.#enter({ identifier: this.#identifiers.take(name, distinction), type, spelling: name, first })
  }

  #enter(entry: TypeEntry): TypeEntry {
    this.entries.push(entry)
    return entry
  }

  /**
   * Declares a type that has neither tag nor typedef under a name made of where it was met: `elem$link`. Static locals of one
   * name often have equal ones (macros make them), which are one entry.
   */
  #nameAnonymous(type: Tagged, place: Place): TypeEntry {
    const key = `anonymous ${place.identifier} ${place.member} ${layoutHash(type)}`
    const [equal] = this.#definitions.get(key) ?? []
    if (equal !== undefined) {
      this.#byIdentity.set(type, equal.entry)
      return equal.entry
    }
    const identifier = this.#identifiers.take(`${place.identifier}$${place.member}`, type.kind)
    const entry = this.#enter({
      identifier,
      type,
      spelling: place.spelling === '' ? place.member : `${place.spelling}.${place.member}`,
      first: false,
    })
    this.#byIdentity.set(type, entry)
    return entry
  }

  /**
   * What reading a place of that type gives.
   * @param place what an anonymous type in it is called after.
   */
  read(type: Type, place: Place = nowhere, depth: number = 0): string {
    if (depth > maxDepth) return 'unknown'
    switch (type.kind) {
      case 'const':
      case 'volatile':
      case 'restrict':
      case 'atomic': {
        const stripped = unqualified(type)
        return stripped === undefined ? 'unknown' : this.read(stripped, place, depth + 1)
      }
      case 'typedef':
        return this.#entryOf(type).identifier
      case 'void':
        return this.use('Opaque')
      case 'base':
        return this.#readBase(type)
      case 'function':
        return this.use('FunctionPointer')
      case 'pointer': {
        if (type.size !== 8 && type.size !== 4) return this.use('Opaque')
        return `${this.#pointedTo(type.target, place, depth)} | null`
      }
      case 'array': {
        if (isFlexible(type)) {
          return `${this.use('FlexArray')}<${this.read(type.element, place, depth + 1)}>`
        }
        if (!type.vector && characterSize(type.element) !== undefined) return this.use('CharArray')
        return `${this.use('CArray')}<${this.read(type.element, place, depth + 1)}>`
      }
      case 'struct':
      case 'union':
      case 'class':
      case 'enum': {
        const known = this.#byIdentity.get(type)
        if (known !== undefined) return known.identifier
        return (type.name === undefined ? this.#nameAnonymous(type, place) : this.#entryOf(type)).identifier
      }
      case 'unknown':
        return this.use('Opaque')
    }
  }

  /** What values/value-space.ts makes of a base type; a size that no compiler states comes from a damaged file. */
  #readBase({ size, encoding }: BaseType): string {
    if (size < 1 || size > 512) return this.use('Opaque')
    switch (encoding) {
      case 'boolean':
        return 'boolean'
      case 'signed':
      case 'unsigned':
      case 'signed-char':
      case 'unsigned-char':
      case 'utf':
        return size > 4 ? 'bigint' : 'number'
      case 'float':
        return floatSizes.has(size) ? 'number' : this.use('Opaque')
      case 'complex':
        return floatSizes.has(size / 2) ? this.use('Complex') : this.use('Opaque')
      case 'decimal-float':
      case 'other':
        return this.use('Opaque')
    }
  }

  #pointedTo(type: Type, place: Place, depth: number): string {
    if (characterSize(type) !== undefined) return this.use('CString')
    const target = stripTypedefs(type)
    switch (target.kind) {
      case 'void':
      case 'unknown':
        return this.use('Opaque')
      case 'function':
        return this.use('FunctionPointer')
      case 'struct':
      case 'union':
      case 'class':
        return this.read(type, place, depth + 1)
      case 'base':
      case 'pointer':
      case 'array':
      case 'enum': {
        const read = this.read(type, place, depth + 1)
        // What cannot be read as a value is a place, and a pointer to it that place.
        return read === 'Opaque' ? read : `${this.use('Pointer')}<${read}>`
      }
    }
  }

  /** What a typedef stands for, for its declaration; never the typedef itself. */
  alias(type: TypedefType, identifier: string): string {
    // A damaged file's typedef may lead back to itself, which TypeScript would refuse.
    if (stripTypedefs(type).kind === 'unknown') return this.use('Opaque')
    return this.read(type.target, { identifier, spelling: type.name, member: 'target' })
  }

  /** Marks a name of value-types.ts as used by the module's text. */
  use(name: ValueTypeName): ValueTypeName {
    this.used.add(name)
    return name
  }
}

/** IEEE binary16 to binary128 and x87's, with and without padding. */
const floatSizes = new Set([2, 4, 8, 10, 12, 16])

/** Where an anonymous type is met. */
export interface Place {
  /** The TypeScript type it is in. */
  readonly identifier: string
  /** The same in C. */
  readonly spelling: string
  readonly member: string
}

const nowhere: Place = { identifier: 'anonymous', spelling: '', member: 'type' }

/** A mere declaration stands for the first definition of its name, which is what reading through it finds. */
function isSameDefinition(known: Tagged | TypedefType, type: Tagged | TypedefType): boolean {
  if (known.kind !== type.kind) return false
  return (type.kind !== 'typedef' && type.incomplete) || layoutHash(known) === layoutHash(type)
}

/** The struct, union or enum that a typedef is another name of: directly, not through further typedefs. */
export function taggedTarget(type: TypedefType): Tagged | undefined {
  const target = unqualified(type.target)
  return target !== undefined && (isCompound(target) || target.kind === 'enum') ? target : undefined
}

/** The type behind qualifiers, typedefs kept. Undefined for qualifiers without end. */
function unqualified(type: Type): Type | undefined {
  let current = type
  for (let depth = 0; depth < 100; depth++) {
    if (current.kind !== 'const' && current.kind !== 'volatile' && current.kind !== 'restrict' && current.kind !== 'atomic') return current
    current = current.target
  }
  return undefined
}

function fileName(path: string | undefined): string {
  return path === undefined ? 'other' : (/[^/]*$/.exec(path)?.[0] ?? path)
}

/** An enum's values: the first name of each value, and what other values read as. */
export function enumText(type: EnumType): string {
  const names = new Map<bigint, string>()
  for (const { name, value } of type.enumerators) if (!names.has(value)) names.set(value, stringLiteral(name))
  return [...names.values(), type.size > 4 ? 'bigint' : 'number'].join(' | ')
}
