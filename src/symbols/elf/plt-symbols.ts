/**
 * Names for the stubs of the procedure linkage table, `puts@plt`: no symbol table has them, and the address of a library's
 * function taken in a program that is not position-independent is its stub's. Follows the System V ABI's x86-64 supplement,
 * section 5.2 (and CET's `.plt.sec`); on other processors stubs stay nameless.
 */
import { EM, SHT } from './constants.ts'
import type { ElfFile } from './elf-file.ts'
import { ElfReader } from './reader.ts'
import type { ElfSymbol } from './symbol-table.ts'

const R_X86_64_GLOB_DAT = 6
const R_X86_64_JUMP_SLOT = 7
const R_X86_64_IRELATIVE = 37
const RELA_SIZE = 24
const SYMBOL_SIZE = 24
/** Programs have some thousand stubs at most. */
const MAX_TABLE = 1 << 24

/** Sections of stubs, and the size of one. */
const stubSections = [
  ['.plt', 16],
  ['.plt.sec', 16],
  ['.plt.got', 8],
] as const

/** The stubs by address. */
export function readPltSymbols(elf: ElfFile): ElfSymbol[] {
  if (elf.header.machine !== EM.X86_64 || !elf.header.is64) return []
  const slots = readSlots(elf)
  if (slots.size === 0) return []
  const symbols: ElfSymbol[] = []
  for (const [sectionName, usualSize] of stubSections) {
    const section = elf.section(sectionName)
    const code = section === undefined || section.type === SHT.NOBITS || section.size > MAX_TABLE ? undefined : elf.tryData(sectionName)
    if (section === undefined || code === undefined) continue
    const reader = new ElfReader(code, true, true)
    // With CET the stubs of .plt.got, too, start with endbr64 and are 16 bytes long.
    const size = sectionName === '.plt.got' && code[0] === 0xf3 ? 16 : usualSize
    for (let start = 0; start + size <= code.length; start += size) {
      const slot = jumpTarget(reader, start, size, section.address)
      const name = slot === undefined ? undefined : slots.get(slot)
      if (name !== undefined)
        symbols.push({ name: `${name}@plt`, address: section.address + start, size, kind: 'function', binding: 'local', absolute: false })
    }
  }
  return symbols.sort((a, b) => a.address - b.address)
}

/** The slot that `jmp *slot(%rip)` in a stub goes through. */
function jumpTarget(code: ElfReader, start: number, size: number, base: number): number | undefined {
  for (let at = start; at + 6 <= start + size; at++)
    if (code.u8(at) === 0xff && code.u8(at + 1) === 0x25) return base + at + 6 + (code.u32(at + 2) | 0)
  return undefined
}

/** Address of a GOT slot to the name of the function the loader puts there. */
function readSlots(elf: ElfFile): Map<number, string> {
  const slots = new Map<number, string>()
  const symbols = elf.sections.find(({ type }) => type === SHT.DYNSYM)
  const strings = symbols === undefined ? undefined : elf.sections[symbols.link]
  if (symbols === undefined || strings === undefined || symbols.size > MAX_TABLE || strings.size > MAX_TABLE) return slots
  const table = elf.tryData(symbols.name)
  const names = elf.tryData(strings.name)
  if (table === undefined || names === undefined) return slots
  const symbolReader = new ElfReader(table, true, true)
  const text = Buffer.from(names.buffer)
  for (const name of ['.rela.plt', '.rela.dyn']) {
    const section = elf.section(name)
    const data = section === undefined || section.size > MAX_TABLE ? undefined : elf.tryData(name)
    if (data === undefined) continue
    const reader = new ElfReader(data, true, true)
    for (let at = 0; at + RELA_SIZE <= data.length; at += RELA_SIZE) {
      const type = reader.u32(at + 8)
      const entry = reader.u32(at + 12) * SYMBOL_SIZE
      // The address of the resolver is all that is known; binutils' spelling.
      if (type === R_X86_64_IRELATIVE) slots.set(reader.s64(at), `*ABS*+0x${reader.u64(at + 16).toString(16)}`)
      if ((type !== R_X86_64_JUMP_SLOT && type !== R_X86_64_GLOB_DAT) || entry + SYMBOL_SIZE > table.length) continue
      const start = symbolReader.u32(entry)
      const rest = text.subarray(start, start + 4096)
      const end = rest.indexOf(0)
      if (end > 0) slots.set(reader.s64(at), rest.toString('utf8', 0, end))
    }
  }
  return slots
}
