/**
 * Writes the TypeScript module of a whole program: an interface a struct and union, an alias an enum and typedef, one root
 * interface with a property a global variable. In terms of value-types.ts; for editors, the compiler and people.
 *
 * The doc comments are read back by parse.ts, to compare a module with the program it is used on: change both together.
 * Which type gets which name and how types are spelled: type-table.ts.
 */
import type { DebugInfo, Variable } from '../../symbols/debug-info.ts'
import { declaration } from '../../symbols/type-name.ts'
import {
  isCompound,
  sizeOf,
  stripTypedefs,
  type CompoundType,
  type EnumType,
  type NamedType,
  type SourcePosition,
  type TypedefType,
} from '../../symbols/type.ts'
import { fieldsOf, type Field } from './fields.ts'
import { fileKeys, placeVariables, type PlacedVariables } from './globals.ts'
import { layoutHash } from './layout-hash.ts'
import { commentText, interfaceName, propertyName, stringLiteral } from './names.ts'
import { declarationsMarker } from './parse.ts'
import { entryOrder, enumText, TypeTable, type Place, type TypeEntry } from './type-table.ts'

/** One file of a program: the program itself or a library. */
export interface DeclaredModule {
  readonly path: string
  /** Lower-case hex GNU build-id, where known. */
  readonly buildId: string | undefined
  /** Undefined for a file that has none: nothing of it is declared. */
  readonly info: DebugInfo | undefined
}

export interface DeclarationsOptions {
  /** What the root interface is called after: `qemu` or `qemu-system-x86_64` give `Qemu`, `QemuSystemX8664`. */
  readonly name: string
}

/**
 * @param modules of the program, itself first: of several variables of one name the first is the global's.
 * @returns the module's text, the same for the same files.
 */
export function generateDeclarations(modules: readonly DeclaredModule[], options: DeclarationsOptions): string {
  return new Generator(modules, interfaceName(options.name)).text()
}

class Generator {
  readonly #modules: readonly DeclaredModule[]
  readonly #infos: readonly DebugInfo[]
  readonly #root: string
  readonly #types: TypeTable
  /** Declarations by identifier. */
  readonly #declarations: { readonly identifier: string; readonly text: string }[] = []

  constructor(modules: readonly DeclaredModule[], root: string) {
    this.#modules = modules.filter(({ info }) => info !== undefined)
    this.#infos = modules.flatMap(({ info }) => (info === undefined ? [] : [info]))
    this.#root = root
    this.#types = new TypeTable([root, `${root}Types`, `${root}Files`])
  }

  text(): string {
    this.#collectTypes()
    const variables = placeVariables(this.#infos)
    const globals = this.#globals(variables)
    const files = this.#files(variables)
    // Declaring a type can reach types that nobody listed, which are entered at the end.
    for (let index = 0; index < this.#types.entries.length; index++) {
      const entry = this.#types.entries[index]
      if (entry !== undefined) this.#declarations.push({ identifier: entry.identifier, text: this.#declare(entry) })
    }
    const registry = this.#registry()
    this.#declarations.sort((a, b) => (a.identifier < b.identifier ? -1 : 1))
    const used = [...this.#types.used].toSorted()
    return [
      this.#header(),
      `import type { ${used.join(', ')} } from 'invivo/types'\n\n`,
      globals,
      files,
      ...this.#declarations.map(({ text }) => text),
      registry,
    ].join('')
  }

  #collectTypes(): void {
    const later: Record<1 | 2, NamedType[]> = { 1: [], 2: [] }
    for (const info of this.#infos) {
      for (const type of info.types()) {
        const order = entryOrder(type)
        if (order === 0) this.#types.add(type)
        else later[order].push(type)
      }
    }
    for (const type of [...later[1], ...later[2]]) this.#types.add(type)
  }

  #header(): string {
    const modules = this.#modules.map(({ path, buildId }) => ` * module ${buildId ?? 'unknown'} ${commentText(path)}\n`)
    return (
      `${declarationsMarker}: the types and variables of a program, as its debug information has them.\n` +
      ` * Use: \`import type { ${this.#root} } from …\`, \`const globals = program<${this.#root}>()\`.\n` +
      ` * Not to be edited: \`invivo run\` compares what the comments say with the program it runs on.\n *\n` +
      `${modules.join('')} */\n`
    )
  }

  #declare(entry: TypeEntry): string {
    switch (entry.type.kind) {
      case 'struct':
      case 'union':
      case 'class':
        return entry.type.incomplete ? this.#opaque(entry, entry.type) : this.#interface(entry, entry.type)
      case 'enum':
        return this.#enum(entry, entry.type)
      case 'typedef':
        return this.#typedef(entry, entry.type)
    }
  }

  #interface(entry: TypeEntry, type: CompoundType): string {
    const { identifier, spelling } = entry
    const fields = fieldsOf(type)
    let base = `${this.#types.use('Struct')}<${stringLiteral(spelling)}>`
    let neighbour = ''
    if (fields.some(({ name }) => name === 'toString')) {
      // Such a field takes the place of the method that every value has. `this` does not survive Omit.
      base = `Omit<${base}, 'toString' | '$at'>`
      neighbour = '  $at(index: number): this\n'
    }
    const body = this.#fields(entry, fields)
    return (
      typeComment(described(spelling, type), type.size, type.position, layoutHash(type)) +
      `export interface ${identifier} extends ${base} {\n${neighbour}${body}}\n\n`
    )
  }

  #fields(entry: TypeEntry, fields: readonly Field[]): string {
    const lines: string[] = []
    let overloads = ''
    for (const field of fields) {
      const { identifier, spelling } = entry
      const value = this.#types.read(field.type, { identifier, spelling, member: field.name })
      const comment = `  /** ${fieldText(field)} */\n`
      if (field.name.startsWith('$')) {
        overloads += `${comment}  $field(name: ${stringLiteral(field.name)}): ${value}\n`
        continue
      }
      lines.push(`${comment}  ${isAssignable(field) ? '' : 'readonly '}${propertyName(field.name)}: ${value}\n`)
    }
    if (overloads !== '') overloads += '  $field(name: string): unknown\n'
    return lines.join('') + overloads
  }

  #opaque({ identifier, spelling }: TypeEntry, type: CompoundType): string {
    return (
      typeComment(spelling, undefined, type.position, undefined) +
      `export type ${identifier} = ${this.#types.use('Opaque')}<${stringLiteral(spelling)}>\n\n`
    )
  }

  #enum({ identifier, spelling }: TypeEntry, type: EnumType): string {
    const values = type.enumerators.map(({ name, value }) => `${commentText(name)} = ${value}`)
    return (
      typeComment(described(spelling, type), type.size, type.position, layoutHash(type), values) +
      `export type ${identifier} = ${enumText(type)}\n\n`
    )
  }

  #typedef({ identifier, spelling }: TypeEntry, type: TypedefType): string {
    return (
      typeComment(`typedef ${declaration(type.target, spelling)}`, sizeOf(type), type.position, layoutHash(type)) +
      `export type ${identifier} = ${this.#types.alias(type, identifier)}\n\n`
    )
  }

  #globals(variables: PlacedVariables): string {
    const place = { identifier: this.#root, spelling: '' }
    let lines = ''
    let overloads = ''
    for (const [name, variable] of variables.globals) {
      const value = this.#types.read(variable.type, { ...place, member: name })
      const comment = `  /** ${variableText(variable, name)} */\n`
      if (name.startsWith('$')) overloads += `${comment}  $global(name: ${stringLiteral(name)}): ${value}\n`
      else lines += `${comment}  ${isAssignable(variable) ? '' : 'readonly '}${propertyName(name)}: ${value}\n`
    }
    if (overloads !== '') overloads += '  $global(name: string): unknown\n'
    const base = `${this.#types.use('ProgramGlobals')}<${this.#root}Types, ${this.#root}Files>`
    return `/** The program's variables. */\nexport interface ${this.#root} extends ${base} {\n${lines}${overloads}}\n\n`
  }

  #files(variables: PlacedVariables): string {
    const keys = fileKeys([...variables.files.keys()])
    const sorted = [...variables.files].map(([unit, inFile]) => [keys.get(unit) ?? unit, inFile] as const)
    sorted.sort(([a], [b]) => (a < b ? -1 : 1))
    let text = `/** Variables that are told apart by their files: \`$file('main.c').state\`. */\nexport interface ${this.#root}Files {\n`
    for (const [file, inFile] of sorted) {
      text += `  ${stringLiteral(file)}: {\n`
      for (const [name, variable] of inFile) {
        const place: Place = { identifier: this.#root, spelling: file, member: name }
        const value = this.#types.read(variable.type, place)
        text +=
          `    /** ${variableText(variable, variable.name)} */\n` +
          `    ${isAssignable(variable) ? '' : 'readonly '}${propertyName(name)}: ${value}\n`
      }
      text += '  }\n'
    }
    return `${text}}\n\n`
  }

  /** C spelling to TypeScript type. Of several types of one spelling the first is meant, as in `$type`. */
  #registry(): string {
    const spellings = new Map(this.#types.baseTypes)
    for (const [name, identifier] of this.#types.sharedTypedefs) spellings.set(name, identifier)
    for (const { spelling, identifier, first } of this.#types.entries) if (first) spellings.set(spelling, identifier)
    const lines = [...spellings]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([spelling, identifier]) => `  ${propertyName(spelling)}: ${identifier}\n`)
    return `/** Types by their C spelling, for \`$type\` and \`$cast\`. */\nexport interface ${this.#root}Types {\n${lines.join('')}}\n`
  }
}

function typeComment(
  what: string,
  size: number | undefined,
  position: SourcePosition | undefined,
  layout: string | undefined,
  more: readonly string[] = [],
): string {
  const parts = [`\`${commentText(what)}\``]
  if (size !== undefined) parts.push(size === 1 ? '1 byte' : `${size} bytes`)
  if (position !== undefined) parts.push(`${commentText(position.file)}:${position.line}`)
  if (layout !== undefined) parts.push(`layout ${layout}`)
  const first = `/** ${parts.join(', ')}`
  if (more.length === 0) return `${first} */\n`
  return `${first}\n${more.map((line) => ` * ${line}\n`).join('')} */\n`
}

/** A type without a tag is called by its typedef, or by where it was met. */
function described(spelling: string, type: CompoundType | EnumType): string {
  return type.name === undefined ? `${type.kind} {...} ${spelling}` : spelling
}

/** `offset 8: char *name`; of a bit field `bit 67: unsigned int flags:3`. */
function fieldText(field: Field): string {
  const { name, type, bitOffset, bitSize, line } = field
  const place = bitSize === undefined ? `offset ${bitOffset / 8}` : `bit ${bitOffset}`
  const width = bitSize === undefined ? '' : `:${bitSize}`
  return `${place}: \`${commentText(declaration(type, name))}${width}\`${line === undefined ? '' : `, line ${line}`}`
}

function variableText(variable: Variable, name: string): string {
  const { type, external, location, position, enclosingFunction } = variable
  let text = `\`${external ? '' : 'static '}${commentText(declaration(type, name))}\``
  if (enclosingFunction !== undefined) text += ` in ${commentText(enclosingFunction)}()`
  if (position !== undefined) text += `, ${commentText(position.file)}:${position.line}`
  if (location.kind === 'thread-local') text += ', thread-local'
  // An external one may have its place in the symbol table.
  if (location.kind === 'unavailable' && !external) text += `, not to be read: ${commentText(location.reason)}`
  return text
}

/** A struct or an array is a place; what is in it can be assigned to, it itself cannot. */
function isAssignable({ type }: { readonly type: Field['type'] }): boolean {
  const stripped = stripTypedefs(type)
  return !isCompound(stripped) && stripped.kind !== 'array' && stripped.kind !== 'function' && stripped.kind !== 'void'
}
