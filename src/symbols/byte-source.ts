/**
 * Where the bytes of a file come from: the file itself, read piece by piece (debug files reach gigabytes: nothing here ever
 * reads a whole one), or memory. Everything that parses files reads through this. Offsets and sizes are in bytes.
 */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { InvivoError, type ErrorCode } from '../errors.ts'

export interface ByteSource extends Disposable {
  /** For messages. */
  readonly path: string
  readonly size: number
  /**
   * Copies bytes from `offset` on to `into[at, at + length)`.
   * @returns how many there were: fewer than `length` only at the end of the source.
   */
  readInto(offset: number, into: Uint8Array, at: number, length: number): number
  /**
   * Exactly `length` bytes, not shared with anybody. Checked against the size before anything is allocated.
   * @throws InvivoError BAD_ELF when the source ends before.
   */
  read(offset: number, length: number): Uint8Array<ArrayBuffer>
}

/** One read(2) takes at most 0x7ffff000 bytes. */
const MAX_READ = 0x40000000

/** A regular file. Its size is that of the moment it was opened. */
export class FileSource implements ByteSource {
  readonly path: string
  readonly size: number
  /** Device and inode: two paths to one file are told by them. */
  readonly identity: string
  #descriptor: number

  /**
   * @throws InvivoError NOT_FOUND, PERMISSION, NOT_ELF for what is not a regular file, SYSTEM.
   */
  constructor(path: string) {
    this.path = path
    try {
      // Without O_NONBLOCK, opening a FIFO that somebody left in a debug folder would wait for its writer.
      this.#descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
    } catch (error) {
      throw openError(path, error)
    }
    let stats: Stats | undefined
    try {
      stats = fstatSync(this.#descriptor)
    } finally {
      if (!stats?.isFile()) closeSync(this.#descriptor)
    }
    if (!stats.isFile()) {
      this.#descriptor = -1
      const what = stats.isDirectory() ? 'a directory' : 'not a regular file'
      throw new InvivoError('NOT_ELF', `cannot read ${path}: it is ${what}`, { file: path })
    }
    this.size = stats.size
    this.identity = `${stats.dev}:${stats.ino}`
  }

  readInto(offset: number, into: Uint8Array, at: number, length: number): number {
    // Also keeps NaN and offsets that are not exact numbers from the system call.
    if (!(offset >= 0 && offset < this.size)) return 0
    const wanted = Math.min(length, this.size - offset)
    let done = 0
    while (done < wanted) {
      let count: number
      try {
        count = readSync(this.#descriptor, into, at + done, Math.min(wanted - done, MAX_READ), offset + done)
      } catch (cause) {
        // A failing disk, a network file system that went away, a source that was disposed.
        const why = cause instanceof Error ? cause.message : String(cause)
        throw new InvivoError('SYSTEM', `cannot read ${this.path}: ${why}`, { cause, file: this.path, offset: offset + done })
      }
      if (count === 0) break
      done += count
    }
    return done
  }

  read(offset: number, length: number): Uint8Array<ArrayBuffer> {
    checkRange(this, offset, length)
    const bytes = new Uint8Array(length)
    if (this.readInto(offset, bytes, 0, length) !== length) throw truncated(this, offset, length)
    return bytes
  }

  [Symbol.dispose](): void {
    if (this.#descriptor === -1) return
    closeSync(this.#descriptor)
    this.#descriptor = -1
  }
}

/** Bytes in memory: the vdso, an inflated file, a test's. */
export class BufferSource implements ByteSource {
  readonly path: string
  readonly size: number
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array, path: string) {
    this.path = path
    this.size = bytes.length
    this.#bytes = bytes
  }

  readInto(offset: number, into: Uint8Array, at: number, length: number): number {
    if (!(offset >= 0 && offset < this.size)) return 0
    const count = Math.min(length, this.size - offset)
    into.set(this.#bytes.subarray(offset, offset + count), at)
    return count
  }

  read(offset: number, length: number): Uint8Array<ArrayBuffer> {
    checkRange(this, offset, length)
    return new Uint8Array(this.#bytes.subarray(offset, offset + length))
  }

  [Symbol.dispose](): void {}
}

function checkRange(source: ByteSource, offset: number, length: number): void {
  if (!(offset >= 0 && length >= 0 && offset + length <= source.size)) throw truncated(source, offset, length)
}

function truncated(source: ByteSource, offset: number, length: number): InvivoError {
  return new InvivoError(
    'BAD_ELF',
    `cannot read ${source.path}: ${length} bytes at offset 0x${offset.toString(16)} are beyond its end (${source.size} bytes); ` +
      `it is truncated or damaged`,
    { file: source.path, offset },
  )
}

const openCodes: Record<string, [ErrorCode, string]> = {
  ENOENT: ['NOT_FOUND', 'no such file'],
  ENOTDIR: ['NOT_FOUND', 'a part of its path is not a directory'],
  ELOOP: ['NOT_FOUND', 'its symbolic links form a loop'],
  ENXIO: ['NOT_ELF', 'it is a socket or a device'],
  EACCES: ['PERMISSION', 'permission denied; run as a user who may read it'],
  EPERM: ['PERMISSION', 'the system does not permit it'],
}

function openError(path: string, cause: unknown): InvivoError {
  const errno = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  const [code, why] = openCodes[errno] ?? ['SYSTEM', cause instanceof Error ? cause.message : String(cause)]
  return new InvivoError(code, `cannot open ${path}: ${why}`, { cause, file: path })
}
