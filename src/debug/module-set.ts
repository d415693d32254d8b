/**
 * The files a program is made of, each with its symbols and debug information, read when first asked for: opening a debugger on
 * a small program must not cost reading libc's types. Look-ups go through the modules in order, the program itself first.
 */
import { BufferSource } from '../symbols/byte-source.ts'
import { openDebugInfo, openDebugInfoSync, type DebugInfoOptions } from '../symbols/dwarf/dwarf-info.ts'
import { readCopyRelocations } from '../symbols/elf/copy-relocations.ts'
import { ElfFile } from '../symbols/elf/elf-file.ts'
import type { ElfSymbol, SymbolTable } from '../symbols/elf/symbol-table.ts'
import { describeDebugFileSearch, findDebugFile } from '../symbols/find-debug-file.ts'
import type { DebugInfo, ForeignDefinition } from '../symbols/debug-info.ts'
import { isInvivoError } from '../errors.ts'
import type { MappedModule, Target } from '../target/target.ts'

/** The vdso has two pages; nothing that is only in memory is big. */
const MAX_MEMORY_MODULE = 1 << 22

export interface ModuleOptions {
  /** Folders of separate debug files, looked at before /usr/lib/debug. */
  readonly debugDirectories?: readonly string[] | undefined
  /** Where indexes are kept; false: nowhere. Default: `$XDG_CACHE_HOME/invivo`. */
  readonly cacheFolder?: string | false | undefined
  /** Called while the program's own debug information is read. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/** One mapped file. */
export class Module implements Disposable {
  readonly mapped: MappedModule
  readonly #target: Target
  readonly #options: ModuleOptions
  readonly #foreign: ForeignDefinition
  #elf: ElfFile | null | undefined
  #debugFile: ElfFile | undefined
  #copies: ReadonlySet<number> | undefined
  #info: DebugInfo | null | undefined
  #why = ''
  #searched = false

  constructor(mapped: MappedModule, target: Target, options: ModuleOptions, foreign: (self: Module) => ForeignDefinition) {
    this.mapped = mapped
    this.#target = target
    this.#options = options
    this.#foreign = foreign(this)
  }

  get path(): string {
    return this.mapped.path
  }

  get buildId(): string | undefined {
    return this.mapped.buildId ?? this.elf?.buildId
  }

  get bias(): number {
    return this.mapped.bias
  }

  /** Undefined when there is no file that opens; {@link whyNoDebugInfo} says why. */
  get elf(): ElfFile | undefined {
    if (this.#elf === undefined) this.#elf = this.#open() ?? null
    return this.#elf ?? undefined
  }

  /** The fuller of the symbol tables of the file and its debug file. */
  get symbols(): SymbolTable | undefined {
    const { elf } = this
    if (elf === undefined || elf.section('.symtab') !== undefined) return elf?.symbols
    return this.debugFile?.symbols ?? elf.symbols
  }

  /** Link-time addresses of a program's own copies of its libraries' variables. */
  get copies(): ReadonlySet<number> {
    this.#copies ??= this.elf === undefined ? new Set() : readCopyRelocations(this.elf)
    return this.#copies
  }

  /** The separate debug file, where there is one and the file has no debug information itself. */
  get debugFile(): ElfFile | undefined {
    this.#findDebugFile()
    return this.#debugFile
  }

  /** Debug information; read now if it was not. Undefined when there is none. */
  get info(): DebugInfo | undefined {
    if (this.#info === undefined) this.#info = this.#load() ?? null
    return this.#info ?? undefined
  }

  /** What was read so far. */
  get loadedInfo(): DebugInfo | undefined {
    return this.#info ?? undefined
  }

  get isLoaded(): boolean {
    return this.#info !== undefined
  }

  /** A sentence for a message; empty when there is debug information or nobody looked. */
  get whyNoDebugInfo(): string {
    return this.#why
  }

  [Symbol.dispose](): void {
    this.#info?.[Symbol.dispose]()
    this.#debugFile?.[Symbol.dispose]()
    this.#elf?.[Symbol.dispose]()
    this.#info = this.#elf = null
    this.#debugFile = undefined
  }

  #open(): ElfFile | undefined {
    const { file, missing, path, start, end } = this.mapped
    try {
      if (file !== undefined) return ElfFile.open(file)
      if (end - start > MAX_MEMORY_MODULE || end <= start) {
        this.#why = `no debug information for ${path}: ${missing ?? 'there is no file'}`
        return undefined
      }
      const bytes = new Uint8Array(end - start)
      const got = this.#target.read(start, bytes, 0, bytes.length)
      return ElfFile.open(new BufferSource(bytes.subarray(0, got), path))
    } catch (error) {
      if (!isInvivoError(error)) throw error
      this.#why = `no debug information for ${path}: ${error.message}`
      return undefined
    }
  }

  #findDebugFile(): void {
    const { elf } = this
    if (this.#searched || elf === undefined || elf.hasDebugInfo) return
    this.#searched = true
    const search = findDebugFile(elf, {
      debugFolders: [...(this.#options.debugDirectories ?? []), '/usr/lib/debug'],
      programPath: this.mapped.path,
    })
    this.#debugFile = search.found
    if (search.found === undefined) this.#why = describeDebugFileSearch(this.mapped.path, search)
  }

  #load(): DebugInfo | undefined {
    return this.#loaded((source, options) => openDebugInfoSync(source, options))
  }

  /** Reads the debug information as {@link info} does, but large ones while the disk works, not after, and never whole in memory. */
  async load(): Promise<void> {
    if (this.#info !== undefined) return
    const { source, options } = this.#source()
    let info: DebugInfo | undefined
    let failure: unknown
    try {
      if (source !== undefined) info = await openDebugInfo(source, options)
    } catch (error) {
      failure = error
    }
    this.#info =
      this.#loaded(() => {
        if (info === undefined) throw failure
        return info
      }) ?? null
  }

  #source(): { source: ElfFile | undefined; options: DebugInfoOptions } {
    const { elf } = this
    const source = elf === undefined || elf.hasDebugInfo ? elf : this.debugFile
    const options: DebugInfoOptions = {}
    if (this.#options.cacheFolder !== undefined) options.cacheFolder = this.#options.cacheFolder
    if (this.#options.onProgress !== undefined) options.onProgress = this.#options.onProgress
    return { source, options }
  }

  #loaded(open: (source: ElfFile, options: DebugInfoOptions) => DebugInfo): DebugInfo | undefined {
    const { source, options } = this.#source()
    if (source === undefined) return undefined
    try {
      const info = open(source, options)
      info.foreignDefinition = this.#foreign
      return info
    } catch (error) {
      if (!isInvivoError(error)) throw error
      this.#why = error.code === 'NO_DEBUG_INFO' ? error.message : `no debug information for ${this.mapped.path}: ${error.message}`
      return undefined
    }
  }
}

/** All modules of a target. */
export class ModuleSet implements Disposable {
  readonly #target: Target
  readonly #options: ModuleOptions
  #mapped: readonly MappedModule[] = []
  #modules: Module[] = []

  constructor(target: Target, options: ModuleOptions) {
    this.#target = target
    this.#options = options
    this.refresh()
  }

  /** Takes up libraries that were loaded since. */
  refresh(): void {
    const mapped = this.#target.modules()
    if (mapped === this.#mapped) return
    this.#mapped = mapped
    const known = new Map(this.#modules.map((module) => [`${module.mapped.start} ${module.mapped.path}`, module]))
    this.#modules = mapped.map((each) => {
      const key = `${each.start} ${each.path}`
      const old = known.get(key)
      known.delete(key)
      return old ?? new Module(each, this.#target, this.#options, (self) => (space, name) => this.#foreign(self, space, name))
    })
    for (const gone of known.values()) gone[Symbol.dispose]()
  }

  get all(): readonly Module[] {
    return this.#modules
  }

  get main(): Module | undefined {
    return this.#modules[0]
  }

  /** The module an address lies in. */
  at(address: number): Module | undefined {
    return this.#modules.find(({ mapped }) => address >= mapped.start && address < mapped.end)
  }

  /**
   * What `find` gives of the modules whose debug information is there already, and when that is nothing, of the others, read one
   * by one until one has something.
   */
  lookUp<T>(find: (info: DebugInfo, module: Module) => readonly T[]): T[] {
    const found: T[] = []
    for (const module of this.#modules) {
      const info = module.loadedInfo
      if (info !== undefined) found.push(...find(info, module))
    }
    if (found.length > 0) return found
    for (const module of this.#modules) {
      if (module.isLoaded) continue
      const { info } = module
      if (info !== undefined) found.push(...find(info, module))
      if (found.length > 0) return found
    }
    return found
  }

  /**
   * Run-time address of a variable with external linkage. The run-time linker may have given it another place than its debug
   * information says (the program's copy), and an alias (`environ` of glibc) has its place in the symbol table only.
   * @param address link-time address by the debug information of `module`.
   */
  placeOf(name: string, address: number | undefined, module: Module): number | undefined {
    const { main } = this
    if (main !== undefined && main !== module && main.copies.size > 0) {
      const copy = main.elf?.symbols.findAll(name).find((symbol) => symbol.kind === 'object' && main.copies.has(symbol.address))
      if (copy !== undefined) return copy.address + main.bias
    }
    const place = address ?? module.symbols?.findAll(name).find(({ kind, binding }) => kind === 'object' && binding !== 'local')?.address
    return place === undefined ? undefined : place + module.bias
  }

  /** Symbols of that name, with the module each is in. */
  findSymbols(name: string): { module: Module; symbol: ElfSymbol }[] {
    return this.#modules.flatMap((module) => (module.symbols?.findAll(name) ?? []).map((symbol) => ({ module, symbol })))
  }

  [Symbol.dispose](): void {
    for (const module of this.#modules) module[Symbol.dispose]()
  }

  /** Types that are being looked for in other modules: a module that only declares one too would ask back, without end. */
  readonly #sought = new Set<string>()

  #foreign(self: Module, space: Parameters<ForeignDefinition>[0], name: string): ReturnType<ForeignDefinition> {
    const key = `${space} ${name}`
    if (this.#sought.has(key)) return undefined
    this.#sought.add(key)
    try {
      return this.#definitionElsewhere(self, space, name)
    } finally {
      this.#sought.delete(key)
    }
  }

  #definitionElsewhere(self: Module, space: Parameters<ForeignDefinition>[0], name: string): ReturnType<ForeignDefinition> {
    const complete = this.lookUp((info, module) => {
      if (module === self) return []
      return info.findTypes(name, space).filter((type) => {
        return (type.kind === 'struct' || type.kind === 'union' || type.kind === 'class' || type.kind === 'enum') && !type.incomplete
      })
    })
    const [first] = complete
    return first?.kind === 'struct' || first?.kind === 'union' || first?.kind === 'class' || first?.kind === 'enum' ? first : undefined
  }
}
