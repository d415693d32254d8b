/** The syntax tree of a C expression. Types in it are resolved: whether `(a)` is a cast cannot be known without the program. */
import type { Type } from '../../symbols/type.ts'
import type { Real } from '../format/real.ts'

export type UnaryOperator = '-' | '+' | '!' | '~' | '*' | '&'
export type BinaryOperator = '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^' | '<<' | '>>' | '==' | '!=' | '<' | '>' | '<=' | '>='

export type Node = { readonly start: number; readonly end: number } & (
  | { readonly kind: 'integer'; readonly value: bigint; readonly type: IntegerTypeName }
  | { readonly kind: 'real'; readonly value: Real; readonly type: 'float' | 'double' | 'long double' }
  | { readonly kind: 'character'; readonly value: number; readonly prefix: '' | 'L' | 'u' | 'U' }
  | { readonly kind: 'string'; readonly units: readonly number[]; readonly prefix: '' | 'L' | 'u' | 'U' }
  /** `scope`: `'file.c'` and functions before `::`. */
  | { readonly kind: 'name'; readonly name: string; readonly scope: readonly ScopePart[] }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Node }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Node; readonly right: Node }
  | { readonly kind: 'logical'; readonly operator: '&&' | '||'; readonly left: Node; readonly right: Node }
  | { readonly kind: 'conditional'; readonly condition: Node; readonly whenTrue: Node; readonly whenFalse: Node }
  | { readonly kind: 'comma'; readonly left: Node; readonly right: Node }
  /** GDB's `first @ count`: `count` objects from `first` on. */
  | { readonly kind: 'repeat'; readonly first: Node; readonly count: Node }
  /** `operator` of `+=` and its like. */
  | { readonly kind: 'assign'; readonly target: Node; readonly operator: BinaryOperator | undefined; readonly value: Node }
  | { readonly kind: 'member'; readonly object: Node; readonly name: string; readonly nameAt: number }
  | { readonly kind: 'index'; readonly object: Node; readonly index: Node }
  | { readonly kind: 'cast'; readonly type: Type; readonly operand: Node }
  /** GDB's `{type} address`. */
  | { readonly kind: 'at'; readonly type: Type; readonly operand: Node }
  | { readonly kind: 'sizeof-type'; readonly type: Type }
  | { readonly kind: 'sizeof'; readonly operand: Node }
)

export type IntegerTypeName = 'int' | 'unsigned int' | 'long' | 'unsigned long' | 'long long' | 'unsigned long long'

export interface ScopePart {
  readonly text: string
  /** A source file, as against a function. */
  readonly quoted: boolean
}
