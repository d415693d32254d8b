/**
 * The files that a core dump's process had mapped. A core leaves out pages that the files have too, so they are read from there,
 * but only from a file that is proved, as far as the core allows, to be the very one: by build-id, else by the first page that the
 * core kept, else by its not having changed since.
 */
import { statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { isInvivoError } from '../errors.ts'
import { FileSource } from '../symbols/byte-source.ts'
import { buildIdOfFile } from './modules.ts'

export interface CoreFilesOptions {
  /** Where the program is now, when not where it was. */
  readonly program?: string
  /** Folder that stands for `/`: the process's libraries are looked for beneath it. */
  readonly sysroot?: string
}

/** What the core itself still has of a file. */
export interface SavedHead {
  readonly buildId: string | undefined
  /** Bytes from the file's beginning; empty when the core has none. */
  readonly bytes: Uint8Array
}

export type Backing =
  | { readonly source: FileSource; readonly reason: undefined }
  /** Why its pages cannot be read, as it reads after "not saved in the core dump, and". */
  | { readonly source: undefined; readonly reason: string }

export class CoreFiles implements Disposable {
  readonly #options: CoreFilesOptions
  readonly #coreModified: number
  readonly #headOf: (name: string) => SavedHead
  readonly #opened = new Map<string, Backing>()
  /** The program's name in NT_FILE, once known. */
  programName: string | undefined

  /**
   * @param coreModified mtime of the core in ms.
   * @param headOf what the core has of the file of that name.
   */
  constructor(options: CoreFilesOptions, coreModified: number, headOf: (name: string) => SavedHead) {
    this.#options = options
    this.#coreModified = coreModified
    this.#headOf = headOf
  }

  /** @param name as in NT_FILE. */
  find(name: string): Backing {
    let backing = this.#opened.get(name)
    if (backing === undefined) {
      // Files of one core number hundreds; a damaged one's names are not all opened.
      backing = this.#opened.size < 10_000 ? this.#open(name) : { source: undefined, reason: 'it names too many files' }
      this.#opened.set(name, backing)
    }
    return backing
  }

  #open(name: string): Backing {
    const path = name.replace(/ \(deleted\)$/, '')
    if (!path.startsWith('/') || path.startsWith('/dev/') || path.startsWith('/memfd:') || path.startsWith('/SYSV'))
      return { source: undefined, reason: `${path} is no file on disk` }
    const { program, sysroot } = this.#options
    const candidates: { readonly path: string; readonly given: boolean }[] = []
    if (program !== undefined && (this.programName === undefined ? basename(path) === basename(program) : name === this.programName))
      candidates.push({ path: program, given: true })
    if (sysroot !== undefined) candidates.push({ path: join(sysroot, path), given: true })
    else candidates.push({ path, given: false })
    let reason: string | undefined
    for (const candidate of candidates) {
      const backing = this.#check(candidate.path, name, candidate.given)
      if (backing.source !== undefined) return backing
      reason ??= backing.reason
    }
    return { source: undefined, reason: reason ?? `${path} is gone` }
  }

  #check(path: string, name: string, given: boolean): Backing {
    let source: FileSource
    try {
      source = new FileSource(path)
    } catch (error) {
      if (isInvivoError(error, 'NOT_FOUND')) return { source: undefined, reason: `${path} is gone` }
      return { source: undefined, reason: error instanceof Error ? error.message : String(error) }
    }
    const mismatch = this.#mismatch(source, path, this.#headOf(name), given)
    if (mismatch === undefined) return { source, reason: undefined }
    source[Symbol.dispose]()
    return { source: undefined, reason: mismatch }
  }

  #mismatch(source: FileSource, path: string, head: SavedHead, given: boolean): string | undefined {
    if (head.buildId !== undefined) {
      const found = buildIdOfFile(source)
      if (found === head.buildId) return undefined
      return `${path} is another build (its build-id is ${found ?? 'none'}, the process had ${head.buildId})`
    }
    if (head.bytes.length > 0) {
      const bytes = new Uint8Array(head.bytes.length)
      const count = source.readInto(0, bytes, 0, bytes.length)
      // Beyond the end of a short file its last page is zeros.
      if (count === 0 || Buffer.compare(bytes, head.bytes) !== 0) return `${path} is another build (it begins differently)`
    }
    if (given || statSync(path).mtimeMs <= this.#coreModified) return undefined
    return `${path} was changed after the core dump was made`
  }

  [Symbol.dispose](): void {
    for (const { source } of this.#opened.values()) source?.[Symbol.dispose]()
    this.#opened.clear()
  }
}
