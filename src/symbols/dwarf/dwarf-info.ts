/**
 * Debug information in DWARF (versions 2 to 5 as GCC and Clang write C; .debug_info of the file, or of its separate debug file)
 * as the layers above see it. The index: build-index.ts; type objects: types.ts; variables and functions: variables.ts.
 */
import { InvivoError } from '../../errors.ts'
import type { DebugInfo, ForeignDefinition, FunctionInfo, TypeSpace, Variable } from '../debug-info.ts'
import type { ElfFile } from '../elf/elf-file.ts'
import { describeDebugFileSearch, findDebugFile, type FindDebugFileOptions } from '../find-debug-file.ts'
import type { CompoundType, EnumType, NamedType } from '../type.ts'
import { buildDeepIndex, buildIndex, buildIndexSync, type Progress } from './build-index.ts'
import * as dw from './constants.ts'
import { DwarfFile } from './dwarf-file.ts'
import {
  DECLARATION,
  KIND_BASE,
  KIND_CLASS,
  KIND_ENUM,
  KIND_FUNCTION,
  KIND_MASK,
  KIND_STRUCT,
  KIND_TYPEDEF,
  KIND_UNION,
  KIND_VARIABLE,
  NO_NAME,
  type NameIndex,
} from './name-index.ts'
import { IndexCache, type CachedIndex } from './index-cache.ts'
import { SaveLater } from './save-later.ts'
import { StaticLocalNames } from './static-locals.ts'
import { Types } from './types.ts'
import { Variables } from './variables.ts'

export interface DebugInfoOptions extends FindDebugFileOptions {
  /** Where indexes are kept between runs; false: nowhere. Default: `$XDG_CACHE_HOME/invivo`, else `~/.cache/invivo`. */
  cacheFolder?: string | false
  /** Bytes of .debug_info done, and all of them. */
  onProgress?: Progress
  /** The separate debug file, when it is known already. Closed with the result. */
  debugFile?: ElfFile
}

/**
 * Reads the index of a file's debug information, or of its separate debug file's; everything else is read when asked for.
 * @param elf stays the caller's, and must stay open as long as the result.
 * @throws InvivoError NO_DEBUG_INFO saying where it was looked for; BAD_ELF, BAD_DWARF, UNSUPPORTED.
 */
export async function openDebugInfo(elf: ElfFile, options: DebugInfoOptions = {}): Promise<DwarfInfo> {
  const { file, cache, kept, opened } = prepare(elf, options)
  try {
    const index = kept?.shallow ?? (await buildIndex(file, options.onProgress))
    return new DwarfInfo(file, index, kept, cache, opened)
  } catch (error) {
    opened.owned?.[Symbol.dispose]()
    throw error
  }
}

/** The same at once, for libraries, whose types are wanted in the middle of a script: a little slower on large files. */
export function openDebugInfoSync(elf: ElfFile, options: DebugInfoOptions = {}): DwarfInfo {
  const { file, cache, kept, opened } = prepare(elf, options)
  try {
    const index = kept?.shallow ?? buildIndexSync(file, options.onProgress)
    return new DwarfInfo(file, index, kept, cache, opened)
  } catch (error) {
    opened.owned?.[Symbol.dispose]()
    throw error
  }
}

/** The file that has the debug information. */
interface Opened {
  readonly holder: ElfFile
  /** The same, when it is to be closed with the result. */
  readonly owned: ElfFile | undefined
}

interface Prepared {
  readonly file: DwarfFile
  readonly cache: IndexCache | undefined
  readonly kept: CachedIndex | undefined
  readonly opened: Opened
}

function prepare(elf: ElfFile, options: DebugInfoOptions): Prepared {
  const opened = findHolder(elf, options)
  const { holder, owned } = opened
  try {
    const file = new DwarfFile(holder, [])
    const cache = IndexCache.of(file, holder.buildId ?? elf.buildId, options.cacheFolder)
    const kept = cache?.load(file)
    if (kept !== undefined) file.units = kept.units
    return { file, cache, kept, opened }
  } catch (error) {
    owned?.[Symbol.dispose]()
    throw error
  }
}

function findHolder(elf: ElfFile, options: DebugInfoOptions): Opened {
  let holder = options.debugFile ?? elf
  if (!holder.hasDebugInfo) {
    const search = findDebugFile(elf, options)
    if (search.found === undefined)
      throw new InvivoError('NO_DEBUG_INFO', describeDebugFileSearch(options.programPath ?? elf.path, search), { file: elf.path })
    options.debugFile?.[Symbol.dispose]()
    holder = search.found
  }
  const owned = holder === elf ? undefined : holder
  let refusal: InvivoError | undefined
  if (!holder.hasDebugInfo) {
    const text = `no debug information for ${options.programPath ?? elf.path}: its debug file ${holder.path} has symbols only`
    refusal = new InvivoError('NO_DEBUG_INFO', text, { file: holder.path })
  } else if (holder.header.type === ET_REL) {
    const text = `cannot read the debug information of ${holder.path}: it is not linked yet; link it to a program`
    refusal = new InvivoError('UNSUPPORTED', text, { file: holder.path })
  }
  if (refusal === undefined) return { holder, owned }
  owned?.[Symbol.dispose]()
  throw refusal
}

const ET_REL = 1

export class DwarfInfo implements DebugInfo {
  readonly path: string
  readonly byteOrder: 'little' | 'big'
  readonly addressSize: 4 | 8
  /** What had to be left out because it is damaged, a sentence each. */
  readonly problems: readonly string[]
  readonly #file: DwarfFile
  readonly #index: NameIndex
  readonly #staticLocals: StaticLocalNames
  readonly #owned: ElfFile | undefined
  readonly #saveLater: SaveLater | undefined
  readonly #types: Types
  readonly #variables: Variables
  #deep: NameIndex | undefined
  /** Definitions by declaration: asked again for every pointer to an incomplete type. */
  readonly #definitions = new Map<string, NamedType>()
  readonly #undefined = new Set<string>()
  #foreignDefinition: ForeignDefinition | undefined
  /** What no other module defined, either. */
  readonly #undefinedElsewhere = new Set<string>()

  /** @throws InvivoError BAD_DWARF when there is no unit. */
  constructor(file: DwarfFile, index: NameIndex, kept: CachedIndex | undefined, cache: IndexCache | undefined, opened: Opened) {
    if (file.units.count === 0) {
      const text = `cannot read the debug information of ${file.path}: ${file.problems[0] ?? 'it has no units'}`
      throw new InvivoError('BAD_DWARF', text, { file: file.path, section: '.debug_info' })
    }
    this.path = file.path
    this.byteOrder = file.little ? 'little' : 'big'
    this.addressSize = file.addressSize
    this.problems = file.problems
    this.#file = file
    this.#index = index
    this.#deep = kept?.deep
    this.#staticLocals = new StaticLocalNames(opened.holder)
    this.#owned = opened.owned
    this.#saveLater = cache === undefined ? undefined : new SaveLater(() => this.#save(cache))
    if (kept === undefined) this.#saveLater?.schedule()
    this.#types = new Types(file, (tag, name) => this.#definitionOf(tag, name))
    this.#variables = new Variables(file, this.#types)
  }

  get foreignDefinition(): ForeignDefinition | undefined {
    return this.#foreignDefinition
  }

  /** Also when it is set to what it was: what was found nowhere is looked for again, as there may be further modules. */
  set foreignDefinition(find: ForeignDefinition | undefined) {
    this.#foreignDefinition = find
    this.#undefinedElsewhere.clear()
  }

  get description(): string {
    const { units } = this.#file
    let first = 0
    let producer: string | undefined
    // The first units may be start-up code in assembly language, or units that only hold a type.
    for (let unit = 0; unit < Math.min(units.count, 64) && (producer === undefined || producer.startsWith('GNU AS')); unit++) {
      const own = this.#file.unit(unit).producer
      if (own === undefined) continue
      producer = own
      first = unit
    }
    // `GNU C17 12.2.0 -mtune=generic …`: the options are no description.
    const compiler = producer?.replace(/ -.*$/s, '')
    return `DWARF ${units.versions[first] ?? '?'}${compiler === undefined ? '' : ` (${compiler})`}`
  }

  findTypes(name: string, space?: TypeSpace): readonly NamedType[] {
    const positions = this.#index.find(name)
    // Types within functions are looked for only when there is nothing else of that name: that takes a scan of everything.
    if (positions.length > 0 || !this.#index.mentions(name)) return this.#typesAmong(this.#index, positions, space)
    const deep = this.#deepIndex()
    return this.#typesAmong(deep, deep.find(name), space)
  }

  findVariables(name: string): readonly Variable[] {
    const found = this.#variablesAmong(this.#index, this.#index.find(name))
    if (!this.#staticLocals.mayHave(name)) return found
    const deep = this.#deepIndex()
    return [...found, ...this.#variablesAmong(deep, deep.find(name))]
  }

  findFunctions(name: string): readonly FunctionInfo[] {
    const dies = this.#index.find(name).filter((at) => this.#index.kinds[at] === KIND_FUNCTION)
    return this.#variables.functions(dies.map((at) => this.#index.dies[at] ?? 0))
  }

  findEnumerators(name: string): readonly EnumType[] {
    if (!this.#index.mentions(name)) return []
    return this.#enumerators().get(name) ?? []
  }

  unitOf(type: NamedType): string | undefined {
    const offset = this.#types.offsetOf(type)
    return offset === undefined ? undefined : this.#file.unitOfOffset(offset)?.name
  }

  *types(): Iterable<NamedType> {
    const given = new Set<NamedType>()
    const declared = new Set<string>()
    for (const index of [this.#index, this.#deepIndex()]) {
      for (let at = 0; at < index.count; at++) {
        const kind = index.kinds[at] ?? 0
        if ((kind & KIND_MASK) > KIND_BASE || index.names[at] === NO_NAME) continue
        const type = this.#namedType(index.dies[at] ?? 0)
        if (type === undefined || given.has(type)) continue
        if (isIncomplete(type)) {
          // Declarations of one name in several units are different entries.
          const key = `${type.kind} ${type.name}`
          if (declared.has(key)) continue
          declared.add(key)
        } else if ((kind & DECLARATION) !== 0) continue // Its definition comes by itself, or is another module's.
        given.add(type)
        yield type
      }
    }
  }

  *variables(): Iterable<Variable> {
    for (const index of [this.#index, this.#deepIndex()]) {
      const namesDone = new Set<number>()
      for (let at = 0; at < index.count; at++) {
        if (index.kinds[at] !== KIND_VARIABLE) continue
        const variable = this.#variables.at(index.dies[at] ?? 0, index.functions[at])
        if (variable === undefined) continue
        if (isPlaced(variable)) {
          yield variable
          continue
        }
        // Whether one without a place counts, the others of its name tell.
        const name = index.names[at] ?? NO_NAME
        if (namesDone.has(name)) continue
        namesDone.add(name)
        for (const other of this.#variablesAmong(index, index.sameName(at))) if (!isPlaced(other)) yield other
      }
    }
  }

  *names(): Iterable<string> {
    let last = NO_NAME
    for (const name of this.#index.names.toSorted()) {
      if (name !== last && name !== NO_NAME) yield this.#index.nameOf(name)
      last = name
    }
  }

  [Symbol.dispose](): void {
    this.#saveLater?.flush()
    this.#owned?.[Symbol.dispose]()
  }

  #save(cache: IndexCache): void {
    // What is wrong with a file is to be said each time.
    if (this.#file.problems.length === 0) cache.save({ units: this.#file.units, shallow: this.#index, deep: this.#deep })
  }

  #deepIndex(): NameIndex {
    if (this.#deep === undefined) {
      this.#deep = buildDeepIndex(this.#file)
      this.#saveLater?.schedule()
    }
    return this.#deep
  }

  #namedType(die: number): NamedType | undefined {
    const type = this.#types.at(die)
    switch (type.kind) {
      case 'struct':
      case 'union':
      case 'class':
      case 'enum':
      case 'typedef':
      case 'base':
        return type
      default:
        return undefined
    }
  }

  #typesAmong(index: NameIndex, positions: readonly number[], space: TypeSpace | undefined): NamedType[] {
    const found = new Set<NamedType>()
    const wanted = space === undefined ? undefined : kindOfSpace(space)
    let declaration: NamedType | undefined
    for (const at of positions) {
      const kind = index.kinds[at] ?? 0
      if ((kind & KIND_MASK) > KIND_BASE || (wanted !== undefined && (kind & KIND_MASK) !== wanted)) continue
      const type = this.#namedType(index.dies[at] ?? 0)
      if (type === undefined) continue
      if (isIncomplete(type)) declaration ??= type
      else found.add(type)
    }
    if (found.size === 0 && declaration !== undefined) found.add(declaration)
    return [...found]
  }

  #variablesAmong(index: NameIndex, positions: readonly number[]): Variable[] {
    const found: Variable[] = []
    for (const at of positions) {
      if (index.kinds[at] !== KIND_VARIABLE) continue
      const variable = this.#variables.at(index.dies[at] ?? 0, index.functions[at])
      if (variable !== undefined) found.push(variable)
    }
    if (found.length < 2) return found
    // Of several entries of one variable (link-time optimisation, inlined functions) that without a place tells nothing.
    const placed = new Set(found.filter(isPlaced).map(identity))
    return found.filter((variable) => isPlaced(variable) || !placed.has(identity(variable)))
  }

  /** What a declaration declares: here, else in another module. */
  #definitionOf(tag: number, name: string): NamedType | undefined {
    const space = spaceOfTag(tag)
    if (space === undefined) return undefined
    const key = `${space} ${name}`
    const known = this.#definitions.get(key)
    if (known !== undefined) return known
    let definition: NamedType | undefined
    if (!this.#undefined.has(key)) {
      const kind = kindOfSpace(space)
      const at = this.#index.find(name).find((position) => this.#index.kinds[position] === kind)
      definition = at === undefined ? undefined : this.#namedType(this.#index.dies[at] ?? 0)
    }
    if (definition === undefined) this.#undefined.add(key)
    definition ??= this.#foreign(space, name, key)
    if (definition !== undefined) this.#definitions.set(key, definition)
    return definition
  }

  #foreign(space: TypeSpace, name: string, key: string): CompoundType | EnumType | undefined {
    if (this.#foreignDefinition === undefined || this.#undefinedElsewhere.has(key)) return undefined
    // The other modules may only declare it too, and ask this one.
    this.#undefinedElsewhere.add(key)
    const found = this.#foreignDefinition(space, name)
    if (found?.incomplete !== false) return undefined
    this.#undefinedElsewhere.delete(key)
    return found
  }

  #enumeratorTable: Map<string, EnumType[]> | undefined

  /** Enumerations at file scope, by the names of their enumerators. */
  #enumerators(): Map<string, EnumType[]> {
    if (this.#enumeratorTable !== undefined) return this.#enumeratorTable
    const table = new Map<string, EnumType[]>()
    const seen = new Set<EnumType>()
    const index = this.#index
    for (let at = 0; at < index.count; at++) {
      if (index.kinds[at] !== KIND_ENUM) continue
      const type = this.#types.at(index.dies[at] ?? 0)
      if (type.kind !== 'enum' || seen.has(type)) continue
      seen.add(type)
      for (const { name, value } of type.enumerators) {
        const known = table.get(name)
        if (known === undefined) table.set(name, [type])
        // Copies of an anonymous enumeration are different objects.
        else if (type.name !== undefined || !known.some((other) => other.name === undefined && valueOf(other, name) === value))
          known.push(type)
      }
    }
    this.#enumeratorTable = table
    return table
  }
}

function valueOf(type: EnumType, name: string): bigint | undefined {
  return type.enumerators.find((enumerator) => enumerator.name === name)?.value
}

function isPlaced({ location }: Variable): boolean {
  return location.kind !== 'unavailable'
}

/** Equal for entries of one name that are of one variable. */
function identity({ external, unit, enclosingFunction }: Variable): string {
  return external ? '' : `${unit}\0${enclosingFunction ?? ''}`
}

function isIncomplete(type: NamedType): boolean {
  return 'incomplete' in type && type.incomplete
}

function kindOfSpace(space: TypeSpace): number {
  switch (space) {
    case 'struct':
      return KIND_STRUCT
    case 'union':
      return KIND_UNION
    case 'class':
      return KIND_CLASS
    case 'enum':
      return KIND_ENUM
    case 'typedef':
      return KIND_TYPEDEF
    case 'base':
      return KIND_BASE
  }
}

function spaceOfTag(tag: number): 'struct' | 'union' | 'class' | 'enum' | undefined {
  switch (tag) {
    case dw.TAG_STRUCTURE_TYPE:
      return 'struct'
    case dw.TAG_UNION_TYPE:
      return 'union'
    case dw.TAG_CLASS_TYPE:
      return 'class'
    case dw.TAG_ENUMERATION_TYPE:
      return 'enum'
    default:
      return undefined
  }
}
