/**
 * The notes of a Linux core dump and where their fields are: struct elf_prstatus and elf_prpsinfo of <sys/procfs.h> as the kernel
 * writes them (fs/binfmt_elf.c), and NT_FILE, which only core(5) and the kernel's source describe. Both ways: core.ts reads them,
 * write-core.ts writes them. The field offsets hold for all machines with the common layout: x86, arm, riscv, ppc, s390.
 */
import { readNotes } from '../symbols/elf/notes.ts'
import { ElfReader } from '../symbols/elf/reader.ts'

/** n_type of notes named `CORE`, and of those named `LINUX` (linux/elf.h). */
export const NT = {
  PRSTATUS: 1,
  FPREGSET: 2,
  PRPSINFO: 3,
  AUXV: 6,
  FILE: 0x46494c45,
  SIGINFO: 0x53494749,
  X86_XSTATE: 0x202,
  ARM_TLS: 0x401,
} as const

/** Offsets in elf_prstatus. The registers are followed by `int pr_fpvalid` and padding. */
export interface PrstatusLayout {
  readonly signal: number
  readonly pid: number
  readonly parent: number
  readonly group: number
  readonly session: number
  readonly registers: number
}

export function prstatusLayout(is64: boolean): PrstatusLayout {
  // elf_siginfo (12), cursig (2, padded), two longs of signals, four pids, four timevals.
  const pid = is64 ? 32 : 24
  return { signal: 12, pid, parent: pid + 4, group: pid + 8, session: pid + 12, registers: is64 ? 112 : 72 }
}

/** Offsets in elf_prpsinfo. `uid` and `gid` are 16 bits wide where longs are 32. */
export interface PrpsinfoLayout {
  readonly size: number
  readonly uid: number
  readonly gid: number
  readonly pid: number
  readonly name: number
  readonly arguments: number
}

export const PR_FNAME_SIZE = 16
export const PR_PSARGS_SIZE = 80

export function prpsinfoLayout(is64: boolean): PrpsinfoLayout {
  return is64
    ? { size: 136, uid: 16, gid: 20, pid: 24, name: 40, arguments: 56 }
    : { size: 124, uid: 8, gid: 10, pid: 12, name: 28, arguments: 44 }
}

/** One mapping of NT_FILE: `count, page size, (start, end, offset in pages)…, names…`. */
export interface CoreFileMapping {
  readonly start: number
  readonly end: number
  /** In bytes. */
  readonly fileOffset: number
  readonly name: string
}

/** @returns the entries up to the first that does not fit: the kernel's own limit may cut the note. */
export function parseFileNote(bytes: Uint8Array, little: boolean, is64: boolean): CoreFileMapping[] {
  const reader = new ElfReader(bytes, little, is64)
  const width = is64 ? 8 : 4
  if (bytes.length < 2 * width) return []
  const count = reader.word(0)
  const pageSize = reader.word(width)
  const namesAt = (2 + 3 * count) * width
  const mappings: CoreFileMapping[] = []
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let name = namesAt
  for (let index = 0; index < count && name < bytes.length; index++) {
    const at = (2 + 3 * index) * width
    const end = text.indexOf(0, name)
    if (end === -1) break
    mappings.push({
      start: reader.address(at),
      end: reader.address(at + width),
      fileOffset: reader.word(at + 2 * width) * pageSize,
      name: text.toString('utf8', name, end),
    })
    name = end + 1
  }
  return mappings
}

export interface CoreThread {
  readonly tid: number
  /** The signal it was about to take; 0 for none. */
  readonly signal: number
  /** The general registers, as the kernel lays them out for ptrace: `struct user_regs_struct`. */
  readonly registers: Uint8Array
}

export interface CoreNotes {
  readonly threads: readonly CoreThread[]
  readonly pid: number | undefined
  /** pr_fname: the first 15 characters of the program's name. */
  readonly name: string
  /** pr_psargs: the first 79 characters of the command line. */
  readonly arguments: string
  readonly auxv: Uint8Array | undefined
  /** In address order; undefined when there is no NT_FILE. */
  readonly files: readonly CoreFileMapping[] | undefined
  /** NT_SIGINFO: siginfo_t of the signal that ended it. */
  readonly siginfo: Uint8Array | undefined
}

/** @param segments contents of the PT_NOTE segments, with their alignments. */
export function readCoreNotes(
  segments: Iterable<{ readonly bytes: Uint8Array; readonly alignment: number }>,
  little: boolean,
  is64: boolean,
): CoreNotes {
  const threads = new Map<number, CoreThread>()
  const status = prstatusLayout(is64)
  const info = prpsinfoLayout(is64)
  let pid: number | undefined
  let name = ''
  let words = ''
  let auxv: Uint8Array | undefined
  let files: CoreFileMapping[] | undefined
  let siginfo: Uint8Array | undefined
  for (const { bytes, alignment } of segments)
    for (const note of readNotes(bytes, little, alignment)) {
      if (note.name !== 'CORE') continue
      const { descriptor } = note
      const reader = new ElfReader(descriptor, little, is64)
      const end = descriptor.length - (is64 ? 8 : 4)
      if (note.type === NT.PRSTATUS && end > status.registers) {
        const tid = reader.u32(status.pid)
        if (!threads.has(tid))
          threads.set(tid, { tid, signal: reader.u16(status.signal), registers: descriptor.subarray(status.registers, end) })
      } else if (note.type === NT.PRPSINFO && descriptor.length >= info.size) {
        pid = reader.u32(info.pid)
        name = text(descriptor, info.name, PR_FNAME_SIZE)
        words = text(descriptor, info.arguments, PR_PSARGS_SIZE).trimEnd()
      } else if (note.type === NT.AUXV) {
        auxv ??= descriptor
      } else if (note.type === NT.FILE) {
        files ??= parseFileNote(descriptor, little, is64)
          .filter(({ start, end: last }) => start < last)
          .sort((a, b) => a.start - b.start)
      } else if (note.type === NT.SIGINFO) {
        siginfo ??= descriptor
      }
    }
  return { threads: [...threads.values()], pid, name, arguments: words, auxv, files, siginfo }
}

/** Up to the first NUL. */
function text(bytes: Uint8Array, at: number, length: number): string {
  const field = bytes.subarray(at, at + length)
  const end = field.indexOf(0)
  return Buffer.from(end === -1 ? field : field.subarray(0, end)).toString('utf8')
}
