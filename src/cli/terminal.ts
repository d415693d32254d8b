/** Where a command's text goes: standard output and error, on a terminal or in a pipe. */
import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** Colour for standard output; plain in a pipe and under NO_COLOR. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout })
}

/** Columns of the terminal; 80 in a pipe, and where a terminal reports nonsense. */
export function terminalWidth(stream: Pick<NodeJS.WriteStream, 'columns'>): number {
  const { columns } = stream
  return columns !== undefined && columns > 0 ? columns : 80
}

/**
 * Text of the target or of a file, safe to print: control characters are shown as `\x1b`, so that a name in a hostile
 * program cannot drive the terminal. Line ends stay.
 */
export function printable(text: string): string {
  return text.replaceAll(
    // oxlint-disable-next-line no-control-regex -- these are what is looked for
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
}

/**
 * Ends the process quietly when the reader of its output is gone (`| head`). Without this a script that prints in a loop
 * would run to its end for nobody: Node ignores SIGPIPE, and reports the failed write only after the loop.
 */
export function endWhenPipeCloses(): void {
  const { stdout } = process
  const write = stdout.write.bind(stdout)
  const checked = (...args: Parameters<typeof write>): boolean => {
    const flushed = write(...args)
    if (isClosedPipe(stdout.errored)) process.exit()
    return flushed
  }
  if (!stdout.isTTY) stdout.write = checked as typeof write
  stdout.on('error', (error) => {
    if (isClosedPipe(error)) process.exit()
    process.stderr.write(`invivo: cannot write to standard output: ${error.message}\n`)
    process.exit(1)
  })
  // Nothing can be told any more.
  process.stderr.on('error', () => process.exit(1))
}

function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE'
}
