/**
 * Variables and functions made of DWARF entries (DWARF 5 chapters 3 and 4): what they are called, of what type, and where they
 * are. An entry may complete another (DW_AT_specification) or be an instance of one (DW_AT_abstract_origin): what it does not say
 * itself, that one does.
 */
import type { FunctionInfo, Variable, VariableLocation } from '../debug-info.ts'
import { sizeOf, type Type } from '../type.ts'
import * as dw from './constants.ts'
import type { Die } from './die.ts'
import type { DwarfFile } from './dwarf-file.ts'
import { evaluateLocation } from './expression.ts'
import type { Types } from './types.ts'

/** Links from an entry to what it completes: two at most in valid files. */
const MAX_LINKS = 4
/** Largest value kept in debug information: a vector or a small struct. */
const MAX_CONSTANT = 1 << 16

export class Variables {
  readonly #file: DwarfFile
  readonly #types: Types

  constructor(file: DwarfFile, types: Types) {
    this.#file = file
    this.#types = types
  }

  /**
   * The variable whose entry is at `offset`; undefined when it is damaged.
   * @param functionOffset the entry of the function it is in; 0 or undefined at file scope.
   */
  at(offset: number, functionOffset: number | undefined): Variable | undefined {
    const die = this.#file.dieAt(offset)
    if (die === undefined) return undefined
    const chain = this.#chain(die)
    const name = first(chain, (entry) => entry.string(dw.AT_NAME))
    if (name === undefined) return undefined
    const types = this.#types
    const typed = chain.find((entry) => entry.has(dw.AT_TYPE)) ?? die
    const enclosing = functionOffset === undefined || functionOffset === 0 ? undefined : this.#functionName(functionOffset)
    let resolved: Type | undefined
    return {
      name,
      get type(): Type {
        resolved ??= types.typeOf(typed)
        return resolved
      },
      external: chain.some((entry) => entry.flag(dw.AT_EXTERNAL)),
      location: this.#location(die, chain, typed),
      get position() {
        return first(chain, (entry) => types.position(entry))
      },
      // With link-time optimisation the entry of the source file is what this one completes.
      unit: (chain.at(-1) ?? die).unit.name,
      enclosingFunction: enclosing,
    }
  }

  /** Functions of these entries: an out-of-line instance is one with the function it is an instance of. */
  functions(offsets: readonly number[]): FunctionInfo[] {
    const found: FunctionInfo[] = []
    const instances = new Map<number, Die>()
    const dies: Die[] = []
    for (const offset of offsets) {
      const die = this.#file.dieAt(offset)
      if (die === undefined) continue
      dies.push(die)
      const origin = die.reference(dw.AT_ABSTRACT_ORIGIN)
      if (origin !== undefined && die.has(dw.AT_LOW_PC)) instances.set(origin, die)
    }
    const done = new Set<number>()
    for (const die of dies) {
      const origin = die.reference(dw.AT_ABSTRACT_ORIGIN)
      const key = origin ?? die.offset
      if (done.has(key)) continue
      done.add(key)
      const chain = this.#chain(die)
      const name = first(chain, (entry) => entry.string(dw.AT_NAME))
      if (name === undefined) continue
      const described = chain.find((entry) => entry.has(dw.AT_TYPE) || entry.has(dw.AT_PROTOTYPED)) ?? die
      const types = this.#types
      found.push({
        name,
        get type(): Type {
          return types.functionType(described)
        },
        external: chain.some((entry) => entry.flag(dw.AT_EXTERNAL)),
        address: die.address(dw.AT_LOW_PC) ?? instances.get(key)?.address(dw.AT_LOW_PC),
        get position() {
          return first(chain, (entry) => types.position(entry))
        },
        unit: (chain.at(-1) ?? die).unit.name,
      })
    }
    // Inlined everywhere but in one unit: the copies without code tell nothing more.
    const placed = found.filter(({ address }) => address !== undefined)
    return placed.length > 0 ? placed : found
  }

  /** The entry, and those it completes or is an instance of. */
  #chain(die: Die): Die[] {
    const chain = [die]
    let last = die
    while (chain.length < MAX_LINKS) {
      const reference = last.reference(dw.AT_SPECIFICATION) ?? last.reference(dw.AT_ABSTRACT_ORIGIN)
      const next = reference === undefined ? undefined : this.#file.dieAt(reference)
      if (next === undefined) break
      chain.push(next)
      last = next
    }
    return chain
  }

  #functionName(offset: number): string | undefined {
    const die = this.#file.dieAt(offset)
    return die === undefined ? undefined : first(this.#chain(die), (entry) => entry.string(dw.AT_NAME))
  }

  #location(die: Die, chain: readonly Die[], typed: Die): VariableLocation {
    const { little } = this.#file
    for (const entry of chain) {
      const expression = entry.block(dw.AT_LOCATION)
      if (expression !== undefined) return evaluateLocation(die, expression, little)
      if (entry.has(dw.AT_LOCATION)) return { kind: 'unavailable', reason: 'its place depends on where the program is' }
      if (!entry.has(dw.AT_CONST_VALUE)) continue
      const block = entry.block(dw.AT_CONST_VALUE)
      if (block !== undefined) return { kind: 'constant', bytes: Uint8Array.from(block.subarray(0, MAX_CONSTANT)) }
      const value = entry.bigint(dw.AT_CONST_VALUE)
      const size = sizeOf(this.#types.typeOf(typed)) ?? 0
      if (value === undefined || size === 0 || size > 16) return { kind: 'unavailable', reason: 'its constant value cannot be read' }
      return { kind: 'constant', bytes: bytesOf(value, size, little) }
    }
    return { kind: 'unavailable', reason: 'optimized out' }
  }
}

function first<T>(chain: readonly Die[], get: (die: Die) => T | undefined): T | undefined {
  for (const die of chain) {
    const value = get(die)
    if (value !== undefined) return value
  }
  return undefined
}

function bytesOf(value: bigint, size: number, little: boolean): Uint8Array {
  const bytes = new Uint8Array(size)
  for (let index = 0; index < size; index++) bytes[little ? index : size - 1 - index] = Number((value >> BigInt(8 * index)) & 0xffn)
  return bytes
}
