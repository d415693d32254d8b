/**
 * `invivo run`: a script on a target. In this order, so that a mistake costs nothing: the script's types are checked, then
 * the target is opened, then the declarations the script was written against are compared with it, then it runs.
 */
import { statSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Program } from '../debug/program.ts'
import { InvivoError } from '../errors.ts'
import { reportScriptError } from './report-error.ts'
import { checkTarget, openTarget, type TargetOptions } from './target-options.ts'
import { printable } from './terminal.ts'

export interface RunOptions extends TargetOptions {
  readonly check: boolean
}

export async function run(script: string, args: readonly string[], options: RunOptions): Promise<void> {
  checkTarget(options)
  const file = resolve(script)
  checkIsScript(script, file)
  if (options.check && !(await typesFit(file))) {
    process.exitCode = 1
    return
  }
  const program = await openTarget(options)
  if (options.check) await compareDeclarations(file, program)
  // Not `using`: what the script left running (timers, promises) may still read the target after its last line.
  process.once('exit', () => program[Symbol.dispose]())
  const [{ setCurrentProgram }, { registerScriptResolver }] = await Promise.all([
    import('../debug/script.ts'),
    import('../debug/script-resolver.ts'),
  ])
  setCurrentProgram(program)
  registerScriptResolver()
  process.argv = [process.argv[0] ?? 'node', file, ...args]
  const fail = (error: unknown) => process.exit(reportScriptError(error))
  process.on('uncaughtException', fail)
  try {
    await import(pathToFileURL(file).href)
  } catch (error) {
    fail(error)
  }
}

/** @throws InvivoError NOT_FOUND, USAGE for what Node would not load. */
function checkIsScript(script: string, file: string): void {
  const stats = statSync(file, { throwIfNoEntry: false })
  if (stats === undefined) throw new InvivoError('NOT_FOUND', `cannot run ${script}: there is no such file`)
  if (stats.isDirectory()) throw new InvivoError('USAGE', `cannot run ${script}: it is a folder; name a script in it`)
  if (!/^\.[cm]?[jt]s$/.test(extname(file))) {
    throw new InvivoError('USAGE', `cannot run ${script}: a script is a TypeScript module, and its name ends in .ts`)
  }
}

/** Warnings of layouts that the script does not use go to standard error. @throws InvivoError LAYOUT_CHANGED. */
async function compareDeclarations(file: string, program: Program): Promise<void> {
  const { checkDeclarations } = await import('../debug/declarations/check-declarations.ts')
  for (const warning of await checkDeclarations(file, program.modules)) process.stderr.write(`invivo: warning: ${printable(warning)}\n`)
}

async function typesFit(file: string): Promise<boolean> {
  const { checkScript, formatDiagnostics } = await import('../debug/check-script.ts')
  const diagnostics = checkScript(file)
  if (diagnostics.length === 0) return true
  const { stderr } = process
  stderr.write(`${formatDiagnostics(diagnostics, stderr.isTTY && stderr.hasColors()).trimEnd()}\n`)
  return false
}
