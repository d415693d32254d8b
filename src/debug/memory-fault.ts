/**
 * The error of an access to target memory that is not there. `path` says how the script came to the place, in C's words; how
 * it is put together: values/path.ts. Why the memory is missing is the target's to say (`explainFault`).
 */
import { InvivoError } from '../errors.ts'

export class MemoryFault extends InvivoError {
  /** The first byte that could not be accessed, unsigned. */
  readonly address: bigint
  /** What was read or written: `((struct elem *) 0x5590…)->link.tqe_next`. */
  readonly path: string

  /**
   * @param reason why: `not mapped`.
   * @param reachedBy where the pointer that led there was read, when known.
   */
  constructor(
    operation: 'read' | 'write',
    path: string,
    length: number,
    address: bigint,
    reason: string,
    reachedBy?: string,
    details: { cause?: unknown } = {},
  ) {
    const what = length === 1 ? '1 byte' : `${length} bytes`
    const reached = reachedBy === undefined ? '' : ` (reached by ${reachedBy})`
    super('MEMORY_FAULT', `cannot ${operation} ${path}, ${what} at 0x${address.toString(16)}: ${reason}${reached}`, details)
    this.address = address
    this.path = path
  }
}
