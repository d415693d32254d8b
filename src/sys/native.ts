/**
 * The system calls that Node has no function for, by koffi: the only file that loads it. Every function returns a number,
 * negative = -errno, and none throws. Calls are synchronous, on the calling thread, as ptrace(2) requires: a tracee belongs to
 * the thread that seized it.
 *
 * koffi is loaded by the first call (7 to 15 ms), so that a script that only reads memory never pays for it: memory goes through
 * fs.readSync on /proc/PID/mem (1.4 µs for 4 KiB, 1.3 by koffi, 2.4 by process_vm_readv).
 */
import { createRequire } from 'node:module'
import type * as Koffi from 'koffi'

interface Bound {
  readonly koffi: typeof Koffi
  readonly ptrace: (request: number, tid: number, address: number, data: number | bigint) => number
  readonly waitid: (kind: number, id: number, info: Int32Array, options: number) => number
}

let bound: Bound | undefined

function native(): Bound {
  if (bound !== undefined) return bound
  const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi
  const libc = koffi.load(null)
  bound = {
    koffi,
    ptrace: libc.func('ptrace', 'long', ['long', 'int', 'uintptr_t', 'uintptr_t']),
    waitid: libc.func('waitid', 'int', ['int', 'uint', 'void *', 'int']),
  }
  return bound
}

/** Requests of ptrace(2) that this version uses (linux/ptrace.h). */
export const PTRACE = { DETACH: 17, GETREGSET: 0x4204, SEIZE: 0x4206, INTERRUPT: 0x4207 } as const

/** Flags and the kind of id of waitid(2). */
const W = { NOHANG: 1, STOPPED: 2, EXITED: 4, ALL: 0x40000000, P_PID: 1 } as const

/** @param data a number; for a buffer see {@link ptraceGetRegset}. */
export function ptrace(request: number, tid: number, address: number, data: number): number {
  const { ptrace: call, koffi } = native()
  const result = call(request, tid, address, data)
  return result === -1 ? -koffi.errno() : result
}

/**
 * PTRACE_GETREGSET of a stopped thread.
 * @param set NT_PRSTATUS, NT_FPREGSET, NT_X86_XSTATE, …
 * @param into where the registers go; as many bytes as fit.
 * @returns bytes written.
 */
export function ptraceGetRegset(tid: number, set: number, into: Uint8Array<ArrayBuffer>): number {
  const { ptrace: call, koffi } = native()
  // struct iovec. Over 64 bytes, so that V8 keeps it outside its moving heap.
  const vector = new BigUint64Array(16)
  vector[0] = koffi.address(into)
  vector[1] = BigInt(into.length)
  const result = call(PTRACE.GETREGSET, tid, set, koffi.address(vector))
  return result === -1 ? -koffi.errno() : Number(vector[1])
}

/**
 * The stop of a traced thread, if it has one to report; never its end, which may be another's to collect.
 * @returns 0 for none yet, else `event << 8 | signal` (ptrace(2), "Stopped states").
 */
export function waitForStop(tid: number): number {
  const { waitid, koffi } = native()
  info.fill(0)
  const result = waitid(W.P_PID, tid, info, W.STOPPED | W.ALL | W.NOHANG)
  if (result === -1) return -koffi.errno()
  return info[0] === 0 ? 0 : (info[STATUS] ?? 0)
}

/**
 * Collects the end of a traced thread or of a child.
 * @returns 0 while it has not ended, else 1.
 */
export function collectEnd(tid: number): number {
  const { waitid, koffi } = native()
  info.fill(0)
  const result = waitid(W.P_PID, tid, info, W.EXITED | W.ALL | W.NOHANG)
  if (result === -1) return -koffi.errno()
  return info[0] === 0 ? 0 : 1
}

/** siginfo_t, 128 bytes; si_signo is its first int, 0 when there was nothing to report. */
const info = new Int32Array(32)
/** si_status of 64-bit machines. */
const STATUS = 6
