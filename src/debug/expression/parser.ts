/**
 * Parser of C expressions (ISO C 6.5) in GDB's dialect: `'file.c'::name`, `function::name`, `first @ count`, `{type} address`.
 * Operator precedence by climbing; types by type-parser.ts; meaning by evaluate.ts.
 *
 * Both the nesting of the text and the height of the tree are bounded, so that neither this nor the evaluator can run out of
 * stack on hostile input.
 */
import type { Type } from '../../symbols/type.ts'
import { parseReal } from '../format/real.ts'
import type { Inspector } from '../inspector.ts'
import { tokenise, type Token } from './lexer.ts'
import type { BinaryOperator, IntegerTypeName, Node, ScopePart, UnaryOperator } from './syntax.ts'
import { expressionError, syntaxError } from './syntax-error.ts'
import { TypeParser } from './type-parser.ts'

const maxDepth = 500

/** GDB's order, which is C's with `@` between shifts and sums. */
const precedence = new Map<string, number>([
  ['||', 1],
  ['&&', 2],
  ['|', 3],
  ['^', 4],
  ['&', 5],
  ['==', 6],
  ['!=', 6],
  ['<', 7],
  ['>', 7],
  ['<=', 7],
  ['>=', 7],
  ['<<', 8],
  ['>>', 8],
  ['@', 9],
  ['+', 10],
  ['-', 10],
  ['*', 11],
  ['/', 11],
  ['%', 11],
])

const unaryOperators = new Set<string>(['-', '+', '!', '~', '*', '&'] satisfies UnaryOperator[])
const assignments = new Set(['=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>='])

/** @throws InvivoError SYNTAX with a caret under the place; NOT_FOUND and AMBIGUOUS for type names. */
export function parseExpression(inspector: Inspector, source: string): Node {
  const parser = new ExpressionParser(inspector, source)
  return parser.whole()
}

/**
 * The type that a C type name spells: `struct elem *`, `int (*)(int)`, `unsigned long[4]`, `typeof(expression)` not included.
 * @throws InvivoError SYNTAX, NOT_FOUND, AMBIGUOUS.
 */
export function parseTypeName(inspector: Inspector, source: string): Type {
  const types = new TypeParser(inspector, source, tokenise(source))
  const type = types.typeName()
  if (types.token.kind !== 'end') throw syntaxError(source, types.token.start, `'${types.token.text}' is not part of a type name`)
  return type
}

/**
 * The type an expression's text names when it is nothing but a type (`struct elem`, `int *`); undefined when it is something
 * else, even something wrong.
 */
export function bareType(inspector: Inspector, source: string): Type | undefined {
  const types = new TypeParser(inspector, source, tokenise(source))
  if (!types.startsType()) return undefined
  const type = types.typeName()
  return types.token.kind === 'end' ? type : undefined
}

/** A node and the height of the tree below it. */
interface Tree {
  readonly node: Node
  readonly height: number
}

class ExpressionParser {
  readonly #source: string
  readonly #types: TypeParser
  #depth = 0

  constructor(inspector: Inspector, source: string) {
    this.#source = source
    this.#types = new TypeParser(inspector, source, tokenise(source))
  }

  whole(): Node {
    if (this.#token.kind === 'end') throw this.#error('the expression is empty')
    const { node } = this.#comma()
    this.#expectEnd()
    return node
  }

  get #token(): Token {
    return this.#types.token
  }

  #is(operator: string): boolean {
    return this.#types.is(operator)
  }

  #error(what: string, at: number = this.#token.start): Error {
    return syntaxError(this.#source, at, what)
  }

  #unexpected(wanted: string): Error {
    const { kind, text } = this.#token
    return this.#error(kind === 'end' ? `${wanted} is missing at the end` : `${wanted} was expected, not '${text}'`)
  }

  #expectEnd(): void {
    if (this.#token.kind !== 'end') throw this.#unexpected('an operator or the end')
  }

  #expect(operator: string): Token {
    if (!this.#is(operator)) throw this.#unexpected(`'${operator}'`)
    return this.#types.next()
  }

  #tree(node: Node, ...below: Tree[]): Tree {
    const height = 1 + Math.max(0, ...below.map((tree) => tree.height))
    if (height > maxDepth) throw this.#error(`expressions nest at most ${maxDepth} levels deep`, node.start)
    return { node, height }
  }

  #nested<T>(parse: () => T): T {
    if (++this.#depth > maxDepth) throw this.#error(`expressions nest at most ${maxDepth} levels deep`)
    const result = parse()
    this.#depth--
    return result
  }

  #comma(): Tree {
    let left = this.#assignment()
    while (this.#is(',')) {
      this.#types.next()
      const right = this.#assignment()
      left = this.#tree({ kind: 'comma', left: left.node, right: right.node, start: left.node.start, end: right.node.end }, left, right)
    }
    return left
  }

  #assignment(): Tree {
    const target = this.#conditional()
    const { kind, text } = this.#token
    if (kind !== 'operator' || !assignments.has(text)) return target
    this.#types.next()
    const value = this.#nested(() => this.#assignment())
    const operator = text === '=' ? undefined : binaryOperator(text.slice(0, -1))
    const { start } = target.node
    return this.#tree({ kind: 'assign', target: target.node, operator, value: value.node, start, end: value.node.end }, target, value)
  }

  #conditional(): Tree {
    const condition = this.#binary(1)
    if (!this.#is('?')) return condition
    this.#types.next()
    const whenTrue = this.#nested(() => this.#comma())
    this.#expect(':')
    const whenFalse = this.#nested(() => this.#conditional())
    return this.#tree(
      {
        kind: 'conditional',
        condition: condition.node,
        whenTrue: whenTrue.node,
        whenFalse: whenFalse.node,
        start: condition.node.start,
        end: whenFalse.node.end,
      },
      condition,
      whenTrue,
      whenFalse,
    )
  }

  /** All operators are left-associative: the right operand takes only those that bind tighter. */
  #binary(least: number): Tree {
    let left = this.#unary()
    for (;;) {
      const { kind, text } = this.#token
      const binds = kind === 'operator' ? precedence.get(text) : undefined
      if (binds === undefined || binds < least) return left
      this.#types.next()
      const right = this.#binary(binds + 1)
      left = this.#tree(binaryNode(text, left.node, right.node), left, right)
    }
  }

  #unary(): Tree {
    const { start, kind, text } = this.#token
    if (kind === 'operator') {
      if (unaryOperators.has(text)) {
        this.#types.next()
        const operand = this.#nested(() => this.#unary())
        return this.#tree({ kind: 'unary', operator: text as UnaryOperator, operand: operand.node, start, end: operand.node.end }, operand)
      }
      if (text === '++' || text === '--') throw this.#error(`'${text}' would write to the target`)
      if (text === '(' && this.#types.startsType(1)) {
        this.#types.next()
        const type = this.#types.typeName()
        this.#expect(')')
        return this.#prefixed('cast', type, start)
      }
      if (text === '{') {
        this.#types.next()
        const type = this.#types.typeName()
        this.#expect('}')
        return this.#prefixed('at', type, start)
      }
    }
    if (kind === 'name' && text === 'sizeof') return this.#sizeof()
    return this.#postfix()
  }

  #prefixed(kind: 'cast' | 'at', type: Type, start: number): Tree {
    const operand = this.#nested(() => this.#unary())
    return this.#tree({ kind, type, operand: operand.node, start, end: operand.node.end }, operand)
  }

  #sizeof(): Tree {
    const { start } = this.#types.next()
    if (this.#is('(') && this.#types.startsType(1)) {
      this.#types.next()
      const type = this.#types.typeName()
      const { end } = this.#expect(')')
      return this.#tree({ kind: 'sizeof-type', type, start, end })
    }
    const operand = this.#nested(() => this.#unary())
    return this.#tree({ kind: 'sizeof', operand: operand.node, start, end: operand.node.end }, operand)
  }

  #postfix(): Tree {
    let object = this.#primary()
    for (;;) {
      const { start } = object.node
      if (this.#is('.') || this.#is('->')) {
        this.#types.next()
        const name = this.#token
        if (name.kind !== 'name') throw this.#unexpected("a member's name")
        this.#types.next()
        const node: Node = { kind: 'member', object: object.node, name: name.text, nameAt: name.start, start, end: name.end }
        object = this.#tree(node, object)
      } else if (this.#is('[')) {
        this.#types.next()
        const index = this.#nested(() => this.#comma())
        const { end } = this.#expect(']')
        object = this.#tree({ kind: 'index', object: object.node, index: index.node, start, end }, object, index)
      } else if (this.#is('(')) {
        throw this.#error('functions of the target cannot be called')
      } else if (this.#is('++') || this.#is('--')) {
        throw this.#error(`'${this.#token.text}' would write to the target`)
      } else return object
    }
  }

  #primary(): Tree {
    const token = this.#token
    const { start, end } = token
    switch (token.kind) {
      case 'number':
        this.#types.next()
        return this.#tree(this.#number(token))
      case 'character':
        this.#types.next()
        return this.#tree({ kind: 'character', value: token.units[0] ?? 0, prefix: token.prefix, start, end })
      case 'string': {
        this.#types.next()
        const units = [...token.units]
        let last = token
        while (this.#token.kind === 'string') {
          last = this.#types.next()
          units.push(...last.units)
        }
        return this.#tree({ kind: 'string', units, prefix: token.prefix, start, end: last.end })
      }
      case 'name':
      case 'quoted':
        return this.#tree(this.#name())
      case 'operator':
        if (token.text === '(') {
          this.#types.next()
          const inner = this.#nested(() => this.#comma())
          const close = this.#expect(')')
          this.#refuseUnknownCast(inner.node)
          // The parentheses belong to the text of the operand, which error messages show.
          return { node: { ...inner.node, start, end: close.end }, height: inner.height }
        }
        break
      case 'end':
        break
    }
    throw this.#unexpected('an operand')
  }

  /** `(nosuch_t) 1` parses as a name in parentheses; what follows tells what was meant. */
  #refuseUnknownCast(inner: Node): void {
    const { kind } = this.#token
    if (inner.kind !== 'name' || inner.scope.length > 0) return
    if (kind !== 'name' && kind !== 'number' && kind !== 'character' && kind !== 'string') return
    throw expressionError('NOT_FOUND', this.#source, inner.start, `no type '${inner.name}'${this.#types.suggest(inner.name)}`)
  }

  #name(): Node {
    const { start } = this.#token
    if (this.#token.text.startsWith('$')) {
      throw this.#error(`'${this.#token.text}': there are no registers and convenience variables here`)
    }
    const scope: ScopePart[] = []
    for (;;) {
      const part = this.#token
      if (part.kind !== 'name' && part.kind !== 'quoted') throw this.#unexpected('a name')
      if (part.kind === 'name' && scope.length === 0 && this.#types.isTypeWord()) {
        throw this.#error(`'${part.text}' is a type, where a value is needed`)
      }
      this.#types.next()
      if (!this.#is('::')) return { kind: 'name', name: part.text, scope, start, end: part.end }
      this.#types.next()
      scope.push({ text: part.text, quoted: part.kind === 'quoted' })
    }
  }

  #number(token: Token): Node {
    const { start, end, text } = token
    const integer = /^(?:0x([\da-f]+)|0b([01]+)|(\d+))(u?l{0,2}|l{1,2}u)$/i.exec(text)
    if (integer !== null) {
      const [, hex, binary, digits = '0', suffix = ''] = integer
      const octal = hex === undefined && binary === undefined && digits.length > 1 && digits.startsWith('0')
      if (octal && /[89]/.test(digits)) throw this.#error(`'${text}' is no octal number`, start)
      const literal = hex !== undefined ? `0x${hex}` : binary !== undefined ? `0b${binary}` : octal ? `0o${digits}` : digits
      if (literal.length > 200) throw this.#error('the number is too large', start)
      const value = BigInt(literal)
      const type = integerType(value, suffix.toLowerCase(), literal === digits, this.#types.longBits)
      if (type === undefined) throw this.#error('the number is too large', start)
      return { kind: 'integer', value, type, start, end }
    }
    const real = /^(.*?)([fl]?)$/i.exec(text)
    const hexadecimal = /^0x/i.test(text) && !/p/i.test(text)
    const value = real === null || hexadecimal ? undefined : parseReal(real[1] ?? '')
    if (value === undefined) throw this.#error(`'${text}' is no number`, start)
    const suffix = (real?.[2] ?? '').toLowerCase()
    return { kind: 'real', value, type: suffix === 'f' ? 'float' : suffix === 'l' ? 'long double' : 'double', start, end }
  }
}

function binaryNode(operator: string, left: Node, right: Node): Node {
  const { start } = left
  const { end } = right
  if (operator === '@') return { kind: 'repeat', first: left, count: right, start, end }
  if (operator === '&&' || operator === '||') return { kind: 'logical', operator, left, right, start, end }
  return { kind: 'binary', operator: binaryOperator(operator), left, right, start, end }
}

function binaryOperator(text: string): BinaryOperator {
  return text as BinaryOperator
}

/** The first of C's list that holds the value (ISO C 6.4.4.1); a decimal number beyond `long` becomes unsigned, as in GDB. */
function integerType(value: bigint, suffix: string, decimal: boolean, longBits: number): IntegerTypeName | undefined {
  const isUnsigned = suffix.includes('u')
  const longs = suffix.replace('u', '').length
  const candidates: [IntegerTypeName, number, rank: number][] = [
    ['int', 31, 0],
    ['unsigned int', 32, 0],
    ['long', longBits - 1, 1],
    ['unsigned long', longBits, 1],
    ['long long', 63, 2],
    ['unsigned long long', 64, 2],
  ]
  for (const [name, bits, rank] of candidates) {
    const unsigned = name.startsWith('unsigned')
    if (rank < longs || value >> BigInt(bits) !== 0n) continue
    if (isUnsigned ? !unsigned : unsigned && decimal && bits < 64) continue
    return name
  }
  return undefined
}
