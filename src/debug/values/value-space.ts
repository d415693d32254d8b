/**
 * All the values of one program: which codec reads a type, and values at addresses. The one place that knows every codec.
 */
import { InvivoError } from '../../errors.ts'
import { highOf, lowOf } from '../address.ts'
import type { Memory } from '../memory.ts'
import { typeName } from '../../symbols/type-name.ts'
import { sizeOf, stripTypedefs, type BaseType, type Type } from '../../symbols/type.ts'
import type { TypeToken } from '../value-types.ts'
import { ArrayCodec } from './arrays.ts'
import { store, type Abi, type Codec, type Space, type ValueHooks } from './codec.ts'
import { EnumCodec } from './enums.ts'
import { integerAccessors, MAX_FAST_OFFSET } from './fields.ts'
import { ComplexCodec, FloatCodec, type FloatFormat } from './floats.ts'
import { FunctionCodec } from './function-pointer.ts'
import { BooleanCodec, IntegerCodec, WideIntegerCodec } from './integers.ts'
import { OpaqueCodec } from './opaque.ts'
import { PointerCodec } from './pointers.ts'
import { ScalarCodec } from './scalar.ts'
import { CAST_SITE, Site } from './site.ts'
import { CompoundCodec } from './struct.ts'
import { typeToken } from './type-token.ts'

export class ValueSpace implements Space {
  readonly memory: Memory
  readonly abi: Abi
  readonly hooks: ValueHooks
  readonly #codecs = new Map<Type, Codec>()

  constructor(memory: Memory, abi: Abi, hooks: ValueHooks) {
    this.memory = memory
    this.abi = abi
    this.hooks = hooks
  }

  spell(type: Type): string {
    return typeName(type)
  }

  codec(type: Type): Codec {
    let codec = this.#codecs.get(type)
    if (codec === undefined) {
      codec = this.#make(type)
      this.#codecs.set(type, codec)
    }
    return codec
  }

  /** What is at an address: a struct, an array, or the number itself. */
  read(type: Type, address: bigint): unknown {
    return this.codec(type).read(highOf(address), lowOf(address), CAST_SITE, undefined)
  }

  /** Accessors of a variable, for an object whose property it becomes. */
  variable(name: string, type: Type, address: bigint): { get: () => unknown; set: (value: unknown) => void } {
    const codec = this.codec(type)
    const site = new Site('global', name)
    const hi = highOf(address)
    const lo = lowOf(address)
    return {
      get: () => codec.read(hi, lo, site, undefined),
      set: (value) => store(codec, hi, lo, value, () => name),
    }
  }

  /** A variable that is in no memory, from its bytes. @throws InvivoError UNAVAILABLE for what is read in parts. */
  constant(name: string, type: Type, bytes: Uint8Array): unknown {
    const codec = this.codec(type)
    if (!(codec instanceof ScalarCodec) || bytes.length < codec.size) {
      throw new InvivoError('UNAVAILABLE', `${name} cannot be looked at: the compiler made it a constant, it is in no memory`)
    }
    return codec.decode(this.memory.stageBytes(bytes), new Site('global', name), 0, 0)
  }

  token<T>(type: Type): TypeToken<T> {
    return typeToken<T>(this.codec(type))
  }

  #make(type: Type): Codec {
    const stripped = stripTypedefs(type)
    switch (stripped.kind) {
      case 'struct':
      case 'union':
      case 'class':
        // One class for all the names of a type, so that `===` of constructors and inline caches hold.
        if (stripped !== type) return this.codec(stripped)
        return stripped.incomplete ? new OpaqueCodec(this, type, 0) : new CompoundCodec(this, stripped)
      case 'base':
        return this.#base(type, stripped)
      case 'enum':
        return [1, 2, 4, 8].includes(stripped.size) ? new EnumCodec(this, stripped) : new OpaqueCodec(this, type, 0)
      case 'pointer':
        return stripped.size === 8 || stripped.size === 4
          ? new PointerCodec(this, type, stripped)
          : new OpaqueCodec(this, type, stripped.size)
      case 'array':
        if (stripped !== type) return this.codec(stripped)
        return new ArrayCodec(this, stripped)
      case 'function':
        return new FunctionCodec(this, stripped, 0)
      case 'void':
      case 'unknown':
        return new OpaqueCodec(this, type, sizeOf(stripped) ?? 0)
    }
  }

  #base(type: Type, base: BaseType): Codec {
    const { size, encoding, bitSize } = base
    // A damaged file may state any size; nothing real is beyond a 4096-bit integer.
    if (!Number.isInteger(size) || size < 1 || size > 512) return new OpaqueCodec(this, type, 0)
    if (bitSize !== undefined && !(bitSize >= 1 && bitSize <= size * 8)) return new OpaqueCodec(this, type, size)
    switch (encoding) {
      case 'boolean':
        return new BooleanCodec(this, type, size)
      case 'signed':
      case 'signed-char':
      case 'unsigned':
      case 'unsigned-char':
      case 'utf': {
        const signed = encoding === 'signed' || encoding === 'signed-char'
        const whole = bitSize === undefined || bitSize === size * 8
        if (whole && (size === 1 || size === 2 || size === 4 || size === 8)) {
          return size === 8 || !this.abi.little
            ? new IntegerCodec(this, type, size, signed)
            : new SmallIntegerCodec(this, type, size, signed)
        }
        return new WideIntegerCodec(this, type, size, bitSize ?? size * 8, signed)
      }
      case 'float': {
        const format = this.#floatFormat(base.name, size)
        return format === undefined ? new OpaqueCodec(this, type, size) : new FloatCodec(this, type, size, format)
      }
      case 'complex': {
        const format = this.#floatFormat(base.name, size / 2)
        return format === undefined ? new OpaqueCodec(this, type, size) : new ComplexCodec(this, type, size, format)
      }
      case 'decimal-float':
      case 'other':
        return new OpaqueCodec(this, type, size)
    }
  }

  #floatFormat(name: string, size: number): FloatFormat | undefined {
    switch (size) {
      case 2:
        return name.includes('bf16') ? 'bfloat16' : 'binary16'
      case 4:
        return 'binary32'
      case 8:
        return 'binary64'
      case 10:
      case 12:
        return 'x87'
      case 16:
        return this.abi.longDouble === 'binary128' || name.includes('128') ? 'binary128' : 'x87'
      default:
        return undefined
    }
  }
}

/** Integers with the faster field accessors of fields.ts. */
class SmallIntegerCodec extends IntegerCodec {
  override accessors(site: Site): PropertyDescriptor {
    const { size } = this
    const fast = site.offset <= MAX_FAST_OFFSET && (size === 1 || size === 2 || size === 4)
    return fast ? integerAccessors(this, site, size, this.signed) : super.accessors(site)
  }
}
