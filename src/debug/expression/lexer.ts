/**
 * Tokens of a C expression in GDB's dialect: C's (ISO C 6.4) with `::`, `@`, and names in single quotes (`'file.c'::x`).
 * What they mean together: parser.ts.
 */
import { syntaxError } from './syntax-error.ts'

export type TokenKind = 'number' | 'character' | 'string' | 'name' | 'quoted' | 'operator' | 'end'

export interface Token {
  readonly kind: TokenKind
  /** The source's characters; for a quoted name, what is between the quotes. */
  readonly text: string
  /** Of character and string constants: the characters' numbers, and `L`, `u`, `U` or nothing. */
  readonly units: readonly number[]
  readonly prefix: '' | 'L' | 'u' | 'U'
  /** Offsets in the source. */
  readonly start: number
  readonly end: number
}

/** Longer ones are no expressions. It also bounds the work on one that is hostile. */
const maxLength = 1 << 16

const spaces = /\s+/y
const names = /[\p{ID_Start}_$][\p{ID_Continue}$]*/uy
/** As the preprocessor's numbers: everything that could belong to one, so that `12abc` is one wrong number and not two tokens. */
const numbers = /\.?\d(?:[eEpP][+-]|[\w.])*/y
const operators = /->|\+\+|--|<<=|>>=|::|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%&|^!~<>=?:.,()[\]{}@]/y
const quoted = /'([^']*)'(?=\s*::)/y
const constants = /(L|u8|u|U)?(['"])/y

/** @throws InvivoError SYNTAX. */
export function tokenise(source: string): Token[] {
  if (source.length > maxLength) throw syntaxError(source, maxLength, `expressions have at most ${maxLength} characters`)
  const tokens: Token[] = []
  let at = 0
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    return pattern.exec(source)
  }
  const push = (kind: TokenKind, text: string, end: number, prefix: Token['prefix'] = '', units: readonly number[] = []): void => {
    tokens.push({ kind, text, units, prefix, start: at, end })
    at = end
  }
  while (at < source.length) {
    const space = match(spaces)
    if (space !== null) {
      at += space[0].length
      continue
    }
    const file = match(quoted)
    if (file !== null) {
      push('quoted', file[1] ?? '', at + file[0].length)
      continue
    }
    const constant = match(constants)
    if (constant !== null) {
      const [all, prefix = '', quote = '"'] = constant
      const narrow = prefix === '' || prefix === 'u8'
      const { units, end } = readConstant(source, at + all.length, quote, narrow)
      const wide = prefix === 'L' || prefix === 'u' || prefix === 'U' ? prefix : ''
      if (quote === '"') push('string', source.slice(at, end), end, wide, units)
      else if (units.length === 1) push('character', source.slice(at, end), end, wide, units)
      else if (units.length > 1 && prefix === '') push('quoted', source.slice(at + 1, end - 1), end)
      else throw syntaxError(source, at, 'a character constant has one character')
      continue
    }
    const number = match(numbers)
    if (number !== null) {
      push('number', number[0], at + number[0].length)
      continue
    }
    const name = match(names)
    if (name !== null) {
      push('name', name[0], at + name[0].length)
      continue
    }
    const operator = match(operators)
    if (operator === null) throw syntaxError(source, at, 'no expression has this character')
    push('operator', operator[0], at + operator[0].length)
  }
  push('end', '', at)
  return tokens
}

const simpleEscapes = new Map([
  ['a', 7],
  ['b', 8],
  ['e', 27],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['v', 11],
])

/**
 * Characters up to the closing quote: code points (UTF-8 bytes of a narrow constant), or the numbers that `\x` and octal
 * escapes give.
 */
function readConstant(source: string, from: number, quote: string, narrow: boolean): { units: number[]; end: number } {
  const units: number[] = []
  let at = from
  while (at < source.length) {
    const character = source[at] ?? ''
    if (character === quote) return { units, end: at + 1 }
    if (character !== '\\') {
      const codePoint = source.codePointAt(at) ?? 0
      if (narrow && codePoint > 0x7f) units.push(...new TextEncoder().encode(String.fromCodePoint(codePoint)))
      else units.push(codePoint)
      at += codePoint > 0xffff ? 2 : 1
      continue
    }
    const escape = /\\(?:x([\da-f]{1,8})|u([\da-f]{4})|U([\da-f]{8})|([0-7]{1,3})|([^]))/iy
    escape.lastIndex = at
    const match = escape.exec(source)
    if (match === null) break
    const [all, hex, short, long, octal, other = ''] = match
    const number = hex ?? short ?? long
    if (number !== undefined) units.push(Number.parseInt(number, 16))
    else if (octal === undefined) units.push(simpleEscapes.get(other) ?? other.codePointAt(0) ?? 0)
    else units.push(Number.parseInt(octal, 8))
    at += all.length
  }
  throw syntaxError(source, from - 1, `the closing ${quote} is missing`)
}
