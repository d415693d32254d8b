/** Code blocks of a Markdown page, and the sessions in them. */

export interface CodeBlock {
  /** The first word after the fence: `ts`, `console`. */
  readonly language: string
  /** The word after it: the file a block is. */
  readonly name: string | undefined
  readonly text: string
  /** Of the opening fence, from 1. */
  readonly line: number
}

export function codeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = []
  let open: { language: string; name: string | undefined; line: number; lines: string[] } | undefined
  for (const [index, text] of markdown.split('\n').entries()) {
    if (!text.startsWith('```')) open?.lines.push(text)
    else if (open === undefined) {
      const [language = '', name] = text.slice(3).trim().split(/\s+/)
      open = { language, name, line: index + 1, lines: [] }
    } else {
      blocks.push({ language: open.language, name: open.name, line: open.line, text: `${open.lines.join('\n')}\n` })
      open = undefined
    }
  }
  return blocks
}

export interface SessionStep {
  readonly command: string
  /** What the page says it prints. */
  readonly output: string
}

/** A `console` block: `$ command`, continued after a backslash, then its output up to the next prompt. */
export function sessionSteps(text: string): SessionStep[] {
  const steps: { command: string; output: string }[] = []
  let continued = false
  for (const line of text.trimEnd().split('\n')) {
    const last = steps.at(-1)
    if (continued && last !== undefined) last.command += `\n${line}`
    else if (line.startsWith('$ ')) steps.push({ command: line.slice(2), output: '' })
    else if (last !== undefined) last.output += `${line}\n`
    continued = line.endsWith('\\')
  }
  return steps
}

/**
 * Compares what a command printed with what a page shows. Addresses, process ids and times differ from run to run; a line
 * `…` on the page stands for any number of lines, and `…` at a line's end for the rest of it.
 * @returns undefined when they agree, else both as compared.
 */
export function differs(shown: string, printed: string): { shown: string[]; printed: string[] } | undefined {
  const page = mask(shown)
  const real = mask(printed)
  return matches(page, real) ? undefined : { shown: page, printed: real }
}

function mask(text: string): string[] {
  return text
    .trimEnd()
    .replaceAll(/0x[0-9a-f]{6,}/g, '0xADDRESS')
    .replaceAll(/\b(process|pid|--pid) \d+/g, '$1 N')
    .replaceAll(/\d+\.\d+ (s|ms|MB)\b/g, 'N $1')
    .split('\n')
    .map((line) => line.trimEnd())
}

function matches(page: readonly string[], real: readonly string[]): boolean {
  if (page.length === 0) return real.length === 0
  const [line = '', ...rest] = page
  if (line.trim() === '…')
    return Array.from({ length: real.length + 1 }, (_, skipped) => skipped).some((skipped) => matches(rest, real.slice(skipped)))
  const [first, ...others] = real
  if (first === undefined) return false
  const same = line.endsWith('…') ? first.startsWith(line.slice(0, -1)) : first === line
  return same && matches(rest, others)
}
