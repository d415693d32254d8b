/** TARGET on the command line: one parser for every command. */
import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import type { Program } from '../debug/program.ts'
import { InvivoError } from '../errors.ts'
import { showProgress } from './progress.ts'

export interface TargetOptions {
  readonly pid?: string
  readonly core?: string
  readonly program?: string
  readonly debugDir?: readonly string[]
}

export function addTargetOptions(command: Command): Command {
  return command
    .option('--pid <N|NAME>', 'a running process, by id, or by name when one process has it')
    .option('--core <FILE>', 'a core dump; with --program when the executable is not where it was')
    .option('--program <FILE>', 'a program or library that does not run: what its file says')
    .option('-d, --debug-dir <DIR>', 'a folder of separate debug files, besides /usr/lib/debug (may be repeated)', collect)
}

function collect(folder: string, folders: readonly string[] = []): readonly string[] {
  return [...folders, folder]
}

/**
 * Opens the target that the options name, and reads its debug information, with progress on a terminal.
 * @throws InvivoError USAGE when they name none or several; whatever opening the target throws.
 */
export async function openTarget(options: TargetOptions): Promise<Program> {
  checkTarget(options)
  const { Program } = await import('../debug/program.ts')
  using progress = showProgress('reading debug information')
  const settings = { debugDirectories: options.debugDir ?? [], onProgress: progress.report }
  if (options.pid !== undefined) {
    const { findProcess } = await import('../target/find-process.ts')
    return await Program.attach(findProcess(options.pid), settings)
  }
  if (options.core !== undefined) {
    return await Program.openCore(options.core, { ...settings, ...(options.program === undefined ? {} : { program: options.program }) })
  }
  return await Program.openFile(options.program ?? '', settings)
}

/** What can be told from the options alone. @throws InvivoError USAGE, NOT_FOUND. */
export function checkTarget(options: TargetOptions): void {
  const { pid, core, program } = options
  if (pid === undefined && core === undefined && program === undefined) {
    throw new InvivoError('USAGE', 'no target is named: add --pid N|NAME, --core FILE or --program FILE')
  }
  if (pid !== undefined && (core !== undefined || program !== undefined)) {
    throw new InvivoError('USAGE', `--pid ${pid} and ${core === undefined ? '--program' : '--core'} name two targets: leave one out`)
  }
  for (const [option, file] of Object.entries({ '--core': core, '--program': program })) {
    if (file !== undefined && !existsSync(file)) throw new InvivoError('NOT_FOUND', `${option} ${file}: there is no such file`)
  }
}
