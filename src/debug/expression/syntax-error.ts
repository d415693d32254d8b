/** Errors about an expression's text: the message, the text, and a caret under the place. */
import { InvivoError, type ErrorCode } from '../../errors.ts'

/** Characters of the source shown on either side. */
const shown = 50

export function syntaxError(source: string, at: number, what: string): InvivoError {
  return expressionError('SYNTAX', source, at, what)
}

export function expressionError(code: ErrorCode, source: string, at: number, what: string): InvivoError {
  const start = Math.max(0, at - shown)
  const end = Math.min(source.length, at + shown)
  const before = (start > 0 ? '…' : '') + source.slice(start, at).replace(/\s/g, ' ')
  const after = source.slice(at, end).replace(/\s/g, ' ') + (end < source.length ? '…' : '')
  return new InvivoError(code, `${what}\n  ${before}${after}\n  ${' '.repeat(before.length)}^`)
}
