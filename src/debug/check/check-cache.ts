/**
 * Remembers that a script was checked and found right, so that running it again does not start the compiler (0.1 to 0.5 s).
 * An entry names everything the answer depended on: the compiler, the options, and every file by size, time and SHA-256.
 * Files of installed packages are stood for by their package.json. Entries are safe to delete, and safe against two writers.
 */
import { hash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { writeCacheFile } from '../../cache.ts'

interface Entry {
  readonly fingerprint: string
  readonly inputs: readonly Input[]
}

interface Input {
  readonly path: string
  readonly size: number
  readonly modified: number
  readonly sha256: string
}

export class CheckCache {
  readonly #file: string
  readonly #fingerprint: string

  /** @param fingerprint of what is not a file: versions, options. */
  constructor(folder: string, script: string, fingerprint: string) {
    this.#file = join(folder, `${hash('sha256', script, 'hex').slice(0, 32)}.json`)
    this.#fingerprint = hash('sha256', fingerprint, 'hex')
  }

  /** Whether the script was found right and nothing has changed since. */
  has(): boolean {
    try {
      const entry = JSON.parse(readFileSync(this.#file, 'utf8')) as Entry
      return entry.fingerprint === this.#fingerprint && entry.inputs.every((input) => isUnchanged(input))
    } catch {
      return false
    }
  }

  /** @param startedAt when the check began: a file changed since is not the one that was checked. */
  remember(files: readonly string[], startedAt: number): void {
    try {
      const inputs = [...new Set(files.map((file) => representative(file)))].map((path) => describe(path))
      if (inputs.some(({ modified }) => modified >= startedAt)) return
      const entry: Entry = { fingerprint: this.#fingerprint, inputs }
      writeCacheFile(this.#file, JSON.stringify(entry))
    } catch {
      // A file went meanwhile. Not remembered: the next run checks again.
    }
  }
}

/** `…/node_modules/@types/node/fs.d.ts` → `…/node_modules/@types/node/package.json`. */
function representative(file: string): string {
  const match = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+\//.exec(file)
  return match === null ? file : `${match[0]}package.json`
}

function describe(path: string): Input {
  const { size, mtimeMs } = statSync(path)
  return { path, size, modified: mtimeMs, sha256: hash('sha256', readFileSync(path), 'hex') }
}

function isUnchanged(input: Input): boolean {
  const { size, mtimeMs } = statSync(input.path)
  if (size !== input.size) return false
  return mtimeMs === input.modified || hash('sha256', readFileSync(input.path), 'hex') === input.sha256
}
