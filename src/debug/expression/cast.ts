/** C's conversions to a named type (ISO C 6.5.4), and GDB's reinterpretation of arrays and of symbols without debug information. */
import { sameType, typeName } from '../../symbols/type-name.ts'
import { sizeOf, stripTypedefs, type BaseType, type Type } from '../../symbols/type.ts'
import { CValue } from '../c-value.ts'
import { realFromInteger, realToInteger, isZero } from '../format/real.ts'
import { complexValue, operandOf, realValue, type Fail, type Operand } from './arithmetic.ts'

/** @throws InvivoError by `fail` when C has no such conversion. */
export function cast(type: Type, value: CValue, fail: Fail): CValue {
  const { inspector } = value
  const to = stripTypedefs(type)
  const from = stripTypedefs(value.type)
  if (from.kind === 'unknown' && value.address !== undefined && to.kind !== 'pointer')
    return CValue.at(inspector, type, value.address, value.path)
  const unfit = (): never => fail('TYPE_ERROR', `cannot cast '${typeName(value.type)}' to '${typeName(type)}'`)
  switch (to.kind) {
    case 'void':
      return CValue.of(inspector, type, new Uint8Array(0))
    case 'struct':
    case 'union':
    case 'class':
      return sameType(to, from) ? value.as(type) : unfit()
    case 'array':
      // GDB: the same bytes as another array, when they are as many.
      return from.kind !== 'array' && sizeOf(to) === value.size
        ? value.as(type)
        : from.kind === 'array' && sameType(to, from)
          ? value.as(type)
          : unfit()
    case 'function':
    case 'unknown':
      return unfit()
    case 'pointer':
      if (from.kind === 'unknown' && value.address !== undefined) return CValue.integer(inspector, type, value.address)
      return toInteger(type, operandOf(value, fail), value, unfit)
    case 'enum':
      return toInteger(type, operandOf(value, fail), value, unfit)
    case 'base':
      return toBase(type, to, operandOf(value, fail), value, fail, unfit)
  }
}

function toInteger(type: Type, operand: Operand, value: CValue, unfit: () => never): CValue {
  const { inspector } = value
  switch (operand.kind) {
    case 'integer':
    case 'pointer':
      return CValue.integer(inspector, type, operand.value)
    case 'real':
    case 'complex': {
      if (stripTypedefs(type).kind === 'pointer') return unfit()
      const number = realToInteger(operand.kind === 'real' ? operand.value : operand.real)
      // What the processor gives for a number it cannot convert: the smallest one.
      return CValue.integer(inspector, type, number ?? 1n << BigInt((sizeOf(type) ?? 8) * 8 - 1))
    }
    case 'other':
      return unfit()
  }
}

function toBase(type: Type, to: BaseType, operand: Operand, value: CValue, fail: Fail, unfit: () => never): CValue {
  const { inspector } = value
  switch (to.encoding) {
    case 'boolean': {
      const isZeroValue =
        operand.kind === 'integer' || operand.kind === 'pointer'
          ? operand.value === 0n
          : operand.kind === 'real'
            ? isZero(operand.value)
            : operand.kind === 'complex'
              ? isZero(operand.real) && isZero(operand.imaginary)
              : unfit()
      return CValue.integer(inspector, type, isZeroValue ? 0n : 1n)
    }
    case 'signed':
    case 'unsigned':
    case 'signed-char':
    case 'unsigned-char':
    case 'utf':
      return toInteger(type, operand, value, unfit)
    case 'float': {
      const real = operand.kind === 'integer' ? realFromInteger(operand.value) : operand.kind === 'real' ? operand.value : undefined
      if (operand.kind === 'complex') return realValue(inspector, to, operand.real, fail).as(type)
      return real === undefined ? unfit() : realValue(inspector, to, real, fail).as(type)
    }
    case 'complex': {
      const zero = realFromInteger(0n)
      if (operand.kind === 'complex') return complexValue(inspector, to, operand.real, operand.imaginary, fail).as(type)
      if (operand.kind === 'real') return complexValue(inspector, to, operand.value, zero, fail).as(type)
      return operand.kind === 'integer' ? complexValue(inspector, to, realFromInteger(operand.value), zero, fail).as(type) : unfit()
    }
    case 'decimal-float':
    case 'other':
      return unfit()
  }
}
