/**
 * Fields of ELF structures out of a byte array, in the file's byte order and class. Knows nothing of the structures: header.ts,
 * notes.ts and symbol-table.ts do.
 */
export class ElfReader {
  readonly little: boolean
  readonly is64: boolean
  readonly length: number
  readonly #view: DataView

  constructor(bytes: Uint8Array, little: boolean, is64: boolean) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.length = bytes.byteLength
    this.little = little
    this.is64 = is64
  }

  u8(at: number): number {
    return this.#view.getUint8(at)
  }

  u16(at: number): number {
    return this.#view.getUint16(at, this.little)
  }

  u32(at: number): number {
    return this.#view.getUint32(at, this.little)
  }

  /** Unsigned; rounded above 2^53, which no offset or size of a real file reaches and every check against a size refuses. */
  u64(at: number): number {
    const first = this.#view.getUint32(at, this.little)
    const second = this.#view.getUint32(at + 4, this.little)
    return this.little ? second * 0x100000000 + first : first * 0x100000000 + second
  }

  /** 64 bits taken as signed: exact for every canonical address (target.ts says why). */
  s64(at: number): number {
    return this.little
      ? this.#view.getInt32(at + 4, true) * 0x100000000 + this.#view.getUint32(at, true)
      : this.#view.getInt32(at, false) * 0x100000000 + this.#view.getUint32(at + 4, false)
  }

  /** An offset or size of the file's class: 4 or 8 bytes, unsigned. */
  word(at: number): number {
    return this.is64 ? this.u64(at) : this.u32(at)
  }

  /** An address of the file's class: 64-bit ones signed, 32-bit ones unsigned. */
  address(at: number): number {
    return this.is64 ? this.s64(at) : this.u32(at)
  }
}
