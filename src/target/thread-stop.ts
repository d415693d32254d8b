/**
 * Stops every thread of a process and lets them run on: ptrace(2) with PTRACE_SEIZE and PTRACE_INTERRUPT, which leave no trace in
 * the process: no signal is sent, and a thread that job control had stopped stays stopped afterwards. The kernel detaches by itself
 * when the calling thread ends in whatever way, so a paused process cannot be left behind.
 *
 * Every stop that is reported is collected here at once by thread id. libuv's own handler of SIGCHLD, when the process is a child
 * of this one, therefore finds nothing to collect that is not the child's real end.
 */
import { InvivoError } from '../errors.ts'
import { errno, sysError } from '../sys/errno.ts'
import { PTRACE, collectEnd, ptrace, ptraceGetRegset, waitForStop } from '../sys/native.ts'
import { explainRefusal, gatherAccess } from './access.ts'
import { readStat, readStatus, threadIds } from './proc-files.ts'

/** A thread in uninterruptible sleep (a dead NFS server, a parent in vfork) cannot be stopped. Longer than any disk makes one wait. */
const STOP_TIMEOUT_MS = 5000
/** A process that starts threads faster than they can be stopped would otherwise keep this going. */
const MAX_ROUNDS = 1000

export class StoppedThreads implements Disposable {
  readonly #pid: number
  /** Thread id to the signal it was about to take when it stopped, 0 for none. */
  readonly #threads = new Map<number, number>()

  /**
   * Returns when every thread is stopped.
   * @throws InvivoError PERMISSION with the reason, TARGET_GONE, UNAVAILABLE when a thread does not stop.
   */
  constructor(pid: number) {
    this.#pid = pid
    try {
      this.#stopAll()
    } catch (error) {
      this[Symbol.dispose]()
      throw error
    }
  }

  get threadIds(): number[] {
    return [...this.#threads.keys()].sort((a, b) => a - b)
  }

  /**
   * A register set of a stopped thread, as the kernel lays it out in a core dump.
   * @param set NT_PRSTATUS, NT_FPREGSET, …
   * @returns undefined when this machine has no such set.
   */
  registers(tid: number, set: number): Uint8Array<ArrayBuffer> | undefined {
    // The largest known is AVX-512's and AMX' XSAVE area: 11 KiB.
    const into = new Uint8Array(1 << 14)
    const length = ptraceGetRegset(tid, set, into)
    return length < 0 ? undefined : into.slice(0, length)
  }

  [Symbol.dispose](): void {
    const dying: number[] = []
    for (const [tid, signal] of this.#threads) if (ptrace(PTRACE.DETACH, tid, 0, signal) === -errno.ESRCH) dying.push(tid)
    this.#threads.clear()
    this.#collect(dying)
  }

  /**
   * Threads that were killed meanwhile stay zombies until their tracer collects them, and the process's end is told to its parent
   * only then; of a child of this process, its own end is left to libuv.
   */
  #collect(dying: readonly number[]): void {
    const others = dying.filter((tid) => tid !== this.#pid)
    const own = dying.length > others.length && readStat(this.#pid)?.parent !== process.pid ? [this.#pid] : []
    const deadline = performance.now() + STOP_TIMEOUT_MS
    for (const tid of [...others, ...own]) while (collectEnd(tid) === 0 && performance.now() < deadline) Atomics.wait(sleeper, 0, 0, 0.2)
  }

  #stopAll(): void {
    const known = new Set<number>()
    // A thread that still runs may start another one: all are stopped only when a whole round finds no new one.
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const fresh = threadIds(this.#pid).filter((tid) => !known.has(tid))
      if (fresh.length === 0) {
        if (this.#threads.size > 0) return
        throw new InvivoError('TARGET_GONE', `cannot pause the threads of process ${this.#pid}: it has ended`)
      }
      for (const tid of fresh) {
        known.add(tid)
        if (this.#seize(tid)) this.#threads.set(tid, 0)
      }
      for (const tid of fresh) if (this.#threads.has(tid)) this.#awaitStop(tid)
    }
    throw new InvivoError('UNAVAILABLE', `cannot pause the threads of process ${this.#pid}: it starts new ones faster than they stop`)
  }

  /** @returns false for a thread that has ended. */
  #seize(tid: number): boolean {
    let result = ptrace(PTRACE.SEIZE, tid, 0, 0)
    if (result < 0) {
      // The first thread of a process may have ended before the others: it cannot be seized, nor does it run.
      if (hasEnded(tid)) return false
      const facts = gatherAccess(tid)
      if (result === -errno.EPERM && facts !== undefined) {
        if (facts.target.tgid === process.pid)
          throw new InvivoError('USAGE', `cannot pause the threads of process ${this.#pid}: that is invivo itself`)
        throw explainRefusal({ ...facts, pid: this.#pid }, 'pause the threads', true)
      }
      throw sysError(`seize thread ${tid}`, result, `process ${this.#pid}`)
    }
    this.#threads.set(tid, 0)
    result = ptrace(PTRACE.INTERRUPT, tid, 0, 0)
    if (result === 0) return true
    this.#threads.delete(tid)
    if (result === -errno.ESRCH) return false
    throw sysError(`interrupt thread ${tid}`, result, `process ${this.#pid}`)
  }

  #awaitStop(tid: number): void {
    const deadline = performance.now() + STOP_TIMEOUT_MS
    for (let attempt = 0; ; attempt++) {
      const stop = waitForStop(tid)
      if (stop > 0) {
        // Without an event it stopped on the way to a signal of its own, which it takes when it goes on.
        if (stop >>> 8 === 0) this.#threads.set(tid, stop & 0xff)
        return
      }
      if (stop === 0 && attempt % 100 === 99 && hasEnded(tid)) {
        // Collected with the others when they are let go.
        return
      }
      if (stop < 0 && stop !== -errno.EINTR) {
        this.#threads.delete(tid)
        return
      }
      if (performance.now() > deadline) {
        const state = readStatus(tid)?.state ?? '?'
        throw new InvivoError(
          'UNAVAILABLE',
          `cannot pause the threads of process ${this.#pid}: thread ${tid} has not stopped for ${STOP_TIMEOUT_MS / 1000} s, ` +
            `its state is ${state}${state === 'D' ? ' (it waits in the kernel for a device or a child)' : ''}; try again without the pause`,
        )
      }
      // Most stop within 50 µs: spin first, then sleep.
      if (attempt > 100) Atomics.wait(sleeper, 0, 0, 0.2)
    }
  }
}

function hasEnded(tid: number): boolean {
  const state = readStatus(tid)?.state
  return state === undefined || state === 'Z' || state === 'X'
}

const sleeper = new Int32Array(new SharedArrayBuffer(4))
