/** Appends the fields of ELF structures to a growing buffer, in a given byte order and class: the counterpart of ElfReader. */
export class ElfWriter {
  readonly #little: boolean
  readonly #is64: boolean
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1 << 16)
  #view: DataView = new DataView(this.#bytes.buffer)
  #length = 0

  constructor(little: boolean, is64: boolean) {
    this.#little = little
    this.#is64 = is64
  }

  u16(value: number): this {
    this.#view.setUint16(this.#grow(2), value, this.#little)
    return this
  }

  u32(value: number): this {
    this.#view.setUint32(this.#grow(4), value, this.#little)
    return this
  }

  /** An address, offset or size of the class: 4 or 8 bytes; negative numbers as two's complement. */
  word(value: number): this {
    if (!this.#is64) return this.u32(value)
    this.#view.setBigInt64(this.#grow(8), BigInt(value), this.#little)
    return this
  }

  bytes(bytes: Uint8Array): this {
    const at = this.#grow(bytes.length)
    this.#bytes.set(bytes, at)
    return this
  }

  /** Zeros up to the next multiple. */
  align(unit: number): this {
    this.#grow(Math.ceil(this.#length / unit) * unit - this.#length)
    return this
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length)
  }

  #grow(count: number): number {
    const at = this.#length
    this.#length += count
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length))
      larger.set(this.#bytes)
      this.#bytes = larger
      this.#view = new DataView(larger.buffer)
    }
    return at
  }
}
