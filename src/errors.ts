/**
 * The one error class of invivo. A message says what was attempted, on what, why it failed and what to do; `code` is what a
 * program tests. Absence that is normal (optimised out, unreadable, not loaded) is a value, never one of these.
 */

/** What went wrong, for programs. */
export type ErrorCode =
  | 'USAGE' // the caller's words or arguments are off
  | 'NOT_FOUND' // no such file, process, type, variable, field
  | 'AMBIGUOUS' // several things of that name
  | 'PERMISSION' // the system refused
  | 'NOT_ELF' // the file is something else
  | 'BAD_ELF' // the file is damaged or hostile
  | 'BAD_DWARF'
  | 'BAD_CORE'
  | 'NO_DEBUG_INFO'
  | 'UNSUPPORTED' // known, valid, and not handled by this version
  | 'MEMORY_FAULT' // memory of the target that is not mapped or was not saved
  | 'NULL_POINTER'
  | 'UNAVAILABLE' // optimised out, thread-local without a thread, …
  | 'READ_ONLY' // a core dump or a file cannot be written
  | 'OUT_OF_RANGE' // a value does not fit the field it is written to
  | 'LIST_CORRUPT' // an intrusive list that loops or does not link back
  | 'SYNTAX' // an expression that does not parse
  | 'TYPE_ERROR' // an expression, or a script, whose types do not fit
  | 'LAYOUT_CHANGED' // declarations made from another build
  | 'TARGET_GONE' // the process ended while it was looked at
  | 'SYSTEM' // an unexpected errno

export interface ErrorDetails {
  /** The underlying error. */
  cause?: unknown
  /** The file the error is about. */
  file?: string
  /** The section of that file, as ELF names it. */
  section?: string
  /** Byte offset in the section, or in the file when no section is given. */
  offset?: number
}

export class InvivoError extends Error {
  readonly code: ErrorCode
  readonly file: string | undefined
  readonly section: string | undefined
  readonly offset: number | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'InvivoError'
    this.code = code
    this.file = details.file
    this.section = details.section
    this.offset = details.offset
  }
}

/** True for an {@link InvivoError} of any copy of this package, and of the given code when one is given. */
export function isInvivoError(error: unknown, code?: ErrorCode): error is InvivoError {
  return error instanceof Error && error.name.startsWith('InvivoError') && 'code' in error && (code === undefined || error.code === code)
}
