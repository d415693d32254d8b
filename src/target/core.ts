/**
 * A core dump: ET_CORE files as Linux writes them (core(5); fs/binfmt_elf.c), and GDB's gcore. Memory is in the PT_LOAD segments;
 * pages that were left out because a file has them are read from that file (core-files.ts); what the notes say: core-notes.ts. A core
 * without NT_FILE is completed from the run-time linker's list (link-map.ts). Nothing is read before it is asked for, and damage costs
 * what is damaged: a truncated core has less memory.
 */
import { statSync } from 'node:fs'
import { constants } from 'node:os'
import { basename } from 'node:path'
import { InvivoError, isInvivoError } from '../errors.ts'
import { FileSource } from '../symbols/byte-source.ts'
import { ET, PF, PT } from '../symbols/elf/constants.ts'
import { readTables, type ElfHeader, type ElfSegment } from '../symbols/elf/header.ts'
import { AT, parseAuxv } from './auxv.ts'
import { CoreFiles, type CoreFilesOptions, type SavedHead } from './core-files.ts'
import { readCoreNotes, type CoreFileMapping, type CoreNotes } from './core-notes.ts'
import { inLinkOrder, readLinkMap, type ProgramInMemory } from './link-map.ts'
import { buildIdOfFile, findImages, mappingAt, MemorySource, type ImageMapping, type MappedImage } from './modules.ts'
import type { MappedModule, MappedRange, Target, Thread } from './target.ts'

export type CoreOptions = CoreFilesOptions

/** The signal that ended the process. */
export interface CoreSignal {
  readonly number: number
  /** `SIGSEGV`. */
  readonly name: string
  /** si_addr for faults: the address that was accessed. */
  readonly address: number | undefined
}

const PAGE = 4096
/** 100,000 mappings have 10 MB of notes. */
const MAX_NOTES = 1 << 28
const MAX_NAME = 4096
const MIN_ADDRESS = 0x10000

export class CoreTarget implements Target {
  readonly kind = 'core'
  readonly immutable = true
  readonly path: string
  readonly byteOrder: 'little' | 'big'
  readonly addressSize: 4 | 8
  readonly #source: FileSource
  readonly #header: ElfHeader
  readonly #notes: CoreNotes
  readonly #files: CoreFiles
  readonly #options: CoreOptions
  /** The PT_LOAD segments by address: where they start, where their memory and their saved part end, where that is in the file. */
  readonly #starts: Float64Array
  readonly #ends: Float64Array
  readonly #savedEnds: Float64Array
  /** Beyond `#savedEnds` where the file is truncated. */
  readonly #promisedEnds: Float64Array
  readonly #offsets: Float64Array
  readonly #access: Uint8Array
  /** End of what the headers promise; beyond the file's when it is truncated. */
  readonly #promisedSize: number
  #lastSegment = 0
  #fileMappings: readonly ImageMapping[]
  #modules: readonly MappedModule[] | undefined
  #mappings: readonly MappedRange[] | undefined

  /**
   * @throws InvivoError NOT_FOUND, PERMISSION, NOT_ELF, BAD_ELF, BAD_CORE for an ELF file that is no core dump; USAGE when
   *   `options.program` is not the program the core was made of.
   */
  static open(path: string, options: CoreOptions = {}): CoreTarget {
    const source = new FileSource(path)
    try {
      return new CoreTarget(source, options)
    } catch (error) {
      source[Symbol.dispose]()
      throw error
    }
  }

  private constructor(source: FileSource, options: CoreOptions) {
    this.path = source.path
    this.#source = source
    this.#options = options
    const { header, segments } = readCoreTables(source)
    this.#header = header
    this.byteOrder = header.little ? 'little' : 'big'
    this.addressSize = header.is64 ? 8 : 4

    const loads = segments
      .filter(({ type, memorySize, address }) => type === PT.LOAD && memorySize > 0 && Number.isSafeInteger(address))
      .sort((a, b) => a.address - b.address)
    this.#starts = Float64Array.from(loads, ({ address }) => address)
    this.#ends = Float64Array.from(loads, ({ address, memorySize }) => address + memorySize)
    this.#savedEnds = Float64Array.from(loads, ({ address, memorySize, fileSize, offset }) => {
      const inFile = Math.max(0, Math.min(fileSize, source.size - offset))
      return address + Math.min(inFile, memorySize)
    })
    this.#promisedEnds = Float64Array.from(loads, ({ address, memorySize, fileSize }) => address + Math.min(fileSize, memorySize))
    this.#offsets = Float64Array.from(loads, ({ offset }) => offset)
    this.#access = Uint8Array.from(loads, ({ flags }) => flags & 7)
    this.#promisedSize = segments.reduce((size, { offset, fileSize }) => Math.max(size, offset + fileSize), 0)

    const noteSegments = segments.filter(({ type, fileSize }) => type === PT.NOTE && fileSize <= MAX_NOTES)
    this.#notes = readCoreNotes(readNoteSegments(source, noteSegments), header.little, header.is64)
    this.#files = new CoreFiles(options, statSync(source.path).mtimeMs, (name) => this.#savedHead(name))
    this.#fileMappings = this.#describeFiles(this.#notes.files ?? [])
    this.#files.programName = this.#programMapping()?.name
    if (this.#notes.files === undefined) {
      this.#fileMappings = this.#describeFiles(this.#filesOfLinkMap())
      this.#files.programName = this.#programMapping()?.name
    }
    if (options.program !== undefined) this.#checkProgram(options.program)
  }

  get description(): string {
    const name = this.#notes.name
    return `core dump ${basename(this.path)}${name === '' ? '' : ` of ${name}`}`
  }

  get problem(): string | undefined {
    const { size } = this.#source
    return size < this.#promisedSize ? `the core file is truncated (it has ${size} of ${this.#promisedSize} bytes)` : undefined
  }

  get pid(): number | undefined {
    return this.#notes.pid ?? this.#notes.threads[0]?.tid
  }

  /** The command line's first 79 characters; empty when not recorded. */
  get commandLine(): string {
    return this.#notes.arguments
  }

  /** What ended the process; undefined for a core that was taken of a running one. */
  get signal(): CoreSignal | undefined {
    const number = this.#notes.threads[0]?.signal ?? 0
    if (number === 0) return undefined
    const name = Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? `signal ${number}`
    const { siginfo } = this.#notes
    let address: number | undefined
    // si_addr is there for SIGILL, SIGTRAP, SIGBUS, SIGFPE and SIGSEGV that the kernel sent (si_code > 0).
    if (siginfo !== undefined && siginfo.length >= 24 && [4, 5, 7, 8, 11].includes(number)) {
      const view = new DataView(siginfo.buffer, siginfo.byteOffset, siginfo.byteLength)
      const little = this.#header.little
      if (view.getInt32(8, little) > 0) address = this.addressSize === 8 ? Number(view.getBigInt64(16, little)) : view.getUint32(12, little)
    }
    return { number, name, address }
  }

  read(address: number, into: Uint8Array, offset: number, length: number): number {
    let done = 0
    while (done < length) {
      const at = address + done
      const index = this.#segmentAt(at)
      const savedEnd = index === -1 ? at : (this.#savedEnds[index] ?? at)
      let count = 0
      if (at < savedEnd) {
        const position = (this.#offsets[index] ?? 0) + (at - (this.#starts[index] ?? 0))
        count = this.#source.readInto(position, into, offset + done, Math.min(length - done, savedEnd - at))
      } else {
        count = this.#readFromFile(at, index, into, offset + done, length - done)
      }
      if (count === 0) break
      done += count
    }
    return done
  }

  write(address: number, _bytes: Uint8Array): void {
    throw new InvivoError(
      'READ_ONLY',
      `cannot write the memory of ${this.description} at ${hex(address)}: a core dump is what was; write to a live process (--pid)`,
    )
  }

  explainFault(address: number): string {
    const index = this.#segmentAt(address)
    if (index !== -1 && this.#isTruncated(index, address)) {
      return `not in ${this.path}: ${this.problem}`
    }
    const mapping = mappingAt(this.#fileMappings, address)
    if (mapping !== undefined) {
      const { reason } = this.#files.find(mapping.name)
      return `not saved in the core dump, and ${reason ?? `${mapping.name} has no such page`}`
    }
    // The kernel lists what it leaves out, GDB's gcore does not. Nothing is ever mapped at the bottom (vm.mmap_min_addr).
    if (index === -1) return address >= 0 && address < MIN_ADDRESS ? 'not mapped' : 'not mapped, or left out of the core dump'
    return 'not saved in the core dump (the program or /proc/PID/coredump_filter excluded it)'
  }

  modules(): readonly MappedModule[] {
    this.#modules ??= this.#findModules()
    return this.#modules
  }

  /** The one that caused the dump first, as the kernel writes them. Cores have no thread names: all have the program's. */
  threads(): readonly Thread[] {
    return this.#notes.threads.map(({ tid }) => ({ tid, name: this.#notes.name }))
  }

  /** The general registers as ptrace lays them out (`struct user_regs_struct`); undefined for a thread that is not in the core. */
  threadRegisters(tid: number): Uint8Array | undefined {
    return this.#notes.threads.find((thread) => thread.tid === tid)?.registers
  }

  mappings(): readonly MappedRange[] {
    this.#mappings ??= this.#makeMappings()
    return this.#mappings
  }

  pause(): Disposable {
    return { [Symbol.dispose]() {} }
  }

  [Symbol.dispose](): void {
    this.#files[Symbol.dispose]()
    this.#source[Symbol.dispose]()
  }

  /** Index of the PT_LOAD that contains `address`; -1: none does. */
  #segmentAt(address: number): number {
    const last = this.#lastSegment
    if (address >= (this.#starts[last] ?? Infinity) && address < (this.#ends[last] ?? 0)) return last
    const index = this.#segmentAfter(address) - 1
    if (index < 0 || !(address < (this.#ends[index] ?? 0))) return -1
    this.#lastSegment = index
    return index
  }

  /** The core says that it saved this byte, and does not have it. */
  #isTruncated(index: number, address: number): boolean {
    return address >= (this.#savedEnds[index] ?? 0) && address < (this.#promisedEnds[index] ?? 0)
  }

  /** Memory that the core does not have, from the file that was mapped there. */
  #readFromFile(address: number, segment: number, into: Uint8Array, offset: number, length: number): number {
    // What was saved had been written to: the file's page is not the same.
    if (segment !== -1 && this.#isTruncated(segment, address)) return 0
    const mapping = mappingAt(this.#fileMappings, address)
    if (mapping === undefined) return 0
    const { source } = this.#files.find(mapping.name)
    if (source === undefined) return 0
    let end = mapping.end
    // A page further on may have been saved.
    end = Math.min(end, (segment === -1 ? this.#starts[this.#segmentAfter(address)] : this.#ends[segment]) ?? end)
    const position = mapping.fileOffset + (address - mapping.start)
    const wanted = Math.min(length, end - address)
    const count = source.readInto(position, into, offset, wanted)
    if (count === wanted || count === 0) return count
    // The rest of a file's last page reads as zeros.
    const padded = Math.min(wanted, Math.ceil((position + count) / PAGE) * PAGE - position)
    into.fill(0, offset + count, offset + padded)
    return padded
  }

  /** Index of the first PT_LOAD that starts behind `address`; their number when none does. */
  #segmentAfter(address: number): number {
    let low = 0
    let high = this.#starts.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#starts[middle] ?? 0) <= address) low = middle + 1
      else high = middle
    }
    return low
  }

  /** As `read`, of the core's own bytes alone. */
  #readSaved(address: number, into: Uint8Array, offset: number, length: number): number {
    const index = this.#segmentAt(address)
    if (index === -1) return 0
    const position = (this.#offsets[index] ?? 0) + (address - (this.#starts[index] ?? 0))
    const available = (this.#savedEnds[index] ?? 0) - address
    return available <= 0 ? 0 : this.#source.readInto(position, into, offset, Math.min(length, available))
  }

  #savedHead(name: string): SavedHead {
    const first = this.#fileMappings.find((mapping) => mapping.name === name && mapping.fileOffset === 0)
    if (first === undefined) return { buildId: undefined, bytes: new Uint8Array(0) }
    const page = new Uint8Array(PAGE)
    const count = this.#readSaved(first.start, page, 0, PAGE)
    const saved = this.#readSaved.bind(this)
    const [image] = count === 0 ? [] : findImages([{ ...first, executable: true }], saved)
    // A program that writes to its file's first page is not to be told by it.
    const written = (this.#access[Math.max(0, this.#segmentAt(first.start))] ?? 0) & PF.W
    return { buildId: image?.buildId, bytes: written === 0 ? page.subarray(0, count) : new Uint8Array(0) }
  }

  #describeFiles(files: readonly CoreFileMapping[]): ImageMapping[] {
    return files.map(({ start, end, fileOffset, name }) => {
      const index = this.#segmentAt(start)
      // Without a segment nothing tells how it was mapped.
      const access = index === -1 ? PF.R | PF.X : (this.#access[index] ?? 0)
      return { start, end, fileOffset, name, identity: name, ...accessOf(access) }
    })
  }

  #auxv(): ReadonlyMap<number, number> {
    const { auxv } = this.#notes
    return auxv === undefined ? new Map<number, number>() : parseAuxv(auxv, this.#header.little, this.#header.is64)
  }

  /** Where the program's headers are mapped, else its entry point. */
  #programMapping(): ImageMapping | undefined {
    const auxv = this.#auxv()
    for (const type of [AT.PHDR, AT.ENTRY]) {
      const address = auxv.get(type)
      const mapping = address === undefined ? undefined : mappingAt(this.#fileMappings, address)
      if (mapping !== undefined) return mapping
    }
    return undefined
  }

  #findModules(): readonly MappedModule[] {
    const vdso = this.#auxv().get(AT.SYSINFO_EHDR)
    const candidates: ImageMapping[] = [...this.#fileMappings]
    const index = vdso === undefined ? -1 : this.#segmentAt(vdso)
    if (vdso !== undefined && index !== -1) {
      const access = accessOf(this.#access[index] ?? 0)
      candidates.push({ start: vdso, end: this.#ends[index] ?? vdso, fileOffset: 0, name: '[vdso]', identity: '', ...access })
      candidates.sort((a, b) => a.start - b.start)
    }
    const read = this.read.bind(this)
    const images = findImages(candidates, read)
    const headers = this.#auxv().get(AT.PHDR)
    const program =
      images.find(({ start, end }) => headers !== undefined && start <= headers && headers < end) ??
      images.find((image) => image.name === this.#files.programName) ??
      images.find((image) => image.name !== '[vdso]')
    const entries = program === undefined ? [] : readLinkMap(programInMemory(program), read)
    const libraries = inLinkOrder(
      images.filter((image) => image !== program),
      entries,
    )
    const ordered = program === undefined ? libraries : [program, ...libraries]
    return ordered.map(({ name, bias, start, end, buildId }) => {
      if (name === '[vdso]') {
        const missing = 'the kernel made it: it is in memory only'
        return { path: name, bias, start, end, buildId, file: undefined, missing }
      }
      const backing = this.#files.find(name)
      const path = name.replace(/ \(deleted\)$/, '')
      return { path, bias, start, end, buildId, file: backing.source?.path, missing: backing.reason }
    })
  }

  /** What NT_FILE would say: the segments of the program and of the libraries that the run-time linker lists. */
  #filesOfLinkMap(): CoreFileMapping[] {
    const auxv = this.#auxv()
    const headers = auxv.get(AT.PHDR)
    if (headers === undefined) return []
    const name = this.#programName(auxv.get(AT.EXECFN))
    const read = this.#readSaved.bind(this)
    let program: ProgramInMemory | undefined
    const files: CoreFileMapping[] = []
    const base = Math.floor(headers / PAGE) * PAGE
    try {
      const tables = readTables(new MemorySource(read, base, PAGE, name), [])
      const head = tables.segments.find((segment) => segment.type === PT.LOAD && segment.offset < PAGE)
      if (head !== undefined) program = { ...tables.header, bias: base - (head.address - head.offset), segments: tables.segments }
    } catch (error) {
      if (!isInvivoError(error)) throw error
    }
    program ??= fromFile(this.#options.program ?? name, headers)
    if (program === undefined) return []
    files.push(...mappingsOf(name, program))
    for (const entry of readLinkMap(program, read)) {
      if (entry.name === '' || !entry.name.startsWith('/')) continue
      const library = fromFile(this.#options.sysroot === undefined ? entry.name : `${this.#options.sysroot}${entry.name}`, undefined)
      if (library !== undefined) files.push(...mappingsOf(entry.name, { ...library, bias: entry.bias }))
    }
    return files.sort((a, b) => a.start - b.start)
  }

  /** The path the program was started by; of a core that does not have it, the first word of its command line. */
  #programName(address: number | undefined): string {
    const bytes = Buffer.alloc(MAX_NAME)
    const count = address === undefined ? 0 : this.#readSaved(address, bytes, 0, MAX_NAME)
    const end = bytes.subarray(0, count).indexOf(0)
    return end > 0 ? bytes.toString('utf8', 0, end) : (this.#notes.arguments.split(' ')[0] ?? this.#notes.name)
  }

  #checkProgram(program: string): void {
    const name = this.#files.programName
    const expected = name === undefined ? undefined : this.#savedHead(name).buildId
    using source = new FileSource(program)
    const found = buildIdOfFile(source)
    if (expected === undefined || found === expected) return
    throw new InvivoError(
      'USAGE',
      `${program} is not the program of ${this.description}: its build-id is ${found ?? 'none'}, the process had ${expected}; ` +
        `find the file that was ${name} then`,
      { file: program },
    )
  }

  #makeMappings(): readonly MappedRange[] {
    const vdso = this.#auxv().get(AT.SYSINFO_EHDR)
    const ranges: MappedRange[] = []
    for (const [index, start] of this.#starts.entries()) {
      const file = mappingAt(this.#fileMappings, start)
      const name = file?.name ?? (start === vdso ? '[vdso]' : '')
      const fileOffset = file === undefined ? 0 : file.fileOffset + (start - file.start)
      ranges.push({ start, end: this.#ends[index] ?? start, fileOffset, name, ...accessOf(this.#access[index] ?? 0) })
    }
    for (const { start, end, fileOffset, name, readable, writable, executable } of this.#fileMappings)
      if (this.#segmentAt(start) === -1) ranges.push({ start, end, fileOffset, name, readable, writable, executable })
    return ranges.sort((a, b) => a.start - b.start)
  }
}

function accessOf(flags: number): { readonly readable: boolean; readonly writable: boolean; readonly executable: boolean } {
  return { readable: (flags & PF.R) !== 0, writable: (flags & PF.W) !== 0, executable: (flags & PF.X) !== 0 }
}

function programInMemory(image: MappedImage): ProgramInMemory {
  return { bias: image.bias, segments: image.segments, little: image.header.little, is64: image.header.is64 }
}

/** @param headers where its program headers are in memory, which tells the bias. */
function fromFile(path: string, headers: number | undefined): ProgramInMemory | undefined {
  try {
    using source = new FileSource(path)
    const { header, segments } = readTables(source, [])
    const own = segments.find((segment) => segment.type === PT.PHDR)
    const bias = headers === undefined || own === undefined ? 0 : headers - own.address
    return { bias, segments, little: header.little, is64: header.is64 }
  } catch (error) {
    if (isInvivoError(error)) return undefined
    throw error
  }
}

function mappingsOf(name: string, program: ProgramInMemory): CoreFileMapping[] {
  return program.segments
    .filter((segment) => segment.type === PT.LOAD && segment.fileSize > 0 && segment.fileSize < Number.MAX_SAFE_INTEGER)
    .map(({ address, offset, fileSize }) => {
      const inPage = ((address % PAGE) + PAGE) % PAGE
      const start = program.bias + address - inPage
      return { start, end: Math.ceil((program.bias + address + fileSize) / PAGE) * PAGE, fileOffset: offset - inPage, name }
    })
    .filter(({ start, end, fileOffset }) => start < end && fileOffset >= 0)
}

/** @throws InvivoError with what the file is instead, where that is known. */
function readCoreTables(source: FileSource): { readonly header: ElfHeader; readonly segments: readonly ElfSegment[] } {
  const magic = Buffer.alloc(8)
  const length = source.readInto(0, magic, 0, 8)
  const compressors: readonly (readonly [string, string, string])[] = [
    ['28b52ffd', 'zstd', 'zstd -d'],
    ['04224d18', 'lz4', 'lz4 -d'],
    ['fd377a58', 'xz', 'xz -dk'],
    ['1f8b', 'gzip', 'gzip -dk'],
  ]
  const compressor = compressors.find(([start]) => magic.toString('hex', 0, length).startsWith(start))
  if (compressor !== undefined) {
    const [, name, command] = compressor
    throw new InvivoError('NOT_ELF', `${source.path} is compressed with ${name}: expand it first (${command} ${source.path})`, {
      file: source.path,
    })
  }
  const problems: string[] = []
  const { header, segments } = readTables(source, problems)
  if (header.type !== ET.CORE) {
    const what =
      header.type === ET.EXEC || header.type === ET.DYN ? 'a program or a library; look at it with --program' : 'another kind of ELF file'
    throw new InvivoError('BAD_CORE', `${source.path} is not a core dump, but ${what}`, { file: source.path })
  }
  if (segments.length === 0) {
    const why = problems[0] ?? 'it has no segments'
    throw new InvivoError('BAD_CORE', `cannot read the core dump ${source.path}: ${why}`, { file: source.path })
  }
  return { header, segments }
}

function* readNoteSegments(source: FileSource, segments: readonly ElfSegment[]): Generator<{ bytes: Uint8Array; alignment: number }> {
  let total = 0
  for (const { offset, fileSize, alignment } of segments) {
    const size = Math.max(0, Math.min(fileSize, source.size - offset))
    total += size
    if (total > MAX_NOTES) return
    if (size > 0) yield { bytes: source.read(offset, size), alignment }
  }
}

function hex(address: number): string {
  return `0x${BigInt.asUintN(64, BigInt(address)).toString(16)}`
}
