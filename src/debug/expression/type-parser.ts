/**
 * C type names (ISO C 6.7.7): `struct elem *`, `unsigned long [4]`, `int (*)(int, char)`, with GDB's way of naming one of
 * several types of a name by its file, `struct 'file.c'::state`. The reverse of symbols/type-name.ts. Also the parser's
 * position in the tokens, since only this knows where a type begins.
 */
import { typeName } from '../../symbols/type-name.ts'
import type { FunctionType, Parameter, Type } from '../../symbols/type.ts'
import type { Inspector } from '../inspector.ts'
import type { Token } from './lexer.ts'
import { basicType, findTag, findTypedef, hidesType } from './names.ts'
import { syntaxError } from './syntax-error.ts'

const qualifiers = new Map([
  ['const', 'const'],
  ['volatile', 'volatile'],
  ['restrict', 'restrict'],
  ['__restrict', 'restrict'],
  ['_Atomic', 'atomic'],
] as const)

const tags = new Set(['struct', 'union', 'class', 'enum'])
const basicWords = new Set(
  'void char short int long float double signed unsigned __int128 _Bool _Complex __complex__ complex _Float16 _Float32 _Float64 _Float128 __float128'.split(
    ' ',
  ),
)

const maxDepth = 100

type Wrap = (type: Type) => Type

export class TypeParser {
  readonly #inspector: Inspector
  readonly #source: string
  readonly #tokens: readonly Token[]
  readonly #end: Token
  #at = 0
  #depth = 0

  constructor(inspector: Inspector, source: string, tokens: readonly Token[]) {
    this.#inspector = inspector
    this.#source = source
    this.#tokens = tokens
    this.#end = { kind: 'end', text: '', units: [], prefix: '', start: source.length, end: source.length }
  }

  get token(): Token {
    return this.#tokens[this.#at] ?? this.#end
  }

  /** Bits of the target's `long`. */
  get longBits(): number {
    return this.#inspector.addressSize * 8
  }

  /** A clause with names like it, or nothing. */
  suggest(name: string): string {
    return this.#inspector.suggest?.(name) ?? ''
  }

  is(operator: string): boolean {
    return this.token.kind === 'operator' && this.token.text === operator
  }

  next(): Token {
    const token = this.token
    this.#at++
    return token
  }

  #peek(ahead: number): Token {
    return this.#tokens[this.#at + ahead] ?? this.#end
  }

  /** The token `ahead` is a word that only a type has: `unsigned`, `struct`, `const`. */
  isTypeWord(ahead = 0): boolean {
    const { kind, text } = this.#peek(ahead)
    if (kind !== 'name') return false
    if (text === 'complex' || text === 'class') return this.#peek(ahead + 1).kind === 'name'
    return tags.has(text) || basicWords.has(text) || qualifiers.has(text as 'const')
  }

  /** A type name starts at the token `ahead`. A variable hides a typedef of its name. */
  startsType(ahead = 0): boolean {
    if (this.isTypeWord(ahead)) return true
    let last = ahead
    let file: string | undefined
    if (this.#peek(ahead).kind === 'quoted' && this.#peek(ahead + 1).text === '::') {
      file = this.#peek(ahead).text
      last += 2
    }
    const { kind, text } = this.#peek(last)
    if (kind !== 'name' || this.#peek(last + 1).text === '::') return false
    return !hidesType(this.#inspector, text, file) && findTypedef(this.#inspector, text, file) !== undefined
  }

  /** @throws InvivoError SYNTAX, NOT_FOUND, AMBIGUOUS. */
  typeName(): Type {
    if (++this.#depth > maxDepth) throw this.#error(`types nest at most ${maxDepth} levels deep`)
    const base = this.#specifiers()
    const wrap = this.#declarator()
    this.#depth--
    return wrap(base)
  }

  #error(what: string, at: number = this.token.start): Error {
    return syntaxError(this.#source, at, what)
  }

  #specifiers(): Type {
    const { start } = this.token
    const words: string[] = []
    const wraps: ('const' | 'volatile' | 'restrict' | 'atomic')[] = []
    let type: Type | undefined
    for (;;) {
      const { kind, text } = this.token
      if (kind !== 'name' && kind !== 'quoted') break
      const qualifier = kind === 'name' ? qualifiers.get(text as 'const') : undefined
      if (qualifier !== undefined) {
        wraps.push(qualifier)
        this.next()
      } else if (
        type === undefined &&
        kind === 'name' &&
        basicWords.has(text) &&
        (text !== 'complex' || words.length > 0 || this.isTypeWord())
      ) {
        words.push(text)
        this.next()
      } else if (type !== undefined || words.length > 0) break
      else if (kind === 'name' && tags.has(text)) {
        this.next()
        type = this.#tag(text as 'struct')
      } else {
        type = this.#typedef()
        if (type === undefined) break
      }
    }
    if (words.length > 0) type = basicType(this.#inspector, words)
    if (type === undefined) {
      const wanted = this.token.text === '' ? 'a type is missing' : `'${this.token.text}' is no type`
      throw this.#error(words.length > 0 ? `'${words.join(' ')}' is no type` : wanted, words.length > 0 ? start : this.token.start)
    }
    let qualified = type
    for (const kind of wraps) qualified = { kind, target: qualified }
    return qualified
  }

  #file(): string | undefined {
    if (this.token.kind !== 'quoted' || this.#peek(1).text !== '::') return undefined
    const file = this.next().text
    this.next()
    return file
  }

  #tag(kind: 'struct' | 'union' | 'class' | 'enum'): Type {
    const file = this.#file()
    if (this.token.kind !== 'name') throw this.#error(`the tag of the ${kind} is missing`)
    const { text } = this.next()
    return findTag(this.#inspector, kind, text, file)
  }

  #typedef(): Type | undefined {
    const start = this.#at
    const file = this.#file()
    const { kind, text } = this.token
    const type = kind === 'name' ? findTypedef(this.#inspector, text, file) : undefined
    if (type === undefined) this.#at = start
    else this.next()
    return type
  }

  /** An abstract declarator: what it makes of the type in front of it. */
  #declarator(): Wrap {
    if (++this.#depth > maxDepth) throw this.#error(`types nest at most ${maxDepth} levels deep`)
    const wraps: Wrap[] = []
    while (this.is('*')) {
      this.next()
      wraps.push((target) => ({ kind: 'pointer', size: this.#inspector.addressSize, target }))
      for (;;) {
        const kind = this.token.kind === 'name' ? qualifiers.get(this.token.text as 'const') : undefined
        if (kind === undefined) break
        this.next()
        wraps.push((target) => ({ kind, target }))
      }
      if (wraps.length > maxDepth * 2) throw this.#error(`types nest at most ${maxDepth} levels deep`)
    }
    let inner: Wrap | undefined
    if (this.is('(') && this.#peek(1).kind === 'operator' && ['*', '(', '['].includes(this.#peek(1).text)) {
      this.next()
      inner = this.#declarator()
      this.#expect(')')
    }
    const suffixes: Wrap[] = []
    while (this.is('[') || this.is('(')) {
      suffixes.push(this.is('[') ? this.#array() : this.#parameters())
      if (suffixes.length > maxDepth) throw this.#error(`types nest at most ${maxDepth} levels deep`)
    }
    this.#depth--
    return (base) => {
      let type = base
      for (const wrap of wraps) type = wrap(type)
      for (const wrap of suffixes.toReversed()) type = wrap(type)
      return inner === undefined ? type : inner(type)
    }
  }

  #expect(operator: string): void {
    if (!this.is(operator)) throw this.#error(`'${operator}' is missing in the type`)
    this.next()
  }

  #array(): Wrap {
    const { start } = this.next()
    let count: number | undefined
    if (this.token.kind === 'number') {
      const { text } = this.next()
      count = /^(0x[\da-f]+|\d+)[ul]*$/i.test(text) ? Number(BigInt(text.replace(/[ul]+$/i, ''))) : Number.NaN
      if (!Number.isSafeInteger(count) || count > 2 ** 47) throw this.#error(`'${text}' is no length of an array`, start + 1)
    }
    this.#expect(']')
    return (element) => {
      if (element.kind === 'function' || element.kind === 'void') throw this.#error(`there are no arrays of '${typeName(element)}'`, start)
      return { kind: 'array', element, count, vector: false }
    }
  }

  #parameters(): Wrap {
    const { start } = this.next()
    const parameters: Parameter[] = []
    let variadic = false
    let prototyped = true
    if (this.is(')')) prototyped = false
    else if (this.token.text === 'void' && this.#peek(1).text === ')') this.next()
    else {
      for (;;) {
        if (this.is('.')) {
          for (let i = 0; i < 3; i++) this.#expect('.')
          variadic = true
          break
        }
        parameters.push({ name: undefined, type: this.typeName() })
        if (!this.is(',')) break
        this.next()
      }
    }
    this.#expect(')')
    return (returns): FunctionType => {
      if (returns.kind === 'array' || returns.kind === 'function') throw this.#error(`no function gives '${typeName(returns)}'`, start)
      return { kind: 'function', returns, parameters, variadic, prototyped }
    }
  }
}
