/**
 * A C value as the printer (format/) and the expression evaluator (expression/) hold it: a type, and either a place in the
 * target's memory, read when something of it is needed, or bytes that were computed. What scripts hold is made elsewhere, for
 * speed (values/); reading and printing here is exact and allocates freely.
 */
import { InvivoError } from '../errors.ts'
import { sizeOf, stripTypedefs, type BaseType, type Member, type Type } from '../symbols/type.ts'
import type { Inspector } from './inspector.ts'
import { decodeInteger, encodeInteger } from './integer-bytes.ts'

/** Values up to this size are read at once; larger ones through a window of this size. */
const windowSize = 1 << 16

/** The place of a bit field's first bit, counted as {@link Member.bitOffset} from the value's address, and its width. */
export interface BitField {
  readonly bitOffset: number
  readonly bitSize: number
}

export class CValue {
  readonly inspector: Inspector
  readonly type: Type
  /** Where it is; undefined for a value that is in no memory (a computed one, a constant). Unsigned. */
  readonly address: bigint | undefined
  readonly bitField: BitField | undefined
  /** How it was reached, in C's words, for the error of a failed read. */
  readonly path: string
  /** Why there is no value (optimised out, thread-local); undefined for one that is there. */
  readonly unavailable: string | undefined
  readonly #bytes: Uint8Array | undefined
  #window: Uint8Array = new Uint8Array(0)
  #windowStart = 0

  private constructor(inspector: Inspector, type: Type, path: string, place: Place) {
    this.inspector = inspector
    this.type = type
    this.path = path
    this.address = place.address
    this.bitField = place.bitField
    this.unavailable = place.unavailable
    this.#bytes = place.bytes
  }

  /** What is at `address`. */
  static at(inspector: Inspector, type: Type, address: bigint, path = '', bitField?: BitField): CValue {
    return new CValue(inspector, type, path, { address: BigInt.asUintN(inspector.addressSize * 8, address), bitField })
  }

  /** A value that was computed; `bytes` in the target's order, and as many as the type has. */
  static of(inspector: Inspector, type: Type, bytes: Uint8Array, path = '', bitField?: BitField): CValue {
    return new CValue(inspector, type, path, { bytes, bitField })
  }

  /** An integer, enum, boolean or pointer; wraps to the type's size. */
  static integer(inspector: Inspector, type: Type, value: bigint): CValue {
    const size = checkScalar(sizeOf(type) ?? 8)
    return CValue.of(inspector, type, encodeInteger(value, size, inspector.byteOrder === 'little'))
  }

  static unavailable(inspector: Inspector, type: Type, reason: string, path = ''): CValue {
    return new CValue(inspector, type, path, { unavailable: reason })
  }

  /** Bytes; undefined where C has no size. */
  get size(): number | undefined {
    return sizeOf(this.type)
  }

  get littleEndian(): boolean {
    return this.inspector.byteOrder === 'little'
  }

  /**
   * `length` bytes from `offset` of the value on. The array may be reused by the next call.
   * @throws MemoryFault; InvivoError UNAVAILABLE.
   */
  view(offset: number, length: number): Uint8Array {
    if (!Number.isSafeInteger(offset) || !(length >= 0 && length <= maxValueSize)) {
      // A damaged file's offsets and sizes; no allocation follows them.
      throw new InvivoError('OUT_OF_RANGE', `cannot read ${this.path || 'the value'}: ${length} bytes at offset ${offset} are out of reach`)
    }
    if (this.unavailable !== undefined) throw new InvivoError('UNAVAILABLE', `cannot read ${this.path || 'the value'}: ${this.unavailable}`)
    if (this.#bytes !== undefined) {
      if (offset + length > this.#bytes.length) {
        throw new InvivoError(
          'TYPE_ERROR',
          `cannot read ${this.path || 'the value'}: it has ${this.#bytes.length} bytes, not ${offset + length}`,
        )
      }
      return this.#bytes.subarray(offset, offset + length)
    }
    const start = offset - this.#windowStart
    if (start >= 0 && start + length <= this.#window.length) return this.#window.subarray(start, start + length)
    const address = (this.address ?? 0n) + BigInt(offset)
    const size = this.size ?? 0
    const ahead = Math.max(length, Math.min(windowSize, size - offset))
    if (ahead > length) {
      const window = this.inspector.readAvailable(address, ahead)
      if (window.length >= length) {
        this.#window = window
        this.#windowStart = offset
        return window.subarray(0, length)
      }
    }
    return this.inspector.readBytes(address, length, this.path)
  }

  /** All bytes of the value, its own copy. */
  bytes(): Uint8Array<ArrayBuffer> {
    const size = this.size
    if (size === undefined) throw new InvivoError('TYPE_ERROR', `cannot read ${this.path || 'the value'}: its type has no size`)
    if (size > maxValueSize) {
      throw new InvivoError('OUT_OF_RANGE', `cannot read ${this.path || 'the value'} as a whole: ${size} bytes, more than ${maxValueSize}`)
    }
    return new Uint8Array(this.view(0, size))
  }

  /** A member of a struct or union; `member` must be one of this value's type. */
  member(member: Member): CValue {
    const path = member.name === undefined ? this.path : `${this.path}.${member.name}`
    if (this.unavailable !== undefined) return CValue.unavailable(this.inspector, member.type, this.unavailable, path)
    const { start, bitField } = memberPlace(member)
    if (bitField === undefined) return this.part(member.type, start, path)
    if (this.address !== undefined) return CValue.at(this.inspector, member.type, this.address + BigInt(start), path, bitField)
    return CValue.of(this.inspector, member.type, new Uint8Array(this.view(start, bitFieldBytes(bitField))), path, bitField)
  }

  /** Element `index` of an array; the caller checks the bound. */
  element(type: Type, index: number): CValue {
    return this.part(type, index * (sizeOf(type) ?? 0), `${this.path}[${index}]`)
  }

  /** What of this value starts at byte `offset`, as `type`. */
  part(type: Type, offset: number, path = this.path): CValue {
    if (!Number.isSafeInteger(offset)) throw new InvivoError('OUT_OF_RANGE', `cannot reach ${path || 'the value'}: its offset is ${offset}`)
    if (this.unavailable !== undefined) return CValue.unavailable(this.inspector, type, this.unavailable, path)
    if (this.address !== undefined) return CValue.at(this.inspector, type, this.address + BigInt(offset), path)
    return CValue.of(this.inspector, type, new Uint8Array(this.view(offset, sizeOf(type) ?? 0)), path)
  }

  /** The same value under another name of its type, or as another path. */
  as(type: Type, path: string = this.path): CValue {
    return new CValue(this.inspector, type, path, {
      address: this.address,
      bytes: this.#bytes,
      bitField: this.bitField,
      unavailable: this.unavailable,
    })
  }

  /**
   * The bits of an integer, boolean, enum or pointer as a number, signed as its type is.
   * @throws MemoryFault.
   */
  integer(): bigint {
    const { signed, bits } = integerShape(this.type)
    if (this.bitField !== undefined) {
      const bytes = this.view(0, bitFieldBytes(this.bitField))
      return decodeBitField(bytes, this.bitField, signed, this.littleEndian)
    }
    const size = checkScalar(this.size ?? 0)
    const value = decodeInteger(this.view(0, size), signed, this.littleEndian)
    return bits === undefined ? value : signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)
  }
}

/**
 * The byte a member starts at, and its bits from there when it is a bit field: they may lie outside the natural place of the
 * declared type (packed structs).
 * @throws InvivoError OUT_OF_RANGE, UNSUPPORTED for the claims of a damaged file.
 */
export function memberPlace(member: Member): { start: number; bitField: BitField | undefined } {
  const start = Math.floor(member.bitOffset / 8)
  if (!Number.isSafeInteger(start)) {
    throw new InvivoError('OUT_OF_RANGE', `cannot reach member '${member.name ?? '(anonymous)'}': its offset is ${start} bytes`)
  }
  if (member.bitSize === undefined) return { start, bitField: undefined }
  checkScalar(member.bitSize / 8)
  return { start, bitField: { bitOffset: member.bitOffset - start * 8, bitSize: member.bitSize } }
}

interface Place {
  address?: bigint | undefined
  bytes?: Uint8Array | undefined
  bitField?: BitField | undefined
  unavailable?: string | undefined
}

/** What is copied as one value: arithmetic and casts work on far less. Printing reads through a window and has no limit. */
const maxValueSize = 64 << 20

/** Whether a scalar's bits are a signed number, and how many they are where its bytes hold more (`_BitInt`). */
export function integerShape(type: Type): { signed: boolean; bits: number | undefined } {
  const stripped = stripTypedefs(type)
  if (stripped.kind === 'enum') return { signed: stripped.signed, bits: undefined }
  if (stripped.kind !== 'base') return { signed: false, bits: undefined }
  const { bitSize, size } = stripped
  const bits = bitSize !== undefined && bitSize > 0 && bitSize < size * 8 ? bitSize : undefined
  return { signed: isSignedEncoding(stripped), bits }
}

function isSignedEncoding(type: BaseType): boolean {
  return type.encoding === 'signed' || type.encoding === 'signed-char'
}

/** No number is as large as this; a damaged file may say so. @throws InvivoError UNSUPPORTED. */
export function checkScalar(bytes: number): number {
  if (bytes >= 0 && bytes <= 1 << 13) return bytes
  throw new InvivoError('UNSUPPORTED', `no number has ${bytes} bytes: the debug information is damaged`)
}

export function bitFieldBytes(field: BitField): number {
  return Math.ceil((field.bitOffset + field.bitSize) / 8)
}

export function decodeBitField(bytes: Uint8Array, field: BitField, signed: boolean, little: boolean): bigint {
  const value = decodeInteger(bytes, false, little) >> BigInt(bitFieldShift(bytes.length, field, little))
  return signed ? BigInt.asIntN(field.bitSize, value) : BigInt.asUintN(field.bitSize, value)
}

/** How far the field's lowest bit is from the lowest bit of `byteCount` bytes read as one number. */
export function bitFieldShift(byteCount: number, field: BitField, little: boolean): number {
  return little ? field.bitOffset : byteCount * 8 - field.bitOffset - field.bitSize
}
