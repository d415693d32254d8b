/** Errors as a person reads them: one message, and where it concerns a script, the line of the script. */
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { isInvivoError } from '../errors.ts'
import { printable } from './terminal.ts'

/** Prints an error of invivo itself. @returns the exit status. */
export function reportError(error: unknown): number {
  if (isDebugging()) process.stderr.write(`${describe(error)}\n`)
  else if (isInvivoError(error)) process.stderr.write(`invivo: ${printable(error.message)}\n`)
  else process.stderr.write(`invivo: ${error instanceof Error ? printable(error.message) : describe(error)}\n`)
  return isInvivoError(error, 'USAGE') ? 2 : 1
}

/**
 * Prints an error that a script threw, or left uncaught: its message and the script's own lines of the stack, for an error
 * of the target just the line that met it. @returns the exit status.
 */
export function reportScriptError(error: unknown): number {
  const frames = error instanceof Error ? scriptFrames(error) : []
  if (isDebugging() || !(error instanceof Error)) process.stderr.write(`${describe(error)}\n`)
  else if (isInvivoError(error)) process.stderr.write(`invivo: ${[printable(error.message), ...frames.slice(0, 1)].join('\n')}\n`)
  else process.stderr.write(`${[printable(`${error.name}: ${error.message}`), ...frames, ...causes(error)].join('\n')}\n`)
  return 1
}

function isDebugging(): boolean {
  return process.env['INVIVO_DEBUG'] === '1'
}

function describe(error: unknown): string {
  return error instanceof Error ? stripVTControlCharacters(error.stack ?? error.message) : String(error)
}

function causes(error: Error): string[] {
  const { cause } = error
  if (cause === undefined) return []
  return cause instanceof Error
    ? [printable(`cause: ${cause.name}: ${cause.message}`), ...scriptFrames(cause)]
    : [`cause: ${describe(cause)}`]
}

/** The package's own frames and Node's tell a script's author nothing, and neither does what loaded the script. */
function scriptFrames(error: Error): string[] {
  const own = new URL('..', import.meta.url).href
  const lines = (error.stack ?? '').split('\n')
  const loader = lines.findIndex((line) => line.includes(new URL('.', import.meta.url).href))
  return lines
    .slice(0, loader < 0 ? lines.length : loader)
    .filter((line) => /^\s+at /.test(line) && !line.includes(own) && !/[( ]node:|<anonymous>\)?$/.test(line))
    .map((line) => line.replaceAll(/file:\/\/[^\s)]*/g, (url) => filePath(url)))
}

/** `file:///a/b.ts:3:7` as `/a/b.ts:3:7`. */
function filePath(url: string): string {
  const position = /(:\d+)*$/.exec(url)?.[0] ?? ''
  try {
    return `${fileURLToPath(url.slice(0, url.length - position.length))}${position}`
  } catch {
    return url
  }
}
