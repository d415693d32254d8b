/**
 * A layout as text, in the columns and words of `pahole`, so that the two can be laid side by side. Declarations are C's
 * (`void (*arr[4])(void)`), where pahole's are its own. What is counted: layout.ts.
 */
import type { EnumType, NamedType } from '../../symbols/type.ts'
import { isCompound, sizeOf, stripTypedefs } from '../../symbols/type.ts'
import { declaration, typeName } from '../../symbols/type-name.ts'
import { layoutOf, type Layout, type LayoutMember, type LayoutOptions } from './layout.ts'

/** Column at which offsets are commented, tabs counted as 8. */
const commentColumn = 57
const typeColumns = 27

/** Any named type as it would be declared, a struct or union with its layout in comments. Ends in a newline. */
export function formatLayout(type: NamedType, options: LayoutOptions = {}): string {
  switch (type.kind) {
    case 'struct':
    case 'union':
    case 'class':
      if (type.incomplete) return `${type.kind} ${type.name ?? ''}; /* declared, not defined */\n`
      return formatCompound(layoutOf(type, options), options.cachelineSize ?? 64)
    case 'enum':
      return formatEnum(type, '')
    case 'base':
      return `${typeName(type)}; /* size: ${type.size} */\n`
    case 'typedef': {
      const target = stripTypedefs(type.target)
      const isOurs = (isCompound(target) || target.kind === 'enum') && target.name === undefined
      if (isOurs && isCompound(target)) {
        const { cachelineSize = 64 } = options
        const { name: _, ...anonymous } = layoutOf(target, options)
        return `typedef ${formatCompound({ ...anonymous, name: null }, cachelineSize, type.name)}`
      }
      if (isOurs && target.kind === 'enum') return `typedef ${formatEnum(target, type.name)}`
      const size = sizeOf(type)
      const text = `typedef ${declaration(type.target, type.name)};${size === undefined ? '' : ` /* size: ${size} */`}\n`
      // A struct behind other names is what was asked for.
      return isCompound(target) && !target.incomplete ? `${text}${formatLayout(target, options)}` : text
    }
  }
}

function formatEnum(type: EnumType, name: string): string {
  const head = type.name === undefined ? 'enum' : `enum ${type.name}`
  if (type.incomplete) return `${head}; /* declared, not defined */\n`
  const lines = type.enumerators.map((enumerator) => `\t${enumerator.name} = ${enumerator.value},\n`)
  return `${head} {\n${lines.join('')}\n\t/* size: ${type.size} */\n}${name === '' ? '' : ` ${name}`};\n`
}

function formatCompound(layout: Layout, cachelineSize: number, typedef: string = ''): string {
  const writer = new LayoutWriter(cachelineSize)
  writer.members(layout, 1)
  writer.summary(layout)
  const head = layout.name === null ? layout.kind : `${layout.kind} ${layout.name}`
  return `${head} {\n${writer.text}}${typedef === '' ? '' : ` ${typedef}`};\n`
}

class LayoutWriter {
  text = ''
  readonly #cachelineSize: number
  #cacheline = 0
  /** An empty line is due before the next member, after a comment. */
  #afterComment = false

  constructor(cachelineSize: number) {
    this.#cachelineSize = cachelineSize
  }

  members(layout: Layout, level: number): void {
    const indent = '\t'.repeat(level)
    for (const member of layout.members) {
      if (member.bitHoleBefore !== undefined) this.#comment(indent, `XXX ${count(member.bitHoleBefore, 'bit')} hole, try to pack`)
      if (member.holeBefore !== undefined) this.#comment(indent, `XXX ${count(member.holeBefore, 'byte')} hole, try to pack`)
      if (layout.kind !== 'union') this.#boundary(indent, member.offset)
      this.#member(member, level)
      if (member.padding !== undefined && layout.kind !== 'union') {
        this.#comment(indent, `XXX last struct has ${count(member.padding, 'byte')} of padding`)
      }
    }
  }

  #member(member: LayoutMember, level: number): void {
    if (this.#afterComment) this.text += '\n'
    this.#afterComment = false
    const indent = '\t'.repeat(level)
    const place = `/* ${position(member)} */\n`
    const { layout, enumerators } = member
    if (enumerators !== undefined && enumerators.length > 0) {
      const width = Math.max(...enumerators.map(({ name }) => name.length))
      const lines = enumerators.map(({ name, value }) => `${indent}\t${name.padEnd(width)} = ${value},\n`)
      this.text += `${indent}${opening(member, 'enum')}{\n${lines.join('')}`
      this.text += `${padded(`${indent}}${closing(member)};`, level)}${place}`
      return
    }
    if (layout === undefined) {
      const [type, declarator] = split(member)
      const width = Math.max(typeColumns - 8 * (level - 1) - 1, 0)
      this.text += `${padded(`${indent}${type.padEnd(width)} ${declarator};`, level)}${place}`
      return
    }
    this.text += `${indent}${opening(member, layout.kind)}{\n`
    this.members(layout, level + 1)
    this.#afterComment = false
    this.text += `${padded(`${indent}}${closing(member)};`, level)}${place}`
  }

  /** Says that a cache line began, at or before `offset`. */
  #boundary(indent: string, offset: number): void {
    const cacheline = Math.floor(offset / this.#cachelineSize)
    if (cacheline <= this.#cacheline) return
    this.#cacheline = cacheline
    const start = cacheline * this.#cachelineSize
    const ago = offset === start ? '' : ` was ${count(offset - start, 'byte')} ago`
    if (this.#afterComment) this.text += '\n'
    this.#afterComment = false
    this.text += `${indent}/* --- cacheline ${cacheline} boundary (${start} bytes)${ago} --- */\n`
  }

  #comment(indent: string, text: string): void {
    if (!this.#afterComment) this.text += '\n'
    this.#afterComment = true
    this.text += `${indent}/* ${text} */\n`
  }

  summary(layout: Layout): void {
    const lines = [`size: ${layout.size}, cachelines: ${layout.cachelines}, members: ${layout.members.length}`]
    if (layout.kind !== 'union') {
      // Where nothing is between the members there is nothing to add up.
      if (layout.holes > 0 || layout.bitHoles > 0) {
        const holes = layout.holes === 0 ? '' : `, holes: ${layout.holes}, sum holes: ${layout.sumHoles}`
        lines.push(`sum members: ${layout.sumMembers}${holes}`)
        if (layout.sumBitfieldMembers > 0) {
          const bitHoles = layout.bitHoles === 0 ? '' : `, bit holes: ${layout.bitHoles}, sum bit holes: ${layout.sumBitHoles} bits`
          lines.push(`sum bitfield members: ${layout.sumBitfieldMembers} bits${bitHoles}`)
        }
      }
    }
    if (layout.padding > 0) lines.push(`padding: ${layout.padding}`)
    if (layout.paddings > 0 && layout.kind !== 'union') lines.push(`paddings: ${layout.paddings}, sum paddings: ${layout.sumPaddings}`)
    if (layout.bitPadding > 0) lines.push(`bit_padding: ${layout.bitPadding} bits`)
    const last = layout.size % this.#cachelineSize
    if (last > 0) lines.push(`last cacheline: ${last} bytes`)
    this.text += `\n${lines.map((line) => `\t/* ${line} */\n`).join('')}`
  }
}

/** Of `const struct {...} lines[4]` the words before the brace. */
function opening({ type }: LayoutMember, kind: string): string {
  return /^[^{]*(?=\{)/.exec(type)?.[0] ?? `${kind} `
}

/** And those behind it, with the space before them. */
function closing({ declaration: text, name, bitSize }: LayoutMember): string {
  if (name === null) return ''
  const brace = text.indexOf('{...}')
  return `${brace < 0 ? ` ${name}` : text.slice(brace + '{...}'.length)}${bitSize === undefined ? '' : `:${bitSize}`}`
}

/** `offset size`, of a bit field `offset:bit size`, each right-aligned. */
function position({ offset, size, bitOffset }: LayoutMember): string {
  if (bitOffset === undefined) return `${String(offset).padStart(5)} ${String(size).padStart(5)}`
  return `${String(offset).padStart(5)}:${String(bitOffset).padStart(2)} ${String(size).padStart(2)}`
}

/** The declaration as two columns: up to the stars, and the declarator. */
function split(member: LayoutMember): [string, string] {
  const { name, bitSize } = member
  const width = bitSize === undefined ? '' : `:${bitSize}`
  if (name === null) return [member.type, width]
  // The first parenthesis begins a declarator, as in `int (*f)(int)`; else it begins at the name.
  const text = member.declaration
  const parenthesis = text.indexOf('(')
  const named = nameAt(text, name)
  const at = parenthesis >= 0 && parenthesis < named ? parenthesis : named
  return [text.slice(0, at).trimEnd(), text.slice(at) + width]
}

/** Where the declared name stands: after the type's own words, which may contain the same one (`struct list list`). */
function nameAt(text: string, name: string): number {
  const tail = /(?:\[\d*\])*$/.exec(text)?.index ?? text.length
  const plain = tail - name.length
  return text.startsWith(name, plain) && !text.slice(0, plain).includes('(') ? plain : Math.max(0, text.indexOf(name))
}

function padded(text: string, level: number): string {
  const columns = text.length + 7 * level
  return columns < commentColumn ? text + ' '.repeat(commentColumn - columns) : `${text} `
}

function count(number: number, unit: string): string {
  return `${number} ${unit}${number === 1 ? '' : 's'}`
}
