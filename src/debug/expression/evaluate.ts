/**
 * Evaluates C expressions on a target: names, paths, pointers, casts, arithmetic; no calls of its functions. The language is
 * parser.ts's, the meaning ISO C 6.5's with GDB's additions; results print with format/.
 *
 * Values stay places in memory as long as C's rules let them (lvalues): nothing is read that the result does not need.
 */
import { InvivoError } from '../../errors.ts'
import { typeName } from '../../symbols/type-name.ts'
import { isCompound, sizeOf, stripTypedefs, type CompoundType, type Member, type PointerType, type Type } from '../../symbols/type.ts'
import { bitFieldBytes, bitFieldShift, CValue } from '../c-value.ts'
import { negateReal } from '../format/real.ts'
import type { Inspector } from '../inspector.ts'
import { decodeInteger, encodeInteger } from '../integer-bytes.ts'
import { nearNames } from '../near-names.ts'
import {
  binary,
  booleanValue,
  complexValue,
  elementSize,
  elementType,
  integerResult,
  isTrue,
  movePointer,
  operandOf,
  promote,
  realValue,
  type Fail,
} from './arithmetic.ts'
import { cast } from './cast.ts'
import { characterType, dataSymbol, floatType, resolveName } from './names.ts'
import { bareType, parseExpression } from './parser.ts'
import { expressionError } from './syntax-error.ts'
import type { Node, UnaryOperator } from './syntax.ts'

export { parseTypeName } from './parser.ts'

export interface EvaluateOptions {
  /** Let `=`, `+=` and the like write to the target. Default false: a mistyped `==` must not change a running program. */
  readonly write?: boolean
}

/**
 * The value of a C expression: `block_backends.tqh_first->name`, `*(struct elem *) 0x5590…`, `sizeof(struct elem)`,
 * `'file.c'::counter + 1`, `table[0]@4`.
 * @throws InvivoError SYNTAX with a caret under the place, NOT_FOUND, AMBIGUOUS, TYPE_ERROR, OUT_OF_RANGE, READ_ONLY;
 *   MemoryFault naming the part of the expression that could not be read.
 */
export function evaluate(inspector: Inspector, source: string, options: EvaluateOptions = {}): CValue {
  return new Evaluator(inspector, source, options.write ?? false).whole()
}

/** Members of members that have no name are looked through this deep. */
const maxAnonymousDepth = 50
/** Anonymous members looked into for one name; a damaged file can make a struct contain itself several times over. */
const maxMembers = 100_000

class Evaluator {
  readonly #inspector: Inspector
  readonly #source: string
  readonly #mayWrite: boolean

  constructor(inspector: Inspector, source: string, mayWrite: boolean) {
    this.#inspector = inspector
    this.#source = source
    this.#mayWrite = mayWrite
  }

  whole(): CValue {
    const type = bareType(this.#inspector, this.#source)
    if (type !== undefined) {
      throw new InvivoError('TYPE_ERROR', `'${this.#source.trim()}' is a type, not a value: 'sizeof (${this.#source.trim()})' has one`)
    }
    const value = this.#value(parseExpression(this.#inspector, this.#source))
    if (value.type === dataSymbol) {
      const why = this.#inspector.whyNoDebugInfo?.() ?? ''
      throw new InvivoError(
        'TYPE_ERROR',
        `the type of '${value.path}' is unknown, as it has no debug information: cast it, as in '(int) ${value.path}'${why === '' ? '' : ` (${why})`}`,
      )
    }
    return value
  }

  #fail(node: Node): Fail {
    return (code, what) => {
      throw expressionError(code, this.#source, node.start, what)
    }
  }

  #text(node: Node): string {
    return this.#source.slice(node.start, node.end)
  }

  #value(node: Node): CValue {
    const inspector = this.#inspector
    switch (node.kind) {
      case 'integer':
        return CValue.integer(inspector, inspector.baseType(node.type), node.value)
      case 'real': {
        const type = floatType(inspector, node.type)
        return type === undefined
          ? this.#fail(node)('UNSUPPORTED', `no type '${node.type}'`)
          : realValue(inspector, type, node.value, this.#fail(node))
      }
      case 'character':
        return CValue.integer(inspector, characterType(inspector, node.prefix), BigInt(node.value))
      case 'string':
        return this.#string(node.units, node.prefix)
      case 'name':
        return this.#located(node, () => resolveName(inspector, node.name, node.scope))
      case 'unary':
        return this.#unary(node, node.operator, node.operand)
      case 'binary':
        return binary(node.operator, this.#value(node.left), this.#value(node.right), this.#fail(node))
      case 'logical': {
        const left = isTrue(this.#value(node.left), this.#fail(node.left))
        if (left === (node.operator === '||')) return booleanValue(inspector, left)
        return booleanValue(inspector, isTrue(this.#value(node.right), this.#fail(node.right)))
      }
      case 'conditional':
        return this.#value(isTrue(this.#value(node.condition), this.#fail(node.condition)) ? node.whenTrue : node.whenFalse)
      case 'comma':
        this.#value(node.left)
        return this.#value(node.right)
      case 'repeat':
        return this.#repeat(node, this.#value(node.first), this.#value(node.count))
      case 'assign':
        return this.#assign(node)
      case 'member':
        return this.#member(node, this.#value(node.object))
      case 'index':
        return this.#index(node, this.#value(node.object), this.#value(node.index))
      case 'cast':
        return cast(node.type, this.#value(node.operand), this.#fail(node))
      case 'at': {
        const address = operandOf(this.#value(node.operand), this.#fail(node.operand))
        if (address.kind !== 'integer' && address.kind !== 'pointer') return this.#fail(node.operand)('TYPE_ERROR', 'this is no address')
        return CValue.at(inspector, node.type, address.value, this.#text(node))
      }
      case 'sizeof-type':
        return this.#sizeof(node, node.type)
      case 'sizeof':
        return this.#sizeof(node, this.#value(node.operand).type)
    }
  }

  /** Adds the caret to an error that knows only the name. */
  #located(node: Node, find: () => CValue): CValue {
    try {
      return find()
    } catch (error) {
      if (error instanceof InvivoError && (error.code === 'NOT_FOUND' || error.code === 'AMBIGUOUS') && node.start > 0) {
        throw expressionError(error.code, this.#source, node.start, error.message)
      }
      throw error
    }
  }

  #string(units: readonly number[], prefix: '' | 'L' | 'u' | 'U'): CValue {
    const element = characterType(this.#inspector, prefix)
    const size = sizeOf(element) ?? 1
    const little = this.#inspector.byteOrder === 'little'
    const bytes = new Uint8Array([...units, 0].flatMap((unit) => encodeUnit(unit, size, little)))
    return CValue.of(this.#inspector, { kind: 'array', element, count: bytes.length / size, vector: false }, bytes)
  }

  #sizeof(node: Node, type: Type): CValue {
    // GDB's `sizeof` is an `int`, where C has `size_t`: `sizeof x - 8` may be negative.
    return CValue.integer(this.#inspector, this.#inspector.baseType('int'), BigInt(elementSizeOrFlexible(type, this.#fail(node))))
  }

  #pointerTo(target: Type): PointerType {
    return { kind: 'pointer', size: this.#inspector.addressSize, target }
  }

  #unary(node: Node, operator: UnaryOperator, operandNode: Node): CValue {
    const value = this.#value(operandNode)
    const fail = this.#fail(node)
    switch (operator) {
      case '*':
        return this.#dereference(node, value)
      case '&':
        return this.#addressOf(node, value)
      case '!':
        return booleanValue(this.#inspector, !isTrue(value, fail))
      case '-':
      case '+':
      case '~': {
        const operand = operandOf(value, fail)
        if (operand.kind === 'integer') {
          const result = operator === '-' ? -operand.value : operator === '~' ? ~operand.value : operand.value
          return integerResult(this.#inspector, promote(this.#inspector, operand), result)
        }
        if (operand.kind === 'real' && operator !== '~') {
          return operator === '+' ? value : realValue(this.#inspector, operand.type, negateReal(operand.value), fail)
        }
        if (operand.kind === 'complex' && operator !== '~') {
          if (operator === '+') return value
          return complexValue(this.#inspector, operand.type, negateReal(operand.real), negateReal(operand.imaginary), fail)
        }
        return fail('TYPE_ERROR', `'${operator}' does not apply to '${typeName(value.type)}'`)
      }
    }
  }

  #dereference(node: Node, value: CValue): CValue {
    const fail = this.#fail(node)
    const stripped = stripTypedefs(value.type)
    switch (stripped.kind) {
      case 'function':
        return value
      case 'array':
        if (value.address === undefined) return value.element(stripped.element, 0)
        break
      case 'base':
      case 'enum': {
        // GDB: an integer is the address of a `long`.
        const operand = operandOf(value, fail)
        if (operand.kind !== 'integer') break
        return CValue.at(this.#inspector, this.#inspector.baseType('long'), operand.value, this.#text(node))
      }
      case 'pointer':
      case 'struct':
      case 'union':
      case 'class':
      case 'void':
      case 'unknown':
        break
    }
    const operand = operandOf(value, fail)
    if (operand.kind !== 'pointer') return fail('TYPE_ERROR', `'${typeName(value.type)}' is no pointer`)
    if (stripTypedefs(operand.target).kind === 'void') {
      return fail('TYPE_ERROR', `'${typeName(value.type)}' says nothing about what it points to: cast it first`)
    }
    return CValue.at(this.#inspector, operand.target, operand.value, this.#text(node))
  }

  #addressOf(node: Node, value: CValue): CValue {
    if (value.bitField !== undefined) return this.#fail(node)('TYPE_ERROR', 'a bit field has no address')
    if (value.address === undefined) {
      const reason = value.unavailable === undefined ? 'it is a result, not a variable' : value.unavailable
      return this.#fail(node)('TYPE_ERROR', `this has no address: ${reason}`)
    }
    return CValue.integer(this.#inspector, this.#pointerTo(value.type), value.address)
  }

  #repeat(node: Node, first: CValue, countValue: CValue): CValue {
    const fail = this.#fail(node)
    const count = operandOf(countValue, fail)
    if (count.kind !== 'integer') return fail('TYPE_ERROR', `'${typeName(countValue.type)}' is no count`)
    if (count.value < 1n || count.value > 1n << 40n) return fail('OUT_OF_RANGE', `'@' takes a count from 1 on, not ${count.value}`)
    if (first.address === undefined || first.bitField !== undefined)
      return fail('TYPE_ERROR', "'@' extends what is in memory, not a result")
    const type: Type = { kind: 'array', element: first.type, count: Number(count.value), vector: false }
    return CValue.at(this.#inspector, type, first.address, this.#text(node))
  }

  #member(node: Node & { kind: 'member' }, object: CValue): CValue {
    const stripped = stripTypedefs(object.type)
    let holder = object
    if (stripped.kind === 'pointer') {
      if (!isCompound(stripTypedefs(stripped.target))) return this.#noMember(node, object.type)
      holder = CValue.at(this.#inspector, stripped.target, object.integer(), this.#text(node.object))
    }
    const compound = stripTypedefs(holder.type)
    if (!isCompound(compound)) return this.#noMember(node, object.type)
    if (compound.incomplete) {
      return this.#fail(node)('TYPE_ERROR', `'${typeName(compound)}' is declared, but no debug information found defines it`)
    }
    const path = findMember(compound, node.name, 0)
    if (path === undefined) return this.#noMember(node, compound)
    let value = holder
    for (const member of path) value = value.member(member)
    return value.as(value.type, this.#text(node))
  }

  #noMember(node: Node & { kind: 'member' }, type: Type): never {
    const stripped = stripTypedefs(type)
    if (!isCompound(stripped)) {
      throw expressionError('TYPE_ERROR', this.#source, node.nameAt, `'${typeName(type)}' has no members`)
    }
    const near = nearNames(node.name, memberNames(stripped, 0))
    throw expressionError('NOT_FOUND', this.#source, node.nameAt, `'${typeName(type)}' has no member '${node.name}'${near}`)
  }

  #index(node: Node & { kind: 'index' }, object: CValue, indexValue: CValue): CValue {
    const fail = this.#fail(node)
    const index = operandOf(indexValue, this.#fail(node.index))
    if (index.kind !== 'integer') return this.#fail(node.index)('TYPE_ERROR', `'${typeName(indexValue.type)}' is no index`)
    const stripped = stripTypedefs(object.type)
    if (stripped.kind === 'array' && object.address === undefined) {
      if (index.value < 0n || index.value >= BigInt(stripped.count ?? 0))
        return fail('OUT_OF_RANGE', `the array has no element ${index.value}`)
      return object.element(stripped.element, Number(index.value))
    }
    if (stripped.kind !== 'array' && stripped.kind !== 'pointer') return fail('TYPE_ERROR', `'${typeName(object.type)}' has no elements`)
    if (stripped.kind === 'array' && object.address !== undefined) {
      const element = elementType(object.type, stripped)
      const offset = index.value * BigInt(elementSize(element, fail))
      return CValue.at(this.#inspector, element, object.address + offset, this.#text(node))
    }
    const pointer = operandOf(object, fail)
    if (pointer.kind !== 'pointer') return fail('TYPE_ERROR', `'${typeName(object.type)}' has no elements`)
    if (stripTypedefs(pointer.target).kind === 'void')
      return fail('TYPE_ERROR', `'${typeName(object.type)}' says nothing about its elements`)
    const address = movePointer(this.#inspector, pointer, index.value, fail).integer()
    return CValue.at(this.#inspector, pointer.target, address, this.#text(node))
  }

  #assign(node: Node & { kind: 'assign' }): CValue {
    const fail = this.#fail(node)
    if (!this.#mayWrite) {
      return fail('TYPE_ERROR', "'=' would write to the target, and writing was not asked for (--write); '==' compares")
    }
    const target = this.#value(node.target)
    if (target.address === undefined) return this.#fail(node.target)('TYPE_ERROR', 'this cannot be assigned to: it is not in memory')
    const operand = this.#value(node.value)
    const result = node.operator === undefined ? operand : binary(node.operator, target, operand, fail)
    const bytes = cast(target.type, result, fail).bytes()
    const { bitField, address } = target
    if (bitField === undefined) this.#inspector.writeBytes(address, bytes)
    else {
      const old = this.#inspector.readBytes(address, bitFieldBytes(bitField), target.path)
      const little = target.littleEndian
      const shift = BigInt(bitFieldShift(old.length, bitField, little))
      const mask = ((1n << BigInt(bitField.bitSize)) - 1n) << shift
      const bits = (decodeInteger(bytes, false, little) << shift) & mask
      const merged = (decodeInteger(old, false, little) & ~mask) | bits
      this.#inspector.writeBytes(address, encodeInteger(merged, old.length, little))
    }
    return CValue.at(this.#inspector, target.type, address, target.path, bitField)
  }
}

/** Flexible arrays have no bytes of their own. */
function elementSizeOrFlexible(type: Type, fail: Fail): number {
  const stripped = stripTypedefs(type)
  return stripped.kind === 'array' && stripped.count === undefined ? 0 : elementSize(type, fail)
}

/** The way to a member through the anonymous ones it lies in. */
function findMember(type: CompoundType, name: string, depth: number, budget = { members: maxMembers }): Member[] | undefined {
  for (const member of type.members) if (member.name === name) return [member]
  for (const { member, inner } of anonymousMembers(type, depth, budget)) {
    const path = findMember(inner, name, depth + 1, budget)
    if (path !== undefined) return [member, ...path]
  }
  return undefined
}

function memberNames(type: CompoundType, depth: number, budget = { members: maxMembers }): string[] {
  const names = type.members.flatMap((member) => member.name ?? [])
  for (const { inner } of anonymousMembers(type, depth, budget)) names.push(...memberNames(inner, depth + 1, budget))
  return names
}

function* anonymousMembers(
  type: CompoundType,
  depth: number,
  budget: { members: number },
): Generator<{ member: Member; inner: CompoundType }> {
  for (const member of type.members) {
    if (member.name !== undefined) continue
    if (depth >= maxAnonymousDepth || budget.members-- <= 0) return
    const inner = stripTypedefs(member.type)
    if (isCompound(inner)) yield { member, inner }
  }
}

/** One character of a string constant; narrow strings come as bytes already. */
function encodeUnit(unit: number, size: number, little: boolean): number[] {
  const units = size === 2 && unit > 0xffff ? [0xd800 + ((unit - 0x10000) >> 10), 0xdc00 + ((unit - 0x10000) & 0x3ff)] : [unit]
  return units.flatMap((each) => [...encodeInteger(BigInt(each), size, little)])
}
