/**
 * What files say about themselves: `invivo/symbols`. ELF files, their symbols and separate debug files; types and variables
 * of debug information.
 */
export { BufferSource, FileSource, type ByteSource } from './byte-source.ts'
export { ElfFile, type DebugLink, type DynamicEntry } from './elf/elf-file.ts'
export type { ElfHeader, ElfSection, ElfSegment } from './elf/header.ts'
export { readNotes, type ElfNote } from './elf/notes.ts'
export { SymbolTable, type ElfSymbol } from './elf/symbol-table.ts'
export {
  describeDebugFileSearch,
  findDebugFile,
  type DebugFileSearch,
  type FindDebugFileOptions,
  type TriedDebugFile,
} from './find-debug-file.ts'
export { isCompound, sizeOf, stripTypedefs } from './type.ts'
export type * from './type.ts'
export type * from './debug-info.ts'
export { openDebugInfo, openDebugInfoSync, type DebugInfoOptions, type DwarfInfo } from './dwarf/dwarf-info.ts'
