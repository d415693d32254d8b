/**
 * A live process of this machine, through /proc/PID (proc(5)): its memory is `mem`, read by plain fs.readSync, which costs
 * 0.1 µs more than a bare system call and needs no FFI; its modules come from `maps` and their images in memory. Stopping its
 * threads: thread-stop.ts. Why the kernel refuses: access.ts. Writing a core dump of it: write-core.ts.
 *
 * Opening `mem` binds to the process's address space itself: should the number be given to another process, or the process
 * execute another program, reads end with TARGET_GONE and never show a stranger's memory.
 */
import { closeSync, constants, openSync, readFileSync, readSync, statSync, writeSync } from 'node:fs'
import { InvivoError } from '../errors.ts'
import { FileSource } from '../symbols/byte-source.ts'
import { explainRefusal, gatherAccess } from './access.ts'
import { AT, parseAuxv } from './auxv.ts'
import { inLinkOrder, readLinkMap } from './link-map.ts'
import { buildIdOfFile, findImages, mappingAt, type MappedImage } from './modules.ts'
import { fsErrno, parseMaps, readProc, readStat, readStatus, readThreads, type ProcMapping } from './proc-files.ts'
import type { MappedModule, MappedRange, Target, Thread } from './target.ts'
import { StoppedThreads } from './thread-stop.ts'

/** One system call takes at most 0x7ffff000 bytes; beyond that a short count would look like a fault. */
const MAX_TRANSFER = 0x40000000

export class ProcessTarget implements Target {
  readonly kind = 'process'
  readonly immutable = false
  readonly pid: number
  readonly name: string
  readonly byteOrder: 'little' | 'big'
  readonly addressSize: 4 | 8
  readonly #startTime: string
  #memory: number
  #writable = -1
  #modules: { readonly maps: string; readonly linkOrder: string; readonly modules: readonly MappedModule[] } | undefined
  #stopped: StoppedThreads | undefined
  #pauses = 0

  /**
   * Nothing is stopped or changed by looking.
   * @param pid of the process, or of one of its threads.
   * @throws InvivoError NOT_FOUND, PERMISSION with the reason and the remedy, TARGET_GONE for one that has ended and was not yet
   *   collected, UNSUPPORTED for a kernel thread.
   */
  static attach(pid: number): ProcessTarget {
    return new ProcessTarget(pid)
  }

  private constructor(id: number) {
    const status = Number.isSafeInteger(id) && id > 0 ? readStatus(id) : undefined
    const stat = status === undefined ? undefined : readStat(status.tgid)
    if (status === undefined || stat === undefined)
      throw new InvivoError('NOT_FOUND', `there is no process ${id}; \`ps -e\` lists those that are`)
    this.pid = status.tgid
    this.name = status.name
    this.#startTime = stat.startTime
    if (stat.state === 'Z' || stat.state === 'X') {
      const parent = stat.parent === 0 ? '' : `; its parent, process ${stat.parent}, has not collected its exit status yet`
      throw new InvivoError('TARGET_GONE', `cannot look at process ${this.pid} (${this.name}): it has ended (a zombie)${parent}`)
    }
    if (!status.hasMemory)
      throw new InvivoError(
        'UNSUPPORTED',
        `cannot look at process ${this.pid} (${this.name}): it is a thread of the kernel and has no memory of its own`,
      )
    this.#memory = this.#open('r')
    try {
      const ident = this.#programIdent()
      this.addressSize = ident[4] === 1 ? 4 : 8
      this.byteOrder = ident[5] === 2 ? 'big' : 'little'
    } catch (error) {
      closeSync(this.#memory)
      throw error
    }
  }

  get description(): string {
    return `process ${this.pid} (${this.name})`
  }

  read(address: number, into: Uint8Array, offset: number, length: number): number {
    // The kernel's half is nobody's to read here, and node would take the position -1 for "none".
    if (address < 0 || length <= 0) return 0
    if (length > MAX_TRANSFER) return this.#readLong(address, into, offset, length)
    let count
    try {
      count = readSync(this.#memory, into, offset, length, address)
    } catch (error) {
      const errno = fsErrno(error)
      if (errno === 'EIO' || errno === 'EFAULT') return 0
      throw this.#unexpected(error, 'read')
    }
    if (count === 0) throw this.#gone()
    return count
  }

  #readLong(address: number, into: Uint8Array, offset: number, length: number): number {
    let done = 0
    while (done < length) {
      const wanted = Math.min(length - done, MAX_TRANSFER)
      const count = this.read(address + done, into, offset + done, wanted)
      done += count
      if (count < wanted) break
    }
    return done
  }

  write(address: number, bytes: Uint8Array): void {
    if (this.#writable === -1) this.#writable = this.#open('r+')
    let done = 0
    while (done < bytes.length) {
      let count = 0
      try {
        if (address >= 0) count = writeSync(this.#writable, bytes, done, Math.min(bytes.length - done, MAX_TRANSFER), address + done)
        if (count === 0 && address >= 0) throw this.#gone()
      } catch (error) {
        const errno = fsErrno(error)
        if (errno !== 'EIO' && errno !== 'EFAULT') throw error instanceof InvivoError ? error : this.#unexpected(error, 'write')
        count = 0
      }
      if (count === 0) {
        const at = `0x${BigInt.asUintN(64, BigInt(address + done)).toString(16)}`
        throw new InvivoError(
          'MEMORY_FAULT',
          `cannot write the memory of ${this.description} at ${at}: ${this.explainFault(address + done)}`,
        )
      }
      done += count
    }
  }

  explainFault(address: number): string {
    const mapping = mappingAt(this.#maps(), address)
    if (mapping === undefined) return 'not mapped'
    const what = mapping.name === '' ? '' : ` (${mapping.name})`
    if (!mapping.readable && !mapping.writable && !mapping.executable) return `mapped without any access${what}`
    if (mapping.name.startsWith('[v')) return `the kernel does not let others read ${mapping.name}`
    return `mapped${what}, but beyond the end of its file, or memory of a device`
  }

  mappings(): readonly MappedRange[] {
    return this.#maps()
  }

  /** A new list only when the mappings have changed since the last call (`dlopen`). */
  modules(): readonly MappedModule[] {
    const mappings = this.#maps()
    // The heap grows all the time: modules follow from the mappings of files alone.
    const ofFiles = mappings.filter((mapping) => mapping.identity !== '' || mapping.name === '[vdso]')
    const maps = ofFiles.map(({ start, end, identity, executable }) => `${start} ${end} ${identity} ${executable}`).join('\n')
    const previous = this.#modules
    if (previous?.maps === maps && previous.linkOrder !== '') return previous.modules

    const read = this.read.bind(this)
    const images = findImages(mappings, read)
    const program = this.#programImage(images)
    const entries =
      program === undefined
        ? []
        : readLinkMap({ bias: program.bias, segments: program.segments, little: program.header.little, is64: program.header.is64 }, read)
    const linkOrder = entries.map(({ bias }) => bias).join(' ')
    if (previous?.maps === maps && previous.linkOrder === linkOrder) return previous.modules
    const libraries = inLinkOrder(
      images.filter((image) => image !== program),
      entries,
    )
    const ordered = program === undefined ? libraries : [program, ...libraries]
    const modules = ordered.map((image) => this.#describe(image, mappings, image === program))
    this.#modules = { maps, linkOrder, modules }
    return modules
  }

  threads(): readonly Thread[] {
    const threads = readThreads(this.pid)
    if (threads.length === 0) throw this.#gone()
    return threads
  }

  /**
   * @throws InvivoError PERMISSION with the reason, also when a debugger traces the process already; TARGET_GONE; UNAVAILABLE when a
   *   thread does not stop within 5 s.
   */
  pause(): Disposable {
    this.#stopThreads()
    let held = true
    return {
      [Symbol.dispose]: () => {
        if (!held) return
        held = false
        if (--this.#pauses === 0) this.#resume()
      },
    }
  }

  /** The threads of the pause that is held; undefined when none is. */
  get stopped(): StoppedThreads | undefined {
    return this.#stopped
  }

  /** Lets the process run on, whatever pauses are held. */
  [Symbol.dispose](): void {
    this.#resume()
    this.#pauses = 0
    if (this.#memory !== -1) closeSync(this.#memory)
    if (this.#writable !== -1) closeSync(this.#writable)
    this.#memory = -1
    this.#writable = -1
  }

  #stopThreads(): void {
    if (this.#pauses === 0) {
      this.#checkAlive()
      this.#stopped = new StoppedThreads(this.pid)
    }
    this.#pauses++
  }

  #resume(): void {
    this.#stopped?.[Symbol.dispose]()
    this.#stopped = undefined
  }

  #open(flags: 'r' | 'r+'): number {
    try {
      return openSync(`/proc/${this.pid}/mem`, flags)
    } catch (error) {
      const errno = fsErrno(error)
      if (errno === 'ENOENT' || errno === 'ESRCH') throw this.#gone()
      const facts = errno === 'EACCES' || errno === 'EPERM' ? gatherAccess(this.pid) : undefined
      if (facts === undefined) throw this.#unexpected(error, 'open')
      throw explainRefusal(facts, flags === 'r' ? 'read the memory' : 'write the memory', false)
    }
  }

  /** The first bytes of the program's file (e_ident): byte order and address size. */
  #programIdent(): Uint8Array {
    const ident = new Uint8Array(16)
    let descriptor = -1
    try {
      descriptor = openSync(`/proc/${this.pid}/exe`, constants.O_RDONLY)
      if (readSync(descriptor, ident, 0, 16, 0) === 16) return ident
    } catch {
      // Its file system may be gone, or out of reach; the image in memory says the same.
    } finally {
      if (descriptor !== -1) closeSync(descriptor)
    }
    for (const mapping of this.#maps())
      if (mapping.fileOffset === 0 && mapping.identity !== '' && this.read(mapping.start, ident, 0, 16) === 16 && ident[0] === 0x7f)
        return ident
    return ident
  }

  #maps(): readonly ProcMapping[] {
    let text
    try {
      text = readFileSync(`/proc/${this.pid}/maps`, 'utf8')
    } catch (error) {
      const errno = fsErrno(error)
      if (errno === 'ENOENT' || errno === 'ESRCH') throw this.#gone()
      throw this.#unexpected(error, 'read the mappings')
    }
    if (text === '') throw this.#gone()
    return parseMaps(text)
  }

  /** The image that the kernel started: where AT_PHDR points. */
  #programImage(images: readonly MappedImage[]): MappedImage | undefined {
    let headers: number | undefined
    try {
      const bytes = readFileSync(`/proc/${this.pid}/auxv`)
      headers = parseAuxv(bytes, this.byteOrder === 'little', this.addressSize === 8).get(AT.PHDR)
    } catch {
      // Left to the guess below.
    }
    const address = headers
    if (address !== undefined) {
      const found = images.find(({ start, end }) => start <= address && address < end)
      if (found !== undefined) return found
    }
    return images.find((image) => image.name !== '[vdso]')
  }

  #describe(image: MappedImage, mappings: readonly ProcMapping[], isProgram: boolean): MappedModule {
    const { bias, start, end, buildId } = image
    const path = image.name.replace(/ \(deleted\)$/, '')
    const known = this.#modules?.modules.find((module) => module.start === start && module.bias === bias && module.path === path)
    if (known !== undefined && known.end === end && known.buildId === buildId) return known
    if (image.name === '[vdso]')
      return { path, bias, start, end, buildId, file: undefined, missing: 'the kernel made it: it is in memory only' }
    const first = mappingAt(mappings, start)
    const range = first === undefined ? undefined : `${first.start.toString(16)}-${first.end.toString(16)}`
    const candidates = [
      path,
      `/proc/${this.pid}/root${path}`,
      ...(isProgram ? [`/proc/${this.pid}/exe`] : []),
      ...(range === undefined ? [] : [`/proc/${this.pid}/map_files/${range}`]),
    ]
    for (const candidate of candidates)
      if (isSameFile(candidate, image)) return { path, bias, start, end, buildId, file: candidate, missing: undefined }
    return { path, bias, start, end, buildId, file: undefined, missing: this.#whyMissing(image, path) }
  }

  #whyMissing(image: MappedImage, path: string): string {
    const deleted = image.name.endsWith(' (deleted)')
    const root = process.getuid?.() === 0 ? '' : '; run invivo as root to read it from memory'
    try {
      statSync(`/proc/${this.pid}/root${path}`)
      return `${path} was replaced since the process mapped it${root}`
    } catch (error) {
      if (fsErrno(error) === 'EACCES') return `${path} cannot be opened: permission denied${root}`
      return deleted ? `${path} was deleted since the process mapped it${root}` : `${path} cannot be found${root}`
    }
  }

  #checkAlive(): void {
    const stat = readStat(this.pid)
    if (stat === undefined || stat.startTime !== this.#startTime || stat.state === 'Z' || stat.state === 'X') throw this.#gone()
  }

  /** Why there is no memory to read any more. */
  #gone(): InvivoError {
    const stat = readStat(this.pid)
    let why = 'it has ended'
    if (stat?.startTime === this.#startTime && stat.state !== 'Z' && stat.state !== 'X') {
      const name = readProc(`/proc/${this.pid}/comm`)?.trimEnd() ?? '?'
      why = `it has executed another program (${name}); attach to it again`
    }
    return new InvivoError('TARGET_GONE', `cannot look at ${this.description} any more: ${why}`)
  }

  #unexpected(cause: unknown, operation: string): InvivoError {
    if (this.#memory === -1) return new InvivoError('USAGE', `cannot ${operation}: ${this.description} was already closed`, { cause })
    const errno = fsErrno(cause)
    if (errno === 'ESRCH') return this.#gone()
    const why = cause instanceof Error ? cause.message : String(cause)
    return new InvivoError('SYSTEM', `cannot ${operation} the memory of ${this.description}: ${why}`, { cause })
  }
}

/**
 * By device and inode, as `maps` has them; where a file system gives others there than to stat (overlayfs, btrfs), by build-id.
 */
function isSameFile(path: string, image: MappedImage): boolean {
  let stats
  try {
    stats = statSync(path)
  } catch {
    return false
  }
  if (!stats.isFile()) return false
  const [device, inode] = image.identity.split(' ')
  if (Number(inode) === stats.ino && device === deviceName(stats.dev)) return canOpen(path)
  if (image.buildId === undefined) return false
  try {
    using source = new FileSource(path)
    return buildIdOfFile(source) === image.buildId
  } catch {
    return false
  }
}

function canOpen(path: string): boolean {
  try {
    closeSync(openSync(path, constants.O_RDONLY))
    return true
  } catch {
    return false
  }
}

/** `fe:00`: the device number of stat(2) as /proc/PID/maps writes it. */
function deviceName(device: number): string {
  const number = BigInt(device)
  const major = ((number >> 8n) & 0xfffn) | ((number >> 32n) & ~0xfffn)
  const minor = (number & 0xffn) | ((number >> 12n) & ~0xffn)
  return `${major.toString(16).padStart(2, '0')}:${minor.toString(16).padStart(2, '0')}`
}
