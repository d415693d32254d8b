/**
 * The numbers of the ELF gABI (chapters 4 and 5) and of the GNU extensions that this reader needs, under their names in elf.h.
 */

/** e_type */
export const ET = { NONE: 0, REL: 1, EXEC: 2, DYN: 3, CORE: 4 } as const

/** e_machine; others are only compared, never interpreted. */
export const EM = { I386: 3, PPC: 20, PPC64: 21, S390: 22, ARM: 40, X86_64: 62, AARCH64: 183, RISCV: 243, LOONGARCH: 258 } as const

/** p_type */
export const PT = { NULL: 0, LOAD: 1, DYNAMIC: 2, INTERP: 3, NOTE: 4, PHDR: 6, TLS: 7 } as const

/** p_flags */
export const PF = { X: 1, W: 2, R: 4 } as const

/** sh_type */
export const SHT = {
  NULL: 0,
  PROGBITS: 1,
  SYMTAB: 2,
  STRTAB: 3,
  NOTE: 7,
  NOBITS: 8,
  DYNSYM: 11,
  SYMTAB_SHNDX: 18,
} as const

/** sh_flags */
export const SHF = { WRITE: 1, ALLOC: 2, EXECINSTR: 4, TLS: 0x400, COMPRESSED: 0x800 } as const

/** Special section indices of st_shndx, e_shnum and e_shstrndx. */
export const SHN = { UNDEF: 0, LORESERVE: 0xff00, ABS: 0xfff1, COMMON: 0xfff2, XINDEX: 0xffff } as const

/** e_phnum when the real number stands in sh_info of section 0. */
export const PN_XNUM = 0xffff

/** The low four bits of st_info. */
export const STT = { NOTYPE: 0, OBJECT: 1, FUNC: 2, SECTION: 3, FILE: 4, COMMON: 5, TLS: 6, GNU_IFUNC: 10 } as const

/** The high four bits of st_info. */
export const STB = { LOCAL: 0, GLOBAL: 1, WEAK: 2, GNU_UNIQUE: 10 } as const

/** ch_type */
export const ELFCOMPRESS = { ZLIB: 1, ZSTD: 2 } as const

/** Types of the notes named `GNU`. */
export const NT_GNU_BUILD_ID = 3

/** d_tag */
export const DT = {
  NULL: 0,
  NEEDED: 1,
  HASH: 4,
  STRTAB: 5,
  SYMTAB: 6,
  RELA: 7,
  RELASZ: 8,
  STRSZ: 10,
  SYMENT: 11,
  SONAME: 14,
  REL: 17,
  RELSZ: 18,
  DEBUG: 21,
  GNU_HASH: 0x6ffffef5,
  RELACOUNT: 0x6ffffff9,
  RELCOUNT: 0x6ffffffa,
} as const
