#!/usr/bin/env node
/**
 * The command `invivo`: checks the Node it runs on, then hands over to command-line.ts. Kept to syntax and imports that old
 * Nodes take, or the check would never run: whatever else is needed is loaded after it.
 */
import * as module from 'node:module'
import { join } from 'node:path'

const required = 24
if (Number.parseInt(process.versions.node, 10) < required) {
  process.stderr.write(
    `invivo: needs Node ${required} or newer, and this is Node ${process.versions.node} (${process.execPath}).\n` +
      'Get a newer one from https://nodejs.org/ or from your distribution, and run the command with it.\n',
  )
  process.exitCode = 1
} else {
  // The compiled code of all modules, kept between runs: 30 ms of a start-up of 90.
  const { defaultCacheFolder, makeCacheFolder } = await import('../cache.ts')
  const folder = defaultCacheFolder()
  if (folder !== undefined && makeCacheFolder(folder)) module.enableCompileCache(join(folder, 'compiled'))
  const { runCommandLine } = await import('./command-line.ts')
  await runCommandLine(process.argv.slice(2))
}
