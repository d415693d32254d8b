/** `invivo eval`: one C expression, printed as GDB prints it. */
import type { Format } from '../debug/format/radix.ts'
import { openTarget, type TargetOptions } from './target-options.ts'
import { printable } from './terminal.ts'

export interface EvalOptions extends TargetOptions {
  readonly format?: Format
  readonly pretty?: boolean
  readonly json?: boolean
  readonly write?: boolean
}

export async function evalExpression(expression: string, options: EvalOptions): Promise<void> {
  using program = await openTarget(options)
  const { evaluate } = await import('../debug/expression/evaluate.ts')
  const value = evaluate(program, expression, { write: options.write ?? false })
  if (options.json === true) {
    const { toJson } = await import('../debug/format/to-json.ts')
    console.log(JSON.stringify(toJson(value)))
    return
  }
  const { formatValue } = await import('../debug/format/format-value.ts')
  console.log(printable(formatValue(program, value, { format: options.format, pretty: options.pretty })))
}
