/**
 * How values of one C type are read and written: the base of scalars.ts, pointers.ts, arrays.ts, struct.ts. One object a type
 * and program, from {@link Space.codec}.
 */
import { InvivoError } from '../../errors.ts'
import { highPlus, isExact, toNumber, toUnsigned } from '../address.ts'
import { MemoryFault } from '../memory-fault.ts'
import type { Memory } from '../memory.ts'
import type { Type } from '../../symbols/type.ts'
import { fieldPath, placePath, reachedBy } from './path.ts'
import type { Site } from './site.ts'
import { PLACE, type View } from './view.ts'

/** What the machine decides. */
export interface Abi {
  readonly little: boolean
  readonly pointerSize: 4 | 8
  /** What `long double` of more than 8 bytes is: x87's 80 bits on x86, IEEE binary128 elsewhere. */
  readonly longDouble: 'x87' | 'binary128'
}

/** What values ask of the program. Not on the hot path. */
export interface ValueHooks {
  /** `name` or `name+8` of the function at an address. */
  symbolName(address: bigint): string | undefined
  /** The value of that type at that address as GDB prints it. */
  format(type: Type, address: bigint): string
  /** A pointer of that value to that type, as GDB prints it. */
  formatPointer(target: Type, address: bigint): string
  /** Which part of which variable an address is: `block_backends.tqh_first`. */
  describe(address: bigint): string | undefined
}

/** All the values of one program. Implemented by ValueSpace (value-space.ts). */
export interface Space {
  readonly memory: Memory
  readonly abi: Abi
  readonly hooks: ValueHooks
  codec(type: Type): Codec
  /** C spelling, for messages. */
  spell(type: Type): string
}

/** Parts that one `$snapshot` may have. */
const MAX_PARTS = 1 << 20
/** Structs and arrays within each other; a damaged file's may never end. */
const MAX_NESTING = 100

/** What a `$snapshot` may still copy. */
export class SnapshotBudget {
  #parts = 0
  #depth = 0

  /** @throws InvivoError OUT_OF_RANGE. */
  within<T>(codec: Codec, parts: number, copy: () => T): T {
    this.#parts += parts
    this.#depth++
    if (this.#parts > MAX_PARTS || this.#depth > MAX_NESTING) {
      const what = codec.space.spell(codec.type)
      throw new InvivoError('OUT_OF_RANGE', `cannot copy a ${what} as a whole: it has more than ${MAX_PARTS} parts; copy parts of it`)
    }
    const copied = copy()
    this.#depth--
    return copied
  }
}

export abstract class Codec {
  readonly space: Space
  readonly type: Type
  /** Bytes one value takes; 0 where C has no size. */
  readonly size: number

  constructor(space: Space, type: Type, size: number) {
    this.space = space
    this.type = type
    this.size = size
  }

  /** The value at an address. */
  abstract read(hi: number, lo: number, site: Site, owner: View | undefined): unknown

  /**
   * The bytes of a value to be written.
   * @param path names the place in messages.
   * @throws InvivoError TYPE_ERROR, OUT_OF_RANGE.
   */
  encode(_value: unknown, path: () => string): Uint8Array {
    throw new InvivoError(
      'TYPE_ERROR',
      `cannot assign to ${path()}: a ${this.space.spell(this.type)} is not assigned as a whole; assign its fields or elements`,
    )
  }

  /**
   * A value of this type as plain data (`$snapshot`).
   * @throws InvivoError OUT_OF_RANGE for what has too many parts, as a damaged type that contains itself.
   */
  snapshot(value: unknown, _budget: SnapshotBudget): unknown {
    return value
  }

  /** Accessors of a field of this type, at `site.offset` in its struct. Here: of what is a place of its own, not read at once. */
  accessors(site: Site): PropertyDescriptor {
    const { offset } = site
    // oxlint-disable-next-line typescript/no-this-alias
    const codec = this
    return {
      get(this: View) {
        const { hi, lo } = this[PLACE]
        return codec.read(highPlus(hi, lo, offset), (lo + offset) | 0, site, this)
      },
      set(this: View, value: unknown) {
        codec.encode(value, () => fieldPath(this, site))
      },
    }
  }
}

/** @throws MemoryFault naming the place; `memory.faultHi` and `faultLo` are set. */
export function throwFault(space: Space, length: number, site: Site, owner: View | undefined, hi: number, lo: number, type: Type): never {
  const { memory } = space
  const address = toUnsigned(memory.faultHi, memory.faultLo)
  const reason = isExact(memory.faultHi)
    ? memory.target.explainFault(toNumber(memory.faultHi, memory.faultLo))
    : 'not an address of this machine'
  throw new MemoryFault('read', placePath(space, site, owner, hi, lo, type), length, address, reason, reachedBy(space, owner))
}

/** Writes bytes to the target. @throws InvivoError READ_ONLY, MEMORY_FAULT naming the place. */
export function writeBytes(space: Space, hi: number, lo: number, bytes: Uint8Array, path: () => string): void {
  const fail = (reason: string, cause?: unknown): never => {
    throw new MemoryFault('write', path(), bytes.length, toUnsigned(hi, lo), reason, undefined, cause === undefined ? {} : { cause })
  }
  try {
    if (!space.memory.write(hi, lo, bytes)) fail('not an address of this machine')
  } catch (error) {
    if (error instanceof InvivoError && error.code === 'MEMORY_FAULT' && !(error instanceof MemoryFault)) {
      fail(isExact(hi) ? space.memory.target.explainFault(toNumber(hi, lo)) : error.message, error)
    }
    if (error instanceof InvivoError && error.code === 'READ_ONLY') {
      throw new InvivoError('READ_ONLY', `cannot assign to ${path()}: ${error.message}`, { cause: error })
    }
    throw error
  }
}

/** Encodes and writes. */
export function store(codec: Codec, hi: number, lo: number, value: unknown, path: () => string): void {
  writeBytes(codec.space, hi, lo, codec.encode(value, path), path)
}
