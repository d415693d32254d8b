/**
 * What differs between a declarations module and a target: which field moved, changed or went. Types are equal when their
 * layout hashes are (layout-hash.ts); only then are fields looked at one by one. When this is asked: check-declarations.ts.
 */
import type { DebugInfo, TypeSpace } from '../../symbols/debug-info.ts'
import { declaration } from '../../symbols/type-name.ts'
import { isCompound, stripTypedefs, type CompoundType, type EnumType, type Type, type TypedefType } from '../../symbols/type.ts'
import { fieldsOf } from './fields.ts'
import type { DeclaredModule } from './generate.ts'
import { layoutHash } from './layout-hash.ts'
import { commentText } from './names.ts'
import type { DeclarationsFile, DeclaredType, DeclaredVariable } from './parse.ts'
import { taggedTarget, TypeTable } from './type-table.ts'
import { usedTypes } from './used-types.ts'

const goneText = 'is gone'

type Definition = CompoundType | EnumType | TypedefType

/** One type or variable that is not what the declarations say. */
export interface DeclarationChange {
  /** `struct elem`, `variable 'head'`. */
  readonly subject: string
  /** Whether the script can come to hold it; of a variable, `perhaps` when the script may mean a field of that name. */
  readonly used: boolean | 'perhaps'
  /** No module of the target has it. */
  readonly isGone: boolean
  /** `field 'name' moved from offset 8 to 16`. */
  readonly changes: readonly string[]
}

/**
 * Types and used variables that differ, the used ones first.
 * @param words of the script (used-types.ts).
 * @param onlyUsed leaves out types that the script does not use: each look-up searches the names of a whole program.
 */
export function compareDeclarations(
  declared: DeclarationsFile,
  modules: readonly DeclaredModule[],
  words: ReadonlySet<string>,
  onlyUsed: boolean = false,
): DeclarationChange[] {
  const infos = modules.flatMap(({ info }) => (info === undefined ? [] : [info]))
  const used = usedTypes(declared, words)
  const changes: DeclarationChange[] = []
  const usedFields = new Set(used.values().flatMap((identifier) => declared.types.get(identifier)?.fields.map(({ name }) => name) ?? []))
  for (const variable of declared.globals.values()) {
    const { name } = variable
    if (!words.has(name)) continue
    const change = compareVariable(variable, infos)
    if (change === undefined) continue
    // libc alone has variables `name`, `buffer` and `state`.
    const isUsed = usedFields.has(name) ? 'perhaps' : true
    changes.push({ subject: `variable '${name}'`, used: isUsed, isGone: change === goneText, changes: [change] })
  }
  const others: DeclarationChange[] = []
  for (const type of declared.types.values()) {
    const { identifier, spelling, layout } = type
    const isUsed = used.has(identifier)
    if (spelling === undefined || layout === undefined || (onlyUsed && !isUsed)) continue
    const candidates = findDefinitions(spelling, infos, type.description.startsWith('typedef '))
    if (candidates.some((candidate) => layoutHash(candidate) === layout)) continue
    const [now] = candidates
    const isGone = now === undefined
    const change = { subject: spelling, used: isUsed, isGone, changes: isGone ? [goneText] : compareType(type, now) }
    if (isUsed) changes.push(change)
    else others.push(change)
  }
  return [...changes, ...others]
}

/** All complete definitions of what generate.ts spelled that way, in any module; the kind that was declared first. */
function findDefinitions(spelling: string, infos: readonly DebugInfo[], wasTypedef: boolean = false): Definition[] {
  const [, tag, tagName = ''] = /^(struct|union|class|enum) (.*)$/s.exec(spelling) ?? []
  const [space, name]: [TypeSpace, string] = tag === undefined ? ['typedef', spelling] : [toSpace(tag), tagName]
  const found = infos
    .flatMap((info) => info.findTypes(name, space))
    .flatMap((type): Definition[] => {
      if (type.kind === 'base') return []
      if (type.kind !== 'typedef') return type.incomplete ? [] : [type]
      // The interface of `typedef struct { … } name` is the struct's; a second such typedef is an alias.
      const target = taggedTarget(type)
      if (target === undefined || target.name !== undefined) return [type]
      return wasTypedef ? [type, target] : [target, type]
    })
  return found.length > 0 ? found : findAnonymous(spelling, infos)
}

function toSpace(word: string): TypeSpace {
  return word === 'union' || word === 'class' || word === 'enum' ? word : 'struct'
}

/** `struct elem.link`: the type without a tag of a member, of what a typedef points to, or of a variable. */
function findAnonymous(spelling: string, infos: readonly DebugInfo[]): (CompoundType | EnumType)[] {
  const dot = spelling.lastIndexOf('.')
  const member = spelling.slice(dot + 1)
  const holders: Type[] = []
  if (dot >= 0) {
    for (const parent of findDefinitions(spelling.slice(0, dot), infos)) {
      if (parent.kind === 'typedef') holders.push(parent.target)
      else if (parent.kind !== 'enum') holders.push(...fieldsOf(parent).flatMap(({ name, type }) => (name === member ? [type] : [])))
    }
  }
  if (holders.length === 0) {
    // Of a static local: `function::name`.
    const name = member.slice(member.lastIndexOf(':') + 1)
    for (const info of infos) holders.push(...info.findVariables(name).map(({ type }) => type))
  }
  return holders.flatMap((holder) => {
    const inner = innermost(holder)
    return (isCompound(inner) || inner.kind === 'enum') && inner.name === undefined ? [inner] : []
  })
}

/** Behind pointers, arrays, typedefs and qualifiers. */
function innermost(type: Type): Type {
  let current: Type = stripTypedefs(type)
  for (let depth = 0; depth < 100; depth++) {
    if (current.kind === 'pointer') current = stripTypedefs(current.target)
    else if (current.kind === 'array') current = stripTypedefs(current.element)
    else break
  }
  return current
}

function compareType(was: DeclaredType, now: Definition): string[] {
  switch (now.kind) {
    case 'typedef':
      return [`is now '${declaration(now.target, now.name)}', was '${was.description.replace(/^typedef /, '')}'`]
    case 'enum':
      return compareEnumerators(was, now)
    case 'struct':
    case 'union':
    case 'class':
      return compareFields(was, now)
  }
}

/** What breaks a script comes first: fields that went or read otherwise; then new ones; then those that only moved. */
function compareFields(was: DeclaredType, now: CompoundType): string[] {
  const gone: string[] = []
  const changed: string[] = []
  const moved: string[] = []
  const fields = new Map(fieldsOf(now).map((field) => [field.name, field]))
  const declared = new Set(was.fields.map(({ name }) => name))
  for (const { name, declaration: before, bitOffset, isBitField } of was.fields) {
    const field = fields.get(name)
    if (field === undefined) {
      gone.push(`field '${name}' is gone`)
      continue
    }
    const isBits = field.bitSize !== undefined
    const after = `${declaration(field.type, name)}${isBits ? `:${field.bitSize}` : ''}`
    if (before !== commentText(after)) changed.push(`field '${name}' is now '${after}', was '${before}'`)
    if (bitOffset !== field.bitOffset) {
      moved.push(
        isBits || isBitField
          ? `field '${name}' moved from bit ${bitOffset} to ${field.bitOffset}`
          : `field '${name}' moved from offset ${bitOffset / 8} to ${field.bitOffset / 8}`,
      )
    }
  }
  const added = [...fields.keys()].filter((name) => !declared.has(name)).map((name) => `field '${name}' is new`)
  // What a field that went may be called now.
  if (gone.length > 0) added.push(`fields now: ${listed([...fields.keys()])}`)
  const size = was.size === undefined || was.size === now.size ? [] : [`size ${was.size} → ${now.size}`]
  const changes = [...size, ...atMost(8, gone), ...atMost(8, changed), ...atMost(8, added), ...atMost(4, moved)]
  return changes.length > 0 ? changes : ['a type that one of its fields is spelled with has changed its meaning']
}

function compareEnumerators(was: DeclaredType, now: EnumType): string[] {
  const values = new Map(now.enumerators.map(({ name, value }) => [commentText(name), value]))
  const gone: string[] = []
  const changed: string[] = []
  for (const [name, before] of was.enumerators) {
    const value = values.get(name)
    if (value === undefined) gone.push(`${name} = ${before} is gone`)
    else if (value !== before) changed.push(`${name} is now ${value}, was ${before}`)
  }
  const added = [...values].filter(([name]) => !was.enumerators.has(name)).map(([name, value]) => `${name} = ${value} is new`)
  const size = was.size === undefined || was.size === now.size ? [] : [`size ${was.size} → ${now.size}`]
  const changes = [...size, ...atMost(8, gone), ...atMost(8, changed), ...atMost(8, added)]
  return changes.length > 0 ? changes : ['its enumerators are in another order, or of another sign']
}

function atMost(limit: number, changes: readonly string[]): readonly string[] {
  return changes.length <= limit ? changes : [...changes.slice(0, limit), `and ${changes.length - limit} more`]
}

function compareVariable(was: DeclaredVariable, infos: readonly DebugInfo[]): string | undefined {
  const variables = infos.flatMap((info) => info.findVariables(was.name))
  const [first] = variables
  if (first === undefined) return goneText
  const isSame = variables.some(({ type, name }) => {
    if (commentText(declaration(type, name)) === was.declaration) return true
    // Spelled otherwise in C and read alike: `uint64_t` and `unsigned long`.
    return new TypeTable([]).read(type) === was.text
  })
  return isSame ? undefined : `is now '${declaration(first.type, first.name)}', was '${was.declaration}'`
}

function listed(names: readonly string[]): string {
  return names.length > 12 ? `${names.slice(0, 12).join(', ')}, …` : names.join(', ')
}
