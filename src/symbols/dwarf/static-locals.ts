/**
 * Which names static variables within functions may have, told by the symbol table: GCC calls the symbol of `static int count`
 * in a function `count.0`, Clang `function.count`. Their debug entries are deep in function bodies, so this decides whether a
 * scan of everything is worth it: it says yes too often rather than too seldom.
 */
import type { ElfFile } from '../elf/elf-file.ts'

const DOT = 0x2e
const DIGIT_0 = 0x30
const DIGIT_9 = 0x39

export class StaticLocalNames {
  readonly #elf: ElfFile
  /** The names of .symtab; null: there are none, so nothing is known. */
  #strings: Buffer | null | undefined

  constructor(elf: ElfFile) {
    this.#elf = elf
  }

  mayHave(name: string): boolean {
    const strings = this.#load()
    if (strings === null) return true
    const wanted = Buffer.from(name)
    for (let at = strings.indexOf(wanted); at >= 0; at = strings.indexOf(wanted, at + 1)) {
      const before = strings[at - 1] ?? 0
      const after = strings[at + wanted.length] ?? 0
      const digit = strings[at + wanted.length + 1] ?? 0
      // `name.0`, also as the end of another string, which linkers share.
      if (after === DOT && digit >= DIGIT_0 && digit <= DIGIT_9) return true
      if (before === DOT && (after === 0 || after === DOT)) return true
    }
    return false
  }

  #load(): Buffer | null {
    if (this.#strings === undefined) {
      const section = this.#elf.section('.symtab')
      const strings = section === undefined ? undefined : this.#elf.sections[section.link]
      const data = strings === undefined || strings.name === '' ? undefined : this.#elf.tryData(strings.name)
      this.#strings = data === undefined || data.length === 0 ? null : Buffer.from(data.buffer, data.byteOffset, data.length)
    }
    return this.#strings
  }
}
