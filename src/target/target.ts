/**
 * Where memory, modules and threads come from: the interface every kind of target implements, and all that the layers above
 * see of one. `process.ts` is a live process, `core.ts` a core dump, `file.ts` a program that does not run; the remote
 * protocol, guests and GDB come as further files. Nothing here knows types.
 *
 * Addresses are numbers: a 64-bit address is taken as signed, so that user space (below 2^47) is positive, the kernel's half
 * is negative, and all canonical addresses are exact. An address that is not exact as a number is never passed down here.
 */

export interface Target extends Disposable {
  readonly kind: 'process' | 'core' | 'file'
  /** For messages: `process 1234 (qemu-system-x86)`, `core dump core.1234 of qemu-system-x86`. */
  readonly description: string
  readonly byteOrder: 'little' | 'big'
  readonly addressSize: 4 | 8
  /** Memory never changes (core dump, file): caches hold for ever. */
  readonly immutable: boolean
  /** What is wrong with the whole of it, for messages: `the core file is truncated (…)`. */
  readonly problem?: string | undefined
  /** Process id, also of the process a core was taken of. */
  readonly pid: number | undefined

  /**
   * Copies target memory to `into[offset, offset + length)`.
   * @returns bytes copied from the start until the first unreadable byte; 0 when the first is unreadable. A partial read is
   *   a result, not an error.
   * @throws InvivoError TARGET_GONE when the process has ended; PERMISSION.
   */
  read(address: number, into: Uint8Array, offset: number, length: number): number

  /**
   * Writes all of `bytes`.
   * @throws InvivoError READ_ONLY on targets that cannot be written, MEMORY_FAULT when not all bytes could be written.
   */
  write(address: number, bytes: Uint8Array): void

  /** Why `address` cannot be read, for a message: `not mapped`, `not saved in the core dump, and … is gone`. */
  explainFault(address: number): string

  /** The program first, then its libraries in the order they were mapped. */
  modules(): readonly MappedModule[]
  threads(): readonly Thread[]
  /** Mapped ranges in address order; names as in /proc/PID/maps. */
  mappings(): readonly MappedRange[]

  /**
   * Stops every thread until disposed. Nested pauses count. On immutable targets a no-op. The kernel resumes the process
   * should this one die.
   */
  pause(): Disposable
}

export interface MappedModule {
  /** As the target names it; for the vdso `[vdso]`. */
  readonly path: string
  /** Run-time address minus link-time address. */
  readonly bias: number
  /** Lowest and one past the highest mapped address. */
  readonly start: number
  readonly end: number
  /** Lower-case hex GNU build-id, where known. */
  readonly buildId: string | undefined
  /**
   * A path that opens the very file that is mapped (/proc/PID/map_files/…, /proc/PID/root/…, or `path` itself for a core);
   * undefined when there is none, with the reason in `missing`.
   */
  readonly file: string | undefined
  readonly missing: string | undefined
}

export interface Thread {
  readonly tid: number
  readonly name: string
}

export interface MappedRange {
  readonly start: number
  readonly end: number
  readonly readable: boolean
  readonly writable: boolean
  readonly executable: boolean
  /** Path, or `[heap]`, `[stack]`, …; empty for anonymous memory. */
  readonly name: string
  /** Offset in the file of `start`. */
  readonly fileOffset: number
}
