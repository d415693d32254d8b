/** A target over pieces of memory in the test: what exists, what is readable, how it was read. */
import type { MappedModule, MappedRange, Target, Thread } from '../../src/target/target.ts'
import { InvivoError } from '../../src/errors.ts'

export interface FakeOptions {
  byteOrder?: 'little' | 'big'
  addressSize?: 4 | 8
  immutable?: boolean
}

export class FakeTarget implements Target {
  readonly kind = 'process'
  readonly description = 'a target of the test'
  readonly byteOrder: 'little' | 'big'
  readonly addressSize: 4 | 8
  readonly immutable: boolean
  readonly pid = undefined
  readonly pieces: { readonly start: number; readonly bytes: Uint8Array }[] = []
  /** Calls of {@link read}. */
  reads: { readonly address: number; readonly length: number }[] = []

  constructor(options: FakeOptions = {}) {
    this.byteOrder = options.byteOrder ?? 'little'
    this.addressSize = options.addressSize ?? 8
    this.immutable = options.immutable ?? false
  }

  add(start: number, bytes: Uint8Array): this {
    this.pieces.push({ start, bytes })
    return this
  }

  read(address: number, into: Uint8Array, offset: number, length: number): number {
    this.reads.push({ address, length })
    let done = 0
    while (done < length) {
      const at = address + done
      const piece = this.pieces.find(({ start, bytes }) => at >= start && at < start + bytes.length)
      if (piece === undefined) break
      const count = Math.min(length - done, piece.start + piece.bytes.length - at)
      into.set(piece.bytes.subarray(at - piece.start, at - piece.start + count), offset + done)
      done += count
    }
    return done
  }

  write(address: number, bytes: Uint8Array): void {
    for (const [i, byte] of bytes.entries()) {
      const piece = this.pieces.find(({ start, bytes: held }) => address + i >= start && address + i < start + held.length)
      if (piece === undefined) throw new InvivoError('MEMORY_FAULT', 'cannot write')
      piece.bytes[address + i - piece.start] = byte
    }
  }

  explainFault(): string {
    return 'not mapped'
  }
  modules(): readonly MappedModule[] {
    return []
  }
  threads(): readonly Thread[] {
    return []
  }
  mappings(): readonly MappedRange[] {
    return []
  }
  pause(): Disposable {
    return { [Symbol.dispose]() {} }
  }
  [Symbol.dispose](): void {}
}
