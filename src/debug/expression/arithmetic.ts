/**
 * C's arithmetic on values (ISO C 6.3.1, 6.5): promotions, usual conversions, integers that wrap by their size, floating point
 * rounded to its type, complex numbers, pointer arithmetic, comparison. Casts: cast.ts.
 */
import { typeName } from '../../symbols/type-name.ts'
import { sizeOf, stripTypedefs, type ArrayType, type BaseType, type PointerType, type Type } from '../../symbols/type.ts'
import { CValue } from '../c-value.ts'
import { compareReals, decodeReal, encodeReal, isZero, realArithmetic, realFormat, realFromInteger, type Real } from '../format/real.ts'
import type { Inspector } from '../inspector.ts'
import { encodeInteger } from '../integer-bytes.ts'
import type { BinaryOperator } from './syntax.ts'

/** Raises an error at the place of the operation. */
export type Fail = (code: 'TYPE_ERROR' | 'OUT_OF_RANGE' | 'UNSUPPORTED', what: string) => never

/** What a value is to an operator. Arrays and functions come as the pointers they decay to. */
export type Operand =
  | { readonly kind: 'integer'; readonly type: Type; readonly size: number; readonly signed: boolean; readonly value: bigint }
  | { readonly kind: 'real'; readonly type: BaseType; readonly value: Real }
  | { readonly kind: 'complex'; readonly type: BaseType; readonly real: Real; readonly imaginary: Real }
  | { readonly kind: 'pointer'; readonly type: Type; readonly target: Type; readonly value: bigint }
  | { readonly kind: 'other'; readonly type: Type }

/** @throws MemoryFault. */
export function operandOf(value: CValue, fail: Fail): Operand {
  const { type } = value
  const stripped = stripTypedefs(type)
  switch (stripped.kind) {
    case 'pointer':
      return { kind: 'pointer', type, target: stripped.target, value: value.integer() }
    case 'array':
      if (stripped.vector) return { kind: 'other', type }
      return decayed(value, stripped, fail)
    case 'function':
      return decayed(value, stripped, fail)
    case 'enum':
      return { kind: 'integer', type, size: stripped.size, signed: stripped.signed, value: value.integer() }
    case 'base':
      switch (stripped.encoding) {
        case 'float':
          return { kind: 'real', type: stripped, value: readReal(value, stripped, 0, stripped.size, fail) }
        case 'complex': {
          const half = stripped.size / 2
          const real = readReal(value, stripped, 0, half, fail)
          return { kind: 'complex', type: stripped, real, imaginary: readReal(value, stripped, half, half, fail) }
        }
        case 'signed':
        case 'unsigned':
        case 'signed-char':
        case 'unsigned-char':
        case 'boolean':
        case 'utf': {
          const signed = stripped.encoding === 'signed' || stripped.encoding === 'signed-char'
          return { kind: 'integer', type: stripped, size: stripped.size, signed, value: value.integer() }
        }
        case 'decimal-float':
        case 'other':
          return fail('UNSUPPORTED', `cannot calculate with '${stripped.name}'`)
      }
    // The cases above all leave: no fall through.
    case 'struct':
    case 'union':
    case 'class':
    case 'void':
      return { kind: 'other', type }
    case 'unknown':
      if (stripped.name?.startsWith('<') === true && value.address !== undefined) {
        return fail('TYPE_ERROR', `the type of ${value.path} is unknown: cast it, as in (int)${value.path}`)
      }
      return { kind: 'other', type }
  }
}

function decayed(value: CValue, stripped: Type, fail: Fail): Operand {
  const { address, inspector } = value
  const target = stripped.kind === 'array' ? elementType(value.type, stripped) : value.type
  if (address === undefined) return fail('TYPE_ERROR', `'${typeName(value.type)}' is not in the target's memory`)
  const type: PointerType = { kind: 'pointer', size: inspector.addressSize, target }
  return { kind: 'pointer', type, target, value: address }
}

/** An array's qualifiers are its elements' (ISO C 6.7.3): `const name_t` with `typedef char name_t[16]`. */
export function elementType(type: Type, array: ArrayType): Type {
  let qualified = array.element
  let current = type
  for (let depth = 0; depth < 100 && 'target' in current; depth++) {
    if (current.kind !== 'typedef' && current.kind !== 'pointer') qualified = { kind: current.kind, target: qualified }
    current = current.target
  }
  return qualified
}

function readReal(value: CValue, type: BaseType, offset: number, size: number, fail: Fail): Real {
  const format = realFormat(type, value.littleEndian)
  if (format === undefined) return fail('UNSUPPORTED', `cannot calculate with '${type.name}' of ${type.size} bytes`)
  return decodeReal(value.view(offset, size), format, value.littleEndian)
}

export function realValue(inspector: Inspector, type: BaseType, real: Real, fail: Fail): CValue {
  const little = inspector.byteOrder === 'little'
  const format = realFormat(type, little)
  if (format === undefined) return fail('UNSUPPORTED', `cannot calculate with '${type.name}'`)
  return CValue.of(inspector, type, encodeReal(real, format, type.size, little))
}

export function complexValue(inspector: Inspector, type: BaseType, real: Real, imaginary: Real, fail: Fail): CValue {
  const little = inspector.byteOrder === 'little'
  const format = realFormat(type, little)
  if (format === undefined) return fail('UNSUPPORTED', `cannot calculate with '${type.name}'`)
  const half = type.size / 2
  const bytes = new Uint8Array(type.size)
  bytes.set(encodeReal(real, format, half, little), 0)
  bytes.set(encodeReal(imaginary, format, half, little), half)
  return CValue.of(inspector, type, bytes)
}

export function booleanValue(inspector: Inspector, value: boolean): CValue {
  return CValue.integer(inspector, inspector.baseType('int'), value ? 1n : 0n)
}

/** True when a condition holds: anything but zero. */
export function isTrue(value: CValue, fail: Fail): boolean {
  const operand = operandOf(value, fail)
  switch (operand.kind) {
    case 'integer':
    case 'pointer':
      return operand.value !== 0n
    case 'real':
      return !isZero(operand.value)
    case 'complex':
      return !isZero(operand.real) || !isZero(operand.imaginary)
    case 'other':
      return fail('TYPE_ERROR', `'${typeName(operand.type)}' is neither true nor false`)
  }
}

interface IntegerType {
  readonly type: Type
  readonly size: number
  readonly signed: boolean
}

/** Integer promotion: what is smaller than `int` becomes `int`; what is larger, the basic type of its size. */
export function promote(inspector: Inspector, operand: IntegerType): IntegerType {
  if (operand.size < 4) return { type: inspector.baseType('int'), size: 4, signed: true }
  return basicInteger(inspector, operand, operand.size, operand.signed)
}

function basicInteger(inspector: Inspector, like: IntegerType, size: number, signed: boolean): IntegerType {
  const prefix = signed ? '' : 'unsigned '
  if (size === 4) return { type: inspector.baseType(`${prefix}int`), size, signed }
  if (size === 8) return { type: inspector.baseType(inspector.addressSize === 8 ? `${prefix}long` : `${prefix}long long`), size, signed }
  return { type: like.type, size, signed }
}

/** ISO C 6.3.1.8: the wider one's type; between equals the unsigned one's. */
function usualIntegerType(inspector: Inspector, left: IntegerType, right: IntegerType): IntegerType {
  const a = promote(inspector, left)
  const b = promote(inspector, right)
  if (a.size !== b.size) return a.size > b.size ? a : b
  return a.signed ? b : a
}

export function integerResult(inspector: Inspector, { type, size, signed }: IntegerType, value: bigint): CValue {
  const bits = size * 8
  const wrapped = signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)
  return CValue.of(inspector, type, encodeInteger(wrapped, size, inspector.byteOrder === 'little'))
}

export function binary(operator: BinaryOperator, left: CValue, right: CValue, fail: Fail): CValue {
  const { inspector } = left
  const a = operandOf(left, fail)
  const b = operandOf(right, fail)
  if (a.kind === 'pointer' || b.kind === 'pointer') return pointerBinary(inspector, operator, a, b, fail)
  if (a.kind === 'other' || b.kind === 'other') {
    return fail('TYPE_ERROR', `'${operator}' does not apply to '${typeName(left.type)}' and '${typeName(right.type)}'`)
  }
  if (a.kind === 'complex' || b.kind === 'complex') return complexBinary(inspector, operator, a, b, fail)
  if (a.kind === 'real' || b.kind === 'real') return realBinary(inspector, operator, a, b, fail)
  return integerBinary(inspector, operator, a, b, fail)
}

type IntegerOperand = Extract<Operand, { kind: 'integer' }>
type RealOperand = Extract<Operand, { kind: 'real' | 'integer' }>
type ArithmeticOperand = Extract<Operand, { kind: 'complex' | 'real' | 'integer' }>

function integerBinary(inspector: Inspector, operator: BinaryOperator, left: IntegerOperand, right: IntegerOperand, fail: Fail): CValue {
  if (operator === '<<' || operator === '>>') {
    const result = promote(inspector, left)
    return integerResult(inspector, result, shift(operator, left.value, right.value, result))
  }
  const result = usualIntegerType(inspector, left, right)
  const convert = (value: bigint): bigint =>
    result.signed ? BigInt.asIntN(result.size * 8, value) : BigInt.asUintN(result.size * 8, value)
  const a = convert(left.value)
  const b = convert(right.value)
  const of = (value: bigint): CValue => integerResult(inspector, result, value)
  switch (operator) {
    case '+':
      return of(a + b)
    case '-':
      return of(a - b)
    case '*':
      return of(a * b)
    case '/':
      return b === 0n ? fail('OUT_OF_RANGE', 'division by zero') : of(a / b)
    case '%':
      return b === 0n ? fail('OUT_OF_RANGE', 'division by zero') : of(a % b)
    case '&':
      return of(a & b)
    case '|':
      return of(a | b)
    case '^':
      return of(a ^ b)
    case '==':
    case '!=':
    case '<':
    case '>':
    case '<=':
    case '>=':
      return booleanValue(inspector, compare(operator, a === b ? 0 : a < b ? -1 : 1))
  }
}

/** Shifts by more bits than there are give what shifting bit by bit gives; C leaves them undefined, GDB warns and does this. */
function shift(operator: '<<' | '>>', value: bigint, count: bigint, { size, signed }: IntegerType): bigint {
  const bits = BigInt(size * 8)
  if (count < 0n) return 0n
  if (operator === '<<') return count >= bits ? 0n : value << count
  if (count >= bits) return signed && value < 0n ? -1n : 0n
  return value >> count
}

function compare(operator: '==' | '!=' | '<' | '>' | '<=' | '>=', order: number): boolean {
  switch (operator) {
    case '==':
      return order === 0
    case '!=':
      return order !== 0
    case '<':
      return order < 0
    case '>':
      return order > 0
    case '<=':
      return order <= 0
    case '>=':
      return order >= 0
  }
}

function isComparison(operator: BinaryOperator): operator is '==' | '!=' | '<' | '>' | '<=' | '>=' {
  return operator === '==' || operator === '!=' || operator === '<' || operator === '>' || operator === '<=' || operator === '>='
}

function isRealOperator(operator: BinaryOperator): operator is '+' | '-' | '*' | '/' {
  return operator === '+' || operator === '-' || operator === '*' || operator === '/'
}

function asReal(operand: RealOperand): Real {
  return operand.kind === 'integer' ? realFromInteger(operand.value) : operand.value
}

function realBinary(inspector: Inspector, operator: BinaryOperator, a: RealOperand, b: RealOperand, fail: Fail): CValue {
  if (!isComparison(operator) && !isRealOperator(operator))
    return fail('TYPE_ERROR', `'${operator}' does not apply to floating-point numbers`)
  const type = widerFloat(a, b)
  // Converting to the common type rounds, which a comparison can see: 16777217 == 16777216.0f.
  const left = rounded(inspector, type, asReal(a), fail)
  const right = rounded(inspector, type, asReal(b), fail)
  if (isComparison(operator)) return booleanValue(inspector, compare(operator, compareReals(left, right)))
  return realValue(inspector, type, realArithmetic(operator, left, right), fail)
}

function rounded(inspector: Inspector, type: BaseType, real: Real, fail: Fail): Real {
  return readReal(realValue(inspector, type, real, fail), type, 0, type.size, fail)
}

function widerFloat(a: RealOperand, b: RealOperand): BaseType {
  if (a.kind === 'integer') return b.kind === 'integer' ? double : b.type
  return b.kind === 'integer' || a.type.size >= b.type.size ? a.type : b.type
}

const double: BaseType = { kind: 'base', name: 'double', size: 8, encoding: 'float', bitSize: undefined }

function complexBinary(inspector: Inspector, operator: BinaryOperator, a: ArithmeticOperand, b: ArithmeticOperand, fail: Fail): CValue {
  const [ar, ai] = complexParts(a)
  const [br, bi] = complexParts(b)
  const type = widerComplex(a, b)
  const half: BaseType = { ...type, size: type.size / 2, encoding: 'float' }
  // Each step rounds to the parts' type, as the compiled program's would.
  const step = (op: '+' | '-' | '*' | '/', x: Real, y: Real): Real => rounded(inspector, half, realArithmetic(op, x, y), fail)
  const product = (x: Real, y: Real): Real => step('*', x, y)
  switch (operator) {
    case '+':
    case '-':
      return complexValue(inspector, type, step(operator, ar, br), step(operator, ai, bi), fail)
    case '*':
      return complexValue(inspector, type, step('-', product(ar, br), product(ai, bi)), step('+', product(ar, bi), product(ai, br)), fail)
    case '/': {
      const norm = step('+', product(br, br), product(bi, bi))
      const real = step('/', step('+', product(ar, br), product(ai, bi)), norm)
      const imaginary = step('/', step('-', product(ai, br), product(ar, bi)), norm)
      return complexValue(inspector, type, real, imaginary, fail)
    }
    case '==':
    case '!=': {
      const equal = compareReals(ar, br) === 0 && compareReals(ai, bi) === 0
      return booleanValue(inspector, equal === (operator === '=='))
    }
    case '%':
    case '&':
    case '|':
    case '^':
    case '<<':
    case '>>':
    case '<':
    case '>':
    case '<=':
    case '>=':
      return fail('TYPE_ERROR', `'${operator}' does not apply to complex numbers`)
  }
}

function complexParts(operand: ArithmeticOperand): [Real, Real] {
  return operand.kind === 'complex' ? [operand.real, operand.imaginary] : [asReal(operand), realFromInteger(0n)]
}

function widerComplex(a: ArithmeticOperand, b: ArithmeticOperand): BaseType {
  const size = (operand: ArithmeticOperand): number =>
    operand.kind === 'complex' ? operand.type.size : operand.kind === 'real' ? operand.type.size * 2 : 0
  const wider = size(a) >= size(b) ? a : b
  if (wider.kind === 'complex') return wider.type
  const part = wider.kind === 'real' ? wider.type : double
  return { ...part, name: `complex ${part.name}`, size: part.size * 2, encoding: 'complex' }
}

function pointerBinary(inspector: Inspector, operator: BinaryOperator, a: Operand, b: Operand, fail: Fail): CValue {
  const unfit = (): never => fail('TYPE_ERROR', `'${operator}' does not apply to '${typeName(a.type)}' and '${typeName(b.type)}'`)
  if (isComparison(operator)) {
    const left = addressOf(inspector, a)
    const right = addressOf(inspector, b)
    if (left === undefined || right === undefined) return unfit()
    return booleanValue(inspector, compare(operator, left === right ? 0 : left < right ? -1 : 1))
  }
  if (operator === '+') {
    if (a.kind === 'pointer' && b.kind === 'integer') return movePointer(inspector, a, b.value, fail)
    if (b.kind === 'pointer' && a.kind === 'integer') return movePointer(inspector, b, a.value, fail)
  }
  if (operator === '-' && a.kind === 'pointer') {
    if (b.kind === 'integer') return movePointer(inspector, a, -b.value, fail)
    if (b.kind === 'pointer') {
      const size = BigInt(elementSize(a.target, fail))
      if (elementSize(b.target, fail) !== Number(size)) return unfit()
      const distance = BigInt.asIntN(inspector.addressSize * 8, a.value - b.value)
      return CValue.integer(inspector, inspector.baseType('long'), size === 0n ? 0n : distance / size)
    }
  }
  return unfit()
}

function addressOf(inspector: Inspector, operand: Operand): bigint | undefined {
  if (operand.kind !== 'pointer' && operand.kind !== 'integer') return undefined
  return BigInt.asUintN(inspector.addressSize * 8, operand.value)
}

export function movePointer(inspector: Inspector, pointer: Extract<Operand, { kind: 'pointer' }>, by: bigint, fail: Fail): CValue {
  return CValue.integer(inspector, pointer.type, pointer.value + by * BigInt(elementSize(pointer.target, fail)))
}

/** As GCC and GDB: `void` and functions count as one byte. */
export function elementSize(target: Type, fail: Fail): number {
  const size = sizeOf(target)
  if (size !== undefined)
    return Number.isSafeInteger(size) ? size : fail('OUT_OF_RANGE', `'${typeName(target)}' is said to have ${size} bytes`)
  const { kind } = stripTypedefs(target)
  if (kind === 'void' || kind === 'function') return 1
  return fail('TYPE_ERROR', `the size of '${typeName(target)}' is unknown`)
}
