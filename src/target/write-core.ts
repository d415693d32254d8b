/**
 * Writes a core dump of a live process, as gcore(1) does, without GDB and without ending the process: ELF (gABI chapters 4 and 5)
 * with the notes of core-notes.ts. What is saved is what the kernel saves by default (core(5), coredump_filter 0x33): anonymous
 * memory, private pages of files that were written to, and the first page of every ELF file, by which a reader knows the file again.
 * Pages of zeros are holes in the file.
 */
import { closeSync, ftruncateSync, openSync, readFileSync, readSync, renameSync, unlinkSync, writeSync } from 'node:fs'
import { InvivoError } from '../errors.ts'
import { ET, PF, PN_XNUM, PT } from '../symbols/elf/constants.ts'
import { NT, PR_FNAME_SIZE, PR_PSARGS_SIZE, prpsinfoLayout, prstatusLayout } from './core-notes.ts'
import { ElfWriter } from './elf-writer.ts'
import type { ProcessTarget } from './process.ts'
import { commandLine, fsErrno, parseMaps, readProc, readStat, readStatus, type ProcMapping } from './proc-files.ts'
import type { StoppedThreads } from './thread-stop.ts'

const PAGE = 4096
/** Copied at a time: large enough that the system calls do not count, small enough for the cache. */
const CHUNK = 1 << 20
/** Memory that was reserved and never touched beyond this is left out rather than stored as a hole of that size. */
const MAX_UNTOUCHED = 2 ** 32

/** e_machine by node's name, for a process that has no image of its own in memory. */
const machines: Partial<Record<string, number>> = {
  x64: 62,
  ia32: 3,
  arm64: 183,
  arm: 40,
  riscv64: 243,
  ppc64: 21,
  s390x: 22,
  loong64: 258,
}

interface Segment {
  readonly mapping: ProcMapping
  /** Bytes saved from the start of the mapping. */
  readonly saved: number
  /** Pages that this process's page table does not have are zeros: private memory of no file. */
  readonly sparse: boolean
}

/**
 * Stops the process while it is copied (0.3 s for 128 MB).
 * @param path overwritten when it exists; readable by the owner only, as the memory of a process may hold secrets.
 * @returns size of the file in bytes, holes counted.
 * @throws InvivoError PERMISSION, TARGET_GONE, SYSTEM when the file cannot be written.
 */
export function writeCore(target: ProcessTarget, path: string): number {
  using _pause = target.pause()
  const threads = target.stopped
  if (threads === undefined) throw new InvivoError('TARGET_GONE', `cannot write a core dump of ${target.description}: it has no threads`)
  const partial = `${path}.partial`
  let file = -1
  let done = false
  try {
    file = openSync(partial, 'w', 0o600)
    const size = write(target, threads, file)
    renameSync(partial, path)
    done = true
    return size
  } catch (error) {
    if (error instanceof InvivoError) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw new InvivoError('SYSTEM', `cannot write a core dump of ${target.description} to ${path}: ${why}`, { cause: error, file: path })
  } finally {
    if (file !== -1) {
      closeSync(file)
      if (!done) unlinkSync(partial)
    }
  }
}

function write(target: ProcessTarget, threads: StoppedThreads, file: number): number {
  const is64 = target.addressSize === 8
  const little = target.byteOrder === 'little'
  const mappings = parseSmaps(target)
  const segments = mappings.map(({ mapping, facts }) => choose(target, mapping, facts)).filter((segment) => segment !== undefined)
  const notes = makeNotes(
    target,
    threads,
    mappings.map(({ mapping }) => mapping),
  )

  const headerSize = is64 ? 64 : 52
  const entrySize = is64 ? 56 : 32
  const count = segments.length + 1
  // A number of segments that does not fit e_phnum stands in a section header of its own.
  const extended = count >= PN_XNUM
  const sectionAt = headerSize + count * entrySize
  const notesAt = sectionAt + (extended ? (is64 ? 64 : 40) : 0)

  const writer = new ElfWriter(little, is64)
  const { machine, flags } = identify(target)
  writer.bytes(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, is64 ? 2 : 1, little ? 1 : 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0))
  writer
    .u16(ET.CORE)
    .u16(machine)
    .u32(1)
    .word(0)
    .word(headerSize)
    .word(extended ? sectionAt : 0)
  writer
    .u32(flags)
    .u16(headerSize)
    .u16(entrySize)
    .u16(extended ? PN_XNUM : count)
  writer
    .u16(extended ? (is64 ? 64 : 40) : 0)
    .u16(extended ? 1 : 0)
    .u16(0)

  const segment = (type: number, access: number, offset: number, address: number, fileSize: number, size: number, align: number): void => {
    writer.u32(type)
    if (is64) writer.u32(access)
    writer.word(offset).word(address).word(0).word(fileSize).word(size)
    if (!is64) writer.u32(access)
    writer.word(align)
  }
  segment(PT.NOTE, PF.R, notesAt, 0, notes.length, 0, 4)
  let offset = Math.ceil((notesAt + notes.length) / PAGE) * PAGE
  const offsets: number[] = []
  for (const { mapping, saved } of segments) {
    const { start, end, readable, writable, executable } = mapping
    const access = (readable ? PF.R : 0) | (writable ? PF.W : 0) | (executable ? PF.X : 0)
    segment(PT.LOAD, access, offset, start, saved, end - start, PAGE)
    offsets.push(offset)
    offset += saved
  }
  if (extended) writer.u32(0).u32(0).word(0).word(0).word(0).word(1).u32(0).u32(count).word(0).word(0)
  writer.bytes(notes)
  writeAll(file, writer.finish(), 0)

  ftruncateSync(file, offset)
  const copy = new Copier(target, file)
  try {
    for (const [index, item] of segments.entries()) copy.segment(item, offsets[index] ?? 0)
  } finally {
    copy[Symbol.dispose]()
  }
  return offset
}

function writeAll(file: number, bytes: Uint8Array, position: number): void {
  let done = 0
  while (done < bytes.length) done += writeSync(file, bytes, done, bytes.length - done, position + done)
}

/** e_machine and e_flags, as the program's own header has them. */
function identify(target: ProcessTarget): { readonly machine: number; readonly flags: number } {
  const bytes = new Uint8Array(64)
  const program = target.modules()[0]
  const view = new DataView(bytes.buffer)
  const little = target.byteOrder === 'little'
  if (program === undefined || target.read(program.start, bytes, 0, 64) !== 64 || view.getUint32(0, false) !== 0x7f454c46)
    return { machine: machines[process.arch] ?? 0, flags: 0 }
  return { machine: view.getUint16(18, little), flags: view.getUint32(target.addressSize === 8 ? 48 : 36, little) }
}

interface SmapsFacts {
  /** Bytes of pages that are no longer the file's, and of pages swapped out. */
  readonly anonymous: number
  readonly flags: string
}

/** /proc/PID/smaps: each line of maps, followed by lines `Field: value kB` and `VmFlags: rd wr …`. */
function parseSmaps(target: ProcessTarget): { readonly mapping: ProcMapping; readonly facts: SmapsFacts }[] {
  const text = readFileSync(`/proc/${target.pid}/smaps`, 'utf8')
  const facts = new Map<number, SmapsFacts>()
  const headers: string[] = []
  let anonymous = 0
  let flags = ''
  let start = Number.NaN
  const finish = (): void => {
    if (!Number.isNaN(start)) facts.set(start, { anonymous, flags })
    anonymous = 0
    flags = ''
  }
  for (const line of text.split('\n')) {
    const field = /^([A-Za-z_]+):\s*(.*)$/.exec(line)
    if (field === null) {
      finish()
      const [mapping] = parseMaps(line)
      if (mapping === undefined) continue
      headers.push(line)
      start = mapping.start
    } else if (field[1] === 'Anonymous' || field[1] === 'Swap') {
      anonymous += Number.parseInt(field[2] ?? '0', 10) * 1024
    } else if (field[1] === 'VmFlags') {
      flags = ` ${field[2]} `
    }
  }
  finish()
  return parseMaps(headers.join('\n')).map((mapping) => ({ mapping, facts: facts.get(mapping.start) ?? { anonymous: 0, flags: '' } }))
}

/** What of a mapping is saved, by the kernel's rules (fs/coredump.c, vma_dump_size). */
function choose(target: ProcessTarget, mapping: ProcMapping, { anonymous, flags }: SmapsFacts): Segment | undefined {
  const { start, end, name, readable, shared, identity } = mapping
  const size = end - start
  const nothing: Segment = { mapping, saved: 0, sparse: false }
  if (start < 0 || name === '[vvar]' || name === '[vvar_vclock]' || name === '[vsyscall]') return undefined
  if (name === '[vdso]') return { mapping, saved: size, sparse: false }
  // Asked not to be dumped; memory of devices.
  if (/ (?:dd|io|pf) /.test(flags)) return nothing
  if (shared) {
    // A shared mapping of a file that has no name any more is memory: memfd, SysV, MAP_ANONYMOUS.
    return identity === '' || name.endsWith(' (deleted)') ? { mapping, saved: size, sparse: false } : nothing
  }
  if (identity === '') return anonymous > 0 || (readable && size <= MAX_UNTOUCHED) ? { mapping, saved: size, sparse: true } : nothing
  if (anonymous > 0) return { mapping, saved: size, sparse: false }
  if (mapping.fileOffset !== 0 || !readable) return nothing
  const magic = new Uint8Array(4)
  const isElf = target.read(start, magic, 0, 4) === 4 && magic[0] === 0x7f && magic[1] === 0x45 && magic[2] === 0x4c && magic[3] === 0x46
  return isElf ? { mapping, saved: PAGE, sparse: false } : nothing
}

/** Copies memory into the file, leaving out pages of zeros. */
class Copier implements Disposable {
  readonly #target: ProcessTarget
  readonly #file: number
  readonly #chunk = Buffer.alloc(CHUNK)
  readonly #zeros = Buffer.alloc(PAGE)
  /** 64 bits a page (Documentation/admin-guide/mm/pagemap.rst). */
  readonly #pagemap = new Uint32Array((CHUNK / PAGE) * 2)
  readonly #pagemapBytes = new Uint8Array(this.#pagemap.buffer)
  #pagemapFile = -1

  constructor(target: ProcessTarget, file: number) {
    this.#target = target
    this.#file = file
    try {
      this.#pagemapFile = openSync(`/proc/${target.pid}/pagemap`, 'r')
    } catch (error) {
      // Kernels built without it: every page is read then.
      if (fsErrno(error) !== 'ENOENT') throw error
    }
  }

  segment({ mapping, saved, sparse }: Segment, offset: number): void {
    for (let done = 0; done < saved; done += CHUNK) {
      const address = mapping.start + done
      const pages = Math.min(CHUNK, saved - done) / PAGE
      if (sparse && !this.#loadPagemap(address, pages)) sparse = false
      let page = 0
      while (page < pages) {
        if (sparse && !this.#isThere(page)) {
          page++
          continue
        }
        const first = page++
        while (page < pages && (!sparse || this.#isThere(page))) page++
        this.#copy(address + first * PAGE, offset + done + first * PAGE, (page - first) * PAGE)
      }
    }
  }

  #loadPagemap(address: number, pages: number): boolean {
    if (this.#pagemapFile === -1) return false
    return readSync(this.#pagemapFile, this.#pagemapBytes, 0, pages * 8, (address / PAGE) * 8) === pages * 8
  }

  /** Bit 63: present; bit 62: in swap. */
  #isThere(page: number): boolean {
    return ((this.#pagemap[page * 2 + littleHigh] ?? 0) & 0xc0000000) !== 0
  }

  #copy(address: number, offset: number, length: number): void {
    const chunk = this.#chunk
    let position = 0
    while (position < length) {
      const count = this.#target.read(address + position, chunk, position, length - position)
      if (count === 0) {
        // A page that cannot be read (beyond its file's end) stays zeros; the rest goes on.
        chunk.fill(0, position, position + PAGE)
        position += PAGE
      } else {
        position += count
      }
    }
    let at = 0
    while (at < length) {
      if (this.#isZero(at)) {
        at += PAGE
        continue
      }
      const first = at
      while (at < length && !this.#isZero(at)) at += PAGE
      writeAll(this.#file, chunk.subarray(first, at), offset + first)
    }
  }

  #isZero(at: number): boolean {
    return this.#chunk[at] === 0 && this.#chunk.compare(this.#zeros, 0, PAGE, at, at + PAGE) === 0
  }

  [Symbol.dispose](): void {
    if (this.#pagemapFile !== -1) closeSync(this.#pagemapFile)
    this.#pagemapFile = -1
  }
}

/** Which half of a 64-bit word is the high one on this machine. */
const littleHigh = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0

function makeNotes(target: ProcessTarget, threads: StoppedThreads, mappings: readonly ProcMapping[]): Uint8Array {
  const is64 = target.addressSize === 8
  const little = target.byteOrder === 'little'
  const writer = new ElfWriter(little, is64)
  const note = (name: string, type: number, descriptor: Uint8Array): void => {
    writer
      .u32(name.length + 1)
      .u32(descriptor.length)
      .u32(type)
      .bytes(Buffer.from(`${name}\0`))
      .align(4)
      .bytes(descriptor)
      .align(4)
  }
  // Debuggers take what follows an NT_PRSTATUS as that thread's, and the first thread as the current one.
  for (const [index, tid] of threads.threadIds.entries()) {
    const registers = threads.registers(tid, NT.PRSTATUS)
    if (registers === undefined) continue
    note('CORE', NT.PRSTATUS, prstatus(target, tid, registers))
    if (index === 0) {
      note('CORE', NT.PRPSINFO, prpsinfo(target))
      note('CORE', NT.AUXV, readFileSync(`/proc/${target.pid}/auxv`))
      note('CORE', NT.FILE, fileNote(mappings, little, is64))
    }
    const floats = threads.registers(tid, NT.FPREGSET)
    if (floats !== undefined) note('CORE', NT.FPREGSET, floats)
    const extra = process.arch === 'x64' || process.arch === 'ia32' ? NT.X86_XSTATE : process.arch === 'arm64' ? NT.ARM_TLS : undefined
    const extended = extra === undefined ? undefined : threads.registers(tid, extra)
    if (extra !== undefined && extended !== undefined) note('LINUX', extra, extended)
  }
  return writer.finish()
}

function prstatus(target: ProcessTarget, tid: number, registers: Uint8Array): Uint8Array {
  const is64 = target.addressSize === 8
  const little = target.byteOrder === 'little'
  const layout = prstatusLayout(is64)
  const bytes = new Uint8Array(Math.ceil((layout.registers + registers.length + 4) / (is64 ? 8 : 4)) * (is64 ? 8 : 4))
  const view = new DataView(bytes.buffer)
  const stat = readStat(target.pid)
  view.setInt32(layout.pid, tid, little)
  view.setInt32(layout.parent, stat?.parent ?? 0, little)
  view.setInt32(layout.group, stat?.group ?? 0, little)
  view.setInt32(layout.session, stat?.session ?? 0, little)
  bytes.set(registers, layout.registers)
  // pr_fpvalid: NT_FPREGSET follows.
  view.setInt32(layout.registers + registers.length, 1, little)
  return bytes
}

function prpsinfo(target: ProcessTarget): Uint8Array {
  const is64 = target.addressSize === 8
  const little = target.byteOrder === 'little'
  const layout = prpsinfoLayout(is64)
  const bytes = Buffer.alloc(layout.size)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const status = readStatus(target.pid)
  const stat = readStat(target.pid)
  const uid = status?.uids[0] ?? 0
  const gid = status?.gids[0] ?? 0
  if (is64) {
    view.setUint32(layout.uid, uid, little)
    view.setUint32(layout.gid, gid, little)
  } else {
    view.setUint16(layout.uid, Math.min(uid, 0xfffe), little)
    view.setUint16(layout.gid, Math.min(gid, 0xfffe), little)
  }
  view.setInt32(layout.pid, target.pid, little)
  view.setInt32(layout.pid + 4, stat?.parent ?? 0, little)
  view.setInt32(layout.pid + 8, stat?.group ?? 0, little)
  view.setInt32(layout.pid + 12, stat?.session ?? 0, little)
  const name = readProc(`/proc/${target.pid}/comm`)?.trimEnd() ?? target.name
  bytes.write(name.slice(0, PR_FNAME_SIZE - 1), layout.name)
  bytes.write(commandLine(target.pid).slice(0, PR_PSARGS_SIZE - 1), layout.arguments)
  return bytes
}

function fileNote(mappings: readonly ProcMapping[], little: boolean, is64: boolean): Uint8Array {
  const files = mappings.filter((mapping) => mapping.identity !== '')
  const writer = new ElfWriter(little, is64)
  writer.word(files.length).word(PAGE)
  for (const { start, end, fileOffset } of files)
    writer
      .word(start)
      .word(end)
      .word(fileOffset / PAGE)
  for (const { name } of files) writer.bytes(Buffer.from(`${name}\0`))
  return writer.finish()
}
