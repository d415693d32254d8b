/** A folder of this process alone, below TMPDIR; who makes it removes it. What is kept between runs: cache.ts. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InvivoError } from './errors.ts'

/** @throws InvivoError SYSTEM. */
export function makeTemporaryFolder(prefix: string): string {
  const parent = tmpdir()
  try {
    return mkdtempSync(join(parent, prefix))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replace(/,.*/, '') : String(cause)
    throw new InvivoError('SYSTEM', `cannot make a temporary folder in ${parent}: ${reason}; set TMPDIR to a folder that can be written`, {
      cause,
      file: parent,
    })
  }
}
