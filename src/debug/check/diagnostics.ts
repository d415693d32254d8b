/** What `tsc --pretty` prints, taken apart: which file, line and column each message is about, and its text as it stands. */
import { resolve } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

/** One message of the compiler. */
export interface Diagnostic {
  /** Absolute; undefined for a message about the compiler's options. */
  readonly file: string | undefined
  /** From 1. */
  readonly line: number | undefined
  readonly column: number | undefined
  /** `TS2551`. */
  readonly code: string
  readonly message: string
  /** As the compiler prints it, with the line of source and in colour. */
  readonly text: string
}

export interface CompilerOutput {
  readonly diagnostics: Diagnostic[]
  /** Every file that was read (`--listFiles`). */
  readonly files: string[]
}

/** @param folder the compiler's working directory, which its paths are relative to. */
export function parseCompilerOutput(output: string, folder: string): CompilerOutput {
  const diagnostics: Diagnostic[] = []
  const files: string[] = []
  let block: string[] = []
  const flush = (): void => {
    const diagnostic = parseBlock(block, folder)
    if (diagnostic !== undefined) diagnostics.push(diagnostic)
    block = []
  }
  for (const line of output.split('\n')) {
    const plain = stripVTControlCharacters(line)
    if (/^Found \d+ errors?\b/.test(plain)) {
      flush()
    } else if (/^(?:\/|bundled:)/.test(plain) && /\.(?:[cm]?tsx?|[cm]?jsx?|json)$/.test(plain)) {
      flush()
      files.push(plain)
    } else {
      if (header.test(plain) || globalHeader.test(plain)) flush()
      block.push(line)
    }
  }
  flush()
  return { diagnostics, files }
}

const header = /^(\S.*?):(\d+):(\d+) - error (TS\d+): (.*)$/
const globalHeader = /^error (TS\d+): (.*)$/

function parseBlock(lines: readonly string[], folder: string): Diagnostic | undefined {
  const plain = lines.map((line) => stripVTControlCharacters(line))
  const text = lines.join('\n').trimEnd()
  const first = plain[0] ?? ''
  // Long messages go on, indented, until the empty line before the source.
  const rest = plain.slice(1, plain.indexOf('') === -1 ? undefined : plain.indexOf(''))
  const whole = (message: string): string => [message, ...rest].join('\n')
  const global = globalHeader.exec(first)
  if (global !== null) {
    const [, code = '', message = ''] = global
    return { file: undefined, line: undefined, column: undefined, code, message: whole(message), text }
  }
  const [, path, line, column, code = '', message = ''] = header.exec(first) ?? []
  if (path === undefined) return undefined
  return { file: resolve(folder, path), line: Number(line), column: Number(column), code, message: whole(message), text }
}

/** For a terminal, or for a file when `colors` is false. One empty line between messages. */
export function formatDiagnostics(diagnostics: readonly Diagnostic[], colors: boolean): string {
  return diagnostics.map(({ text }) => `${colors ? text : stripVTControlCharacters(text)}\n`).join('\n')
}
