/**
 * Reads a declarations module back as text: which build it was made from, and what it says about each type and variable. All
 * of that stands in the doc comments generate.ts writes, so that a formatter may have been over the code. Nothing is executed.
 */
import { unquote } from './names.ts'

/** First line of every module; the number changes when modules written before cannot be compared any more. */
export const declarationsMarker = '/** invivo declarations 1'

/** What a declarations module says. */
export interface DeclarationsFile {
  readonly modules: readonly { readonly path: string; readonly buildId: string | undefined }[]
  readonly globals: ReadonlyMap<string, DeclaredVariable>
  /** Of `$file(…)`, by their own names. */
  readonly fileVariables: readonly DeclaredVariable[]
  /** By TypeScript identifier. */
  readonly types: ReadonlyMap<string, DeclaredType>
}

export interface DeclaredVariable {
  readonly name: string
  /** In C, without the semicolon. */
  readonly declaration: string
  /** The TypeScript type's text. */
  readonly text: string
}

export interface DeclaredType {
  readonly identifier: string
  /** `struct elem`; `struct elem.link` for the anonymous type of a member. Undefined where the text does not say. */
  readonly spelling: string | undefined
  /** What it is in C, as the comment has it: `typedef struct elem *elem_p`. */
  readonly description: string
  readonly size: number | undefined
  /** Hash of the layout; undefined for a type that is only declared. */
  readonly layout: string | undefined
  readonly fields: readonly DeclaredField[]
  /** Of an enum, name to value. */
  readonly enumerators: ReadonlyMap<string, bigint>
  /** Of an alias, the TypeScript type's text; of an interface, empty. */
  readonly text: string
}

export interface DeclaredField extends DeclaredVariable {
  readonly bitOffset: number
  readonly isBitField: boolean
}

/** Bytes of a file that have all that {@link parseBuilds} needs, for programs of up to some hundred modules. */
export const headLength: number = 64 * 1024

/** True for the start of a file that generate.ts wrote, of this version. */
export function isDeclarations(head: string): boolean {
  return head.trimStart().startsWith(declarationsMarker)
}

/** The builds a declarations module was made from; `head` is its first {@link headLength} bytes or all of it. */
export function parseBuilds(head: string): DeclarationsFile['modules'] {
  const comment = head.slice(0, head.indexOf('*/', 3))
  return [...comment.matchAll(/^ \* module (\S+) (.*)$/gm)].map(([, buildId, path = '']) => ({
    path,
    buildId: buildId === 'unknown' ? undefined : buildId,
  }))
}

const quoted = String.raw`'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"`
/** A doc comment and the beginning of what it is about. */
const documented = new RegExp(
  String.raw`/\*\*((?:[^*]|\*(?!/))*)\*/\s*(?:` +
    String.raw`export interface (?<interface>[\w$]+)\s+(?<heritage>extends[^{]*)?\{` +
    String.raw`|export type (?<alias>[\w$]+)\s*=` +
    String.raw`|\$(?:field|global)\(\s*name:\s*(?<overload>${quoted})\s*\)\s*:` +
    String.raw`|(?:readonly\s+)?(?<property>[\w$]+|${quoted})\s*:)`,
  'g',
)

export function parseDeclarations(text: string): DeclarationsFile {
  const globals = new Map<string, DeclaredVariable>()
  const fileVariables: DeclaredVariable[] = []
  const types = new Map<string, DeclaredType>()
  const spellings = parseRegistry(text)
  let root = ''
  let fields: DeclaredField[] = []
  let context: 'root' | 'files' | 'type' = 'type'
  for (const match of text.matchAll(documented)) {
    const [all, comment = ''] = match
    const { interface: interfaceName, heritage = '', alias, overload, property } = match.groups ?? {}
    const end = match.index + all.length
    if (interfaceName !== undefined) {
      fields = []
      if (heritage.includes('ProgramGlobals<')) {
        root = interfaceName
        context = 'root'
      } else if (interfaceName === `${root}Files`) context = 'files'
      else {
        context = 'type'
        const spelling = new RegExp(`Struct<(${quoted})>`).exec(heritage)?.[1]
        if (spelling === undefined) continue
        types.set(interfaceName, { identifier: interfaceName, spelling: unquote(spelling), ...parseType(comment), fields, text: '' })
      }
    } else if (alias !== undefined) {
      const type = parseType(comment)
      const spelling =
        spellings.get(alias) ?? (type.description.startsWith('enum ') ? type.description.replace('enum {...} ', '') : undefined)
      types.set(alias, { identifier: alias, spelling, ...type, fields: [], text: typeText(text, end) })
    } else {
      const name = unquote(overload ?? property ?? '')
      const variable = { name, declaration: /`(?:static )?(.*?)`/.exec(comment)?.[1] ?? '', text: typeText(text, end) }
      if (context === 'root') globals.set(name, variable)
      else if (context === 'files') fileVariables.push({ ...variable, name: name.slice(name.lastIndexOf(':') + 1) })
      else {
        const [, unit, place] = /(offset|bit) (-?\d+(?:\.\d+)?):/.exec(comment) ?? []
        if (unit === undefined) continue
        fields.push({ ...variable, bitOffset: Number(place) * (unit === 'bit' ? 1 : 8), isBitField: unit === 'bit' })
      }
    }
  }
  return { modules: parseBuilds(text), globals, fileVariables, types }
}

function parseType(comment: string): Pick<DeclaredType, 'description' | 'size' | 'layout' | 'enumerators'> {
  const [, description = '', size] = /`(.*?)`(?:, (\d+) bytes?)?/.exec(comment) ?? []
  return {
    description,
    size: size === undefined ? undefined : Number(size),
    layout: /, layout ([0-9a-f]{12})\b/.exec(comment)?.[1],
    enumerators: new Map([...comment.matchAll(/^\s*\* (\S+) = (-?\d+)\s*$/gm)].map(([, name = '', value = '']) => [name, BigInt(value)])),
  }
}

/** From a colon or equals sign to the next declaration. */
function typeText(text: string, start: number): string {
  const next = text.indexOf('/**', start)
  const overloads = text.slice(start, next === -1 ? undefined : next)
  return overloads.replace(/[;,}][\s\S]*$/, '').trim()
}

/** TypeScript identifier to the C spelling that `$type` takes: the last interface of the module. */
function parseRegistry(text: string): Map<string, string> {
  const spellings = new Map<string, string>()
  const start = text.lastIndexOf('export interface ')
  const entry = new RegExp(String.raw`^\s*([\w$]+|${quoted})\s*:\s*([\w$]+)[;,]?$`, 'gm')
  for (const [, spelling = '', identifier = ''] of text.slice(start).matchAll(entry)) {
    // A typedef may share its struct's interface; the tag is the better key.
    const known = spellings.get(identifier)
    if (known === undefined || !known.includes(' ')) spellings.set(identifier, unquote(spelling))
  }
  return spellings
}
