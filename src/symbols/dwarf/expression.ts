/**
 * Location expressions (DWARF 5 section 2.5) of variables with static storage: the few operations such locations are made of.
 * Locations that depend on registers or the program counter are not for this reader yet.
 */
import * as dw from './constants.ts'
import { readAddress, type Die } from './die.ts'
import { lebEnd, sleb, uleb } from './leb128.ts'
import type { VariableLocation } from '../debug-info.ts'

/** Operations of one location: real ones have one to three. */
const MAX_OPERATIONS = 64

/**
 * @param die the variable's entry, for its unit's formats.
 * @param expression the bytes of its DW_AT_location.
 */
export function evaluateLocation(die: Die, expression: Uint8Array, little: boolean): VariableLocation {
  const unavailable = (reason: string): VariableLocation => ({ kind: 'unavailable', reason })
  if (expression.length === 0) return unavailable('optimized out')
  const { unit } = die
  const view = new DataView(expression.buffer, expression.byteOffset, expression.byteLength)
  const stack: number[] = []
  let isAddress = false
  let at = 0
  for (let count = 0; at < expression.length; count++) {
    if (count >= MAX_OPERATIONS) return unavailable('its location expression is too long')
    const operation = expression[at++] ?? 0
    const left = expression.length - at
    const need = operandSize(operation, unit.addressSize)
    if (need > left) return unavailable('its location expression is damaged')
    switch (operation) {
      case dw.OP_ADDR:
        stack.push(readAddress(view, at, unit.addressSize, little))
        isAddress = true
        break
      case dw.OP_ADDRX:
      case dw.OP_GNU_ADDR_INDEX:
      case dw.OP_CONSTX:
      case dw.OP_GNU_CONST_INDEX: {
        const address = die.indexedAddress(uleb(expression, at))
        if (address === undefined) return unavailable('its address is not in .debug_addr')
        at = lebEnd
        stack.push(address)
        isAddress = operation === dw.OP_ADDRX || operation === dw.OP_GNU_ADDR_INDEX
        break
      }
      case dw.OP_CONST1U:
        stack.push(view.getUint8(at))
        break
      case dw.OP_CONST1S:
        stack.push(view.getInt8(at))
        break
      case dw.OP_CONST2U:
        stack.push(view.getUint16(at, little))
        break
      case dw.OP_CONST2S:
        stack.push(view.getInt16(at, little))
        break
      case dw.OP_CONST4U:
        stack.push(view.getUint32(at, little))
        break
      case dw.OP_CONST4S:
        stack.push(view.getInt32(at, little))
        break
      case dw.OP_CONST8U:
      case dw.OP_CONST8S:
        stack.push(readAddress(view, at, 8, little))
        break
      case dw.OP_CONSTU:
        stack.push(uleb(expression, at))
        at = lebEnd
        break
      case dw.OP_CONSTS:
        stack.push(sleb(expression, at))
        at = lebEnd
        break
      case dw.OP_PLUS_UCONST: {
        const base = stack.pop()
        if (base === undefined) return unavailable('its location expression is damaged')
        stack.push(base + uleb(expression, at))
        at = lebEnd
        break
      }
      case dw.OP_PLUS: {
        const second = stack.pop()
        const first = stack.pop()
        if (first === undefined || second === undefined) return unavailable('its location expression is damaged')
        stack.push(first + second)
        break
      }
      case dw.OP_FORM_TLS_ADDRESS:
      case dw.OP_GNU_PUSH_TLS_ADDRESS: {
        const offset = stack.pop()
        if (offset === undefined) return unavailable('its location expression is damaged')
        return { kind: 'thread-local', offset }
      }
      case dw.OP_IMPLICIT_VALUE: {
        const length = uleb(expression, at)
        if (lebEnd + length > expression.length) return unavailable('its location expression is damaged')
        return { kind: 'constant', bytes: Uint8Array.from(expression.subarray(lebEnd, lebEnd + length)) }
      }
      case dw.OP_STACK_VALUE:
        return unavailable('optimized out: only its value is known, as a computation')
      default: {
        if (operation >= dw.OP_LIT0 && operation <= dw.OP_LIT31) {
          stack.push(operation - dw.OP_LIT0)
          break
        }
        return unavailable(`its location is computed by DW_OP 0x${operation.toString(16)}, which this version does not evaluate`)
      }
    }
    at += need
  }
  const address = stack.at(-1)
  if (address === undefined || !isAddress) return unavailable('its location expression names no address')
  if (!Number.isSafeInteger(address)) return unavailable('its address is not a canonical one')
  return { kind: 'address', address }
}

/** Bytes of the fixed-size operand. */
function operandSize(operation: number, addressSize: 4 | 8): number {
  switch (operation) {
    case dw.OP_ADDR:
      return addressSize
    case dw.OP_CONST1U:
    case dw.OP_CONST1S:
      return 1
    case dw.OP_CONST2U:
    case dw.OP_CONST2S:
      return 2
    case dw.OP_CONST4U:
    case dw.OP_CONST4S:
      return 4
    case dw.OP_CONST8U:
    case dw.OP_CONST8S:
      return 8
    default:
      return 0
  }
}
