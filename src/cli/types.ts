/** `invivo types`: the declarations module of a target. */
import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { generateDeclarations } from '../debug/declarations/generate.ts'
import { InvivoError } from '../errors.ts'
import { openTarget, type TargetOptions } from './target-options.ts'

export interface TypesOptions extends TargetOptions {
  readonly output?: string
}

export async function types(options: TypesOptions): Promise<void> {
  using program = await openTarget(options)
  const [main] = program.modules
  if (main?.info === undefined) throw new InvivoError('NO_DEBUG_INFO', program.whyNoDebugInfo())
  // `-o qemu.ts` of qemu-system-x86_64 gives the interface Qemu: a script imports it from that file.
  const name = options.output === undefined ? basename(main.path) : basename(options.output).replace(/(\.d)?\.[cm]?ts$/, '')
  const text = generateDeclarations(program.modules, { name })
  if (options.output === undefined) process.stdout.write(text)
  else writeWhole(options.output, text)
}

/** An editor or a script that reads the file meanwhile sees the old one or the new one. */
function writeWhole(file: string, text: string): void {
  const partial = `${file}.${process.pid}`
  try {
    // A pipe or a device is written to, not replaced.
    if (statSync(file, { throwIfNoEntry: false })?.isFile() === false) return writeFileSync(file, text)
    writeFileSync(partial, text)
    renameSync(partial, file)
  } catch (error) {
    rmSync(partial, { force: true })
    const reason = error instanceof Error ? error.message.replace(/,.*/, '') : String(error)
    throw new InvivoError('SYSTEM', `cannot write ${file}: ${reason}`, { cause: error, file })
  }
}
