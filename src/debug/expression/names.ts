/**
 * What the names in an expression stand for: variables (`x`, `'file.c'::x`, `function::x`), functions, enumerators, symbols
 * without debug information, and types. Where several things have one name, files tell them apart.
 */
import { InvivoError } from '../../errors.ts'
import { canonicalBaseName, sameType, typeName } from '../../symbols/type-name.ts'
import type { BaseType, CompoundType, EnumType, NamedType, Type, UnknownType } from '../../symbols/type.ts'
import { CValue } from '../c-value.ts'
import type { Inspector, PlacedVariable } from '../inspector.ts'
import { isFile } from '../variables.ts'
import type { ScopePart } from './syntax.ts'

/** @throws InvivoError NOT_FOUND, AMBIGUOUS. */
export function resolveName(inspector: Inspector, name: string, scope: readonly ScopePart[]): CValue {
  const written = [...scope.map((part) => (part.quoted ? `'${part.text}'` : part.text)), name].join('::')
  const files = scope.filter((part) => part.quoted).map((part) => part.text)
  const functions = scope.filter((part) => !part.quoted).map((part) => part.text)
  const inScope = (unit: string): boolean => files.every((file) => isFile(unit, file))

  const variables = inspector
    .findVariables(name)
    .filter(({ variable }) => inScope(variable.unit) && functions.every((each) => each === variable.enclosingFunction))
  const variable = chooseVariable(variables, name, functions.length > 0)
  const named = functions.length > 0 ? [] : inspector.findFunctions(name).filter((each) => each.address !== undefined && inScope(each.unit))
  if (variable !== undefined) {
    const { external, enclosingFunction, unit } = variable.variable
    if (!external && enclosingFunction === undefined && named.length > 0) {
      throw ambiguous(`'${name}'`, [
        `variable '${baseName(unit)}'::${name}`,
        ...named.map((each) => `function '${baseName(each.unit)}'::${name}`),
      ])
    }
    return variableValue(inspector, variable, written)
  }

  if (functions.length === 0) {
    const placed = named[0]
    if (placed?.address !== undefined) {
      const others = named.filter((each) => each.address !== placed.address)
      if (others.length > 0 && files.length === 0 && !inspector.findSymbols(name).some((symbol) => symbol.address === placed.address)) {
        throw ambiguous(`function '${name}'`, [...new Set(named.map((each) => `'${baseName(each.unit)}'::${name}`))])
      }
      return CValue.at(inspector, placed.type, placed.address, written)
    }
  }
  if (scope.length === 0) {
    const enumerator = inspector.findEnumerators(name)[0]
    if (enumerator !== undefined) return CValue.integer(inspector, enumerator.type, enumerator.value)
    const symbol = inspector.findSymbols(name)[0]
    if (symbol !== undefined) return CValue.at(inspector, symbol.kind === 'function' ? textSymbol : dataSymbol, symbol.address, written)
  }
  const [type] = scope.length === 0 ? inspector.findTypes(name) : []
  if (type !== undefined) throw new InvivoError('TYPE_ERROR', `'${typeName(type)}' is a type, where a value is needed`)
  const elsewhere = scope.length === 0 ? [] : [...new Set(inspector.findVariables(name).map(inItsPlace))].slice(0, MAX_CHOICES)
  const hint = elsewhere.length > 0 ? `; there is ${elsewhere.join(', ')}` : (inspector.suggest?.(name) ?? '')
  throw new InvivoError('NOT_FOUND', `no variable, function or enumerator ${files.length > 0 ? written : `'${written}'`}${hint}`)
}

/** Of those that a name may mean, so many are told. */
const MAX_CHOICES = 8

/** `'block.c'::state`, `'block.c'::function::calls`. */
function inItsPlace({ variable }: PlacedVariable): string {
  const { name, unit, enclosingFunction } = variable
  return `'${baseName(unit)}'::${enclosingFunction === undefined ? '' : `${enclosingFunction}::`}${name}`
}

/** What GDB calls symbols that only the symbol table knows. */
export const textSymbol: UnknownType = { kind: 'unknown', name: '<text variable, no debug info>', size: 1, reason: 'no debug information' }
export const dataSymbol: UnknownType = {
  kind: 'unknown',
  name: '<data variable, no debug info>',
  size: undefined,
  reason: 'no debug information',
}

/** One visible everywhere wins; then the only one of its file; then the only static local. */
function chooseVariable(variables: readonly PlacedVariable[], name: string, inFunction: boolean): PlacedVariable | undefined {
  const external = variables.find(({ variable }) => variable.external)
  if (external !== undefined) return external
  const ofFile = inFunction ? variables : variables.filter(({ variable }) => variable.enclosingFunction === undefined)
  const candidates = ofFile.length > 0 ? ofFile : variables
  const first = candidates[0]
  const others = candidates.filter((each) => each.address === undefined || each.address !== first?.address)
  if (first === undefined || others.length <= (first.address === undefined ? 1 : 0)) return first
  const choices = candidates.map(inItsPlace)
  // Blocks of one function may each have a static of that name, which no spelling tells apart.
  const distinct = [...new Set(choices)]
  if (distinct.length === 1) return first
  throw ambiguous(`variable '${name}'`, distinct)
}

function ambiguous(what: string, choices: readonly string[]): InvivoError {
  const shown = choices.slice(0, MAX_CHOICES).join(', ')
  const more = choices.length > MAX_CHOICES ? `, and ${choices.length - MAX_CHOICES} more` : ''
  return new InvivoError('AMBIGUOUS', `there are several: ${what} is one of ${shown}${more}`)
}

function variableValue(inspector: Inspector, placed: PlacedVariable, path: string): CValue {
  const { variable, address } = placed
  const { location, type } = variable
  if (address !== undefined) return CValue.at(inspector, type, address, path)
  switch (location.kind) {
    case 'address':
      return CValue.at(inspector, type, BigInt(location.address), path)
    case 'constant':
      return CValue.of(inspector, type, location.bytes, path)
    case 'thread-local':
      return CValue.unavailable(inspector, type, 'thread-local: each thread has its own', path)
    case 'unavailable':
      return CValue.unavailable(inspector, type, location.reason, path)
  }
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** @throws InvivoError NOT_FOUND, AMBIGUOUS when there are different types of that tag and no file chooses one. */
export function findTag(
  inspector: Inspector,
  kind: 'struct' | 'union' | 'class' | 'enum',
  name: string,
  file: string | undefined,
): CompoundType | EnumType {
  const found = inspector
    .findTypes(name, kind)
    .filter(
      (type): type is CompoundType | EnumType =>
        type.kind === 'struct' || type.kind === 'union' || type.kind === 'class' || type.kind === 'enum',
    )
  const chosen = chooseType(found, `${kind} ${name}`, file)
  if (chosen !== undefined) return chosen
  const suffix = file === undefined ? (inspector.suggest?.(name) ?? '') : ''
  throw new InvivoError('NOT_FOUND', `no type '${kind} ${file === undefined ? '' : `'${file}'::`}${name}'${suffix}`)
}

/** @returns undefined when there is none. @throws InvivoError AMBIGUOUS. */
export function findTypedef(inspector: Inspector, name: string, file: string | undefined): NamedType | undefined {
  const typedefs = inspector.findTypes(name, 'typedef')
  if (typedefs.length > 0) return chooseType(typedefs, name, file)
  return file === undefined ? inspector.findTypes(name, 'base')[0] : undefined
}

/** A variable, function or enumerator of that name takes it from a typedef, as in C where both are in scope. */
export function hidesType(inspector: Inspector, name: string, file: string | undefined): boolean {
  const variables = inspector.findVariables(name)
  return variables.some(({ variable }) => variable.enclosingFunction === undefined && (file === undefined || isFile(variable.unit, file)))
}

function chooseType<T extends NamedType>(types: readonly T[], spelling: string, file: string | undefined): T | undefined {
  const matching = file === undefined ? types : types.filter((type) => 'position' in type && isFile(type.position?.file, file))
  const first = matching.find((type) => !('incomplete' in type && type.incomplete)) ?? matching[0]
  if (first === undefined) return undefined
  const different = matching.filter((type) => type !== first && !('incomplete' in type && type.incomplete) && !sameType(type, first))
  if (different.length === 0) return first
  const choices = [first, ...different].map((type) => {
    const [keyword, tag] = spelling.includes(' ') ? spelling.split(' ') : ['', spelling]
    const position = 'position' in type ? type.position : undefined
    const where = position === undefined ? '?' : baseName(position.file)
    return `${keyword === '' ? '' : `${keyword} `}'${where}'::${tag}`
  })
  const distinct = [...new Set(choices)]
  // The same file gave both (a header read under two sets of macros): no spelling tells them apart.
  if (distinct.length === 1) return first
  throw ambiguous(`type '${spelling}'`, distinct)
}

const floats = new Map<string, number>([
  ['float', 4],
  ['double', 8],
  ['_Float16', 2],
  ['_Float32', 4],
  ['_Float64', 8],
  ['_Float128', 16],
  ['__float128', 16],
])

/** A type of C itself by the words it is spelled with, in any order. @returns undefined when they make no type. */
export function basicType(inspector: Inspector, words: readonly string[]): Type | undefined {
  const isComplex = words.some((word) => word === '_Complex' || word === '__complex__' || word === 'complex')
  const rest = words.filter((word) => word !== '_Complex' && word !== '__complex__' && word !== 'complex')
  const spelled = canonicalBaseName(rest.join(' '))
  const sorted = rest.toSorted().join(' ')
  if (isComplex) {
    const part = floatType(inspector, spelled === 'int' || rest.length === 0 ? 'double' : spelled)
    return part === undefined
      ? undefined
      : { kind: 'base', name: `complex ${part.name}`, size: part.size * 2, encoding: 'complex', bitSize: undefined }
  }
  if (spelled === 'void') return { kind: 'void' }
  if (spelled === '_Bool') return { kind: 'base', name: '_Bool', size: 1, encoding: 'boolean', bitSize: undefined }
  if (sorted === '__int128' || sorted === '__int128 signed') return wideInteger('__int128', 'signed')
  if (sorted === '__int128 unsigned') return wideInteger('__int128 unsigned', 'unsigned')
  const real = floatType(inspector, spelled)
  if (real !== undefined) return real
  return integerSpelling.test(spelled) && validWords(rest) ? inspector.baseType(spelled) : undefined
}

const integerSpelling = /^(?:signed char|(?:unsigned )?(?:char|short|int|long|long long))$/

function validWords(words: readonly string[]): boolean {
  const count = (word: string): number => words.filter((each) => each === word).length
  const signs = count('signed') + count('unsigned')
  if (signs > 1 || count('long') > 2 || count('int') > 1 || count('char') > 1 || count('short') > 1 || count('double') > 0) return false
  const kinds = Math.min(1, count('long')) + count('short') + count('char')
  return kinds <= 1 && !(count('char') > 0 && count('int') > 0)
}

export function floatType(inspector: Inspector, name: string): BaseType | undefined {
  const size = name === 'long double' ? (inspector.addressSize === 8 ? 16 : 12) : floats.get(name)
  return size === undefined ? undefined : { kind: 'base', name, size, encoding: 'float', bitSize: undefined }
}

function wideInteger(name: string, encoding: 'signed' | 'unsigned'): BaseType {
  return { kind: 'base', name, size: 16, encoding, bitSize: undefined }
}

/** The type of a wide character constant, as the program spells it, or by size where it has none. */
export function characterType(inspector: Inspector, prefix: '' | 'L' | 'u' | 'U'): Type {
  if (prefix === '') return inspector.baseType('char')
  const name = prefix === 'L' ? 'wchar_t' : prefix === 'u' ? 'char16_t' : 'char32_t'
  const found = inspector.findTypes(name, 'typedef')[0] ?? inspector.findTypes(name, 'base')[0]
  if (found !== undefined) return found
  const target = inspector.baseType(prefix === 'u' ? 'unsigned short' : prefix === 'U' ? 'unsigned int' : 'int')
  return { kind: 'typedef', name, target, position: undefined }
}
