/** The demo's program, running under its own name in a folder of the test's. */
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { compile, root, start, type RunningDebuggee } from './debuggee.ts'

export const drivesSource: string = join(root, 'examples', 'demo', 'drives.c')

/** @param count of drives in its list. */
export async function startDrives(folder: string, count = 100): Promise<RunningDebuggee> {
  const program = join(folder, 'drives')
  copyFileSync(compile(drivesSource, { name: 'drives' }), program)
  return await start(program, [String(count)])
}
