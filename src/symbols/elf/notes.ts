/**
 * ELF notes (gABI chapter 5, "Note Section"): the records of PT_NOTE segments and SHT_NOTE sections. What the notes of a core
 * dump mean is the core target's business.
 */
import { ElfReader } from './reader.ts'

export interface ElfNote {
  /** `GNU`, `CORE`, `LINUX`, …, without the NUL. */
  readonly name: string
  readonly type: number
  /** The descriptor: a view of the bytes given. */
  readonly descriptor: Uint8Array
  /** Of the descriptor, from the start of the bytes given. */
  readonly offset: number
}

/**
 * Ends at the first record that does not fit: what follows it cannot be found.
 * @param alignment p_align or sh_addralign: 8 for notes laid out in 8-byte units (GNU properties), else 4 is meant.
 */
export function* readNotes(bytes: Uint8Array, little: boolean, alignment: number): Generator<ElfNote> {
  const reader = new ElfReader(bytes, little, true)
  const unit = alignment === 8 ? 8 : 4
  const align = (value: number): number => Math.ceil(value / unit) * unit
  let at = 0
  while (at + 12 <= bytes.length) {
    const nameSize = reader.u32(at)
    const descriptorSize = reader.u32(at + 4)
    const type = reader.u32(at + 8)
    const nameAt = at + 12
    // The descriptor is aligned from the start of the record, which with 8-byte units differs from aligning the name's size.
    const offset = at + align(12 + nameSize)
    const end = offset + descriptorSize
    if (end > bytes.length || nameAt + nameSize > bytes.length) return
    let nameEnd = nameAt + Math.min(nameSize, 256)
    while (nameEnd > nameAt && bytes[nameEnd - 1] === 0) nameEnd--
    yield { name: latin1(bytes, nameAt, nameEnd), type, descriptor: bytes.subarray(offset, end), offset }
    at = at + align(end - at)
  }
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1')
}
