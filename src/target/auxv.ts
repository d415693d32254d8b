/**
 * The auxiliary vector (getauxval(3), linux/auxvec.h): what the kernel told the program when it started, from /proc/PID/auxv or
 * a core's NT_AUXV.
 */
import { ElfReader } from '../symbols/elf/reader.ts'

/** a_type */
export const AT = { NULL: 0, PHDR: 3, PHENT: 4, PHNUM: 5, BASE: 7, ENTRY: 9, EXECFN: 31, SYSINFO_EHDR: 33 } as const

/** @returns the entries by a_type; of a repeated one, the first. */
export function parseAuxv(bytes: Uint8Array, little: boolean, is64: boolean): Map<number, number> {
  const entries = new Map<number, number>()
  const reader = new ElfReader(bytes, little, is64)
  const width = is64 ? 8 : 4
  for (let at = 0; at + 2 * width <= bytes.length; at += 2 * width) {
    const type = reader.word(at)
    if (type === AT.NULL) break
    if (!entries.has(type)) entries.set(type, reader.address(at + width))
  }
  return entries
}
