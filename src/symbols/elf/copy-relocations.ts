/**
 * Copy relocations (the psABIs' R_*_COPY): a program that is not fully position-independent has its own copy of a library's
 * variable, and the run-time linker makes the library use that one. What the library's debug information says of the place of
 * such a variable (`environ`, `optind`, `stdout`) is then the place of a dead original.
 */
import { DT, EM } from './constants.ts'
import type { ElfFile } from './elf-file.ts'
import { ElfReader } from './reader.ts'

const copyTypes: Partial<Record<number, number>> = { [EM.X86_64]: 5, [EM.I386]: 5, [EM.AARCH64]: 1024 }

/** Chromium's table has 25 MB, most of it relative ones that DT_RELACOUNT tells to pass by. */
const MAX_TABLE = 1 << 26

/** Link-time addresses of the copies in a program; none in a library, or on machines whose relocations are not known here. */
export function readCopyRelocations(elf: ElfFile): ReadonlySet<number> {
  const copies = new Set<number>()
  const { little, is64, machine } = elf.header
  const copyType = copyTypes[machine]
  if (copyType === undefined) return copies
  const width = elf.addressSize
  const entries = new Map(elf.dynamicEntries().map(({ tag, value }) => [tag, value]))
  for (const [table, size, count, fields] of [
    [DT.RELA, DT.RELASZ, DT.RELACOUNT, 3],
    [DT.REL, DT.RELSZ, DT.RELCOUNT, 2],
  ] as const) {
    const address = entries.get(table)
    const offset = address === undefined ? undefined : elf.offsetOf(address)
    if (offset === undefined) continue
    const entrySize = fields * width
    const passedBy = (entries.get(count) ?? 0) * entrySize
    const length = Math.min((entries.get(size) ?? 0) - passedBy, elf.source.size - offset - passedBy, MAX_TABLE)
    if (!(passedBy >= 0 && length >= entrySize)) continue
    const records = new ElfReader(elf.source.read(offset + passedBy, length), little, is64)
    for (let at = 0; at + entrySize <= length; at += entrySize) {
      const type = is64 ? records.u32(little ? at + 8 : at + 12) : records.u8(little ? at + 4 : at + 7)
      if (type === copyType) copies.add(records.address(at))
    }
  }
  return copies
}
