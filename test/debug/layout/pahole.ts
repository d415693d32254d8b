/** What pahole says about each struct of a file: the oracle of the layout tests. */
import { spawnSync } from 'node:child_process'

/** The numbers of one struct's summary, as pahole names them, and its members' places. */
export interface PaholeStruct {
  readonly name: string
  readonly text: string
  /** `size`, `holes`, `sum holes`, `bit_padding`, …; absent ones are 0. */
  readonly numbers: ReadonlyMap<string, number>
}

export const summaryNumbers = [
  'size',
  'cachelines',
  'members',
  'sum members',
  'holes',
  'sum holes',
  'sum bitfield members',
  'bit holes',
  'sum bit holes',
  'padding',
  'bit_padding',
  'paddings',
  'sum paddings',
  'last cacheline',
] as const

/** Every named struct of a file with debug information; of several of one name the one that pahole takes. */
export function paholeStructs(file: string): PaholeStruct[] {
  const result = spawnSync('pahole', ['--structs', file], { encoding: 'utf8', maxBuffer: 1 << 28 })
  if (result.status !== 0) throw new Error(`pahole ${file}: ${result.stderr}`)
  return [...result.stdout.matchAll(/^struct (\w+) \{\n[\s\S]*?^\}.*$/gm)].map(([text, name = '']) => ({
    name,
    text,
    numbers: summary(text),
  }))
}

/** From the last lines of a struct's text, pahole's or ours. */
export function summary(text: string): Map<string, number> {
  const numbers = new Map<string, number>()
  const lines = text.slice(text.lastIndexOf('/* size: '))
  for (const [, name = '', value] of lines.matchAll(/([a-z_][a-z_ ]*): (\d+)/g)) numbers.set(name, Number(value))
  return numbers
}
