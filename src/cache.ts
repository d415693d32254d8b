/**
 * Where invivo keeps what it need not work out again: `$XDG_CACHE_HOME/invivo`, else `~/.cache/invivo` (XDG Base Directory
 * Specification). Everything there may be deleted at any time. A folder that cannot be made or written means: nothing is kept.
 * What is kept, and when it is stale, is the business of dwarf/index-cache.ts and check/check-cache.ts.
 */
import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

/** @returns undefined for a user without a home folder. */
export function defaultCacheFolder(): string | undefined {
  const base = process.env['XDG_CACHE_HOME']
  // A relative one is to be ignored, says the specification.
  if (base?.startsWith('/')) return join(base, 'invivo')
  try {
    const home = homedir()
    return home.startsWith('/') ? join(home, '.cache', 'invivo') : undefined
  } catch {
    return undefined
  }
}

/**
 * Makes a folder of the cache, for its owner alone. Level by level: where a file system takes no folders (/proc) and says so by
 * ENOENT, Node's own recursive mkdir never ends.
 * @returns whether it is there.
 */
export function makeCacheFolder(folder: string): boolean {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return true
  const parent = dirname(folder)
  if (parent === folder || !makeCacheFolder(parent)) return false
  try {
    mkdirSync(folder, { mode: 0o700 })
    return true
  } catch {
    // Another process may have made it.
    return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true
  }
}

/** Puts a file into the cache, whole or not at all, whoever else writes it. A failure is no matter. */
export function writeCacheFile(path: string, contents: string | Uint8Array): void {
  const partial = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`
  try {
    if (!makeCacheFolder(dirname(path))) return
    writeFileSync(partial, contents, { flag: 'wx', mode: 0o600 })
    renameSync(partial, path)
  } catch {
    try {
      rmSync(partial, { force: true })
    } catch {
      // There is not even a folder.
    }
  }
}
