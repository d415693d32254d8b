/**
 * Separate debug files, found where GDB finds them (its manual, "Debugging Information in Separate Files"): by build-id under the
 * debug folders, then by the name in `.gnu_debuglink` beside the program, in `.debug/` there, and under the debug folders.
 * What is found must be of the very build: its build-id equal, or where either file has none, its CRC-32 as the link says.
 */
import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { InvivoError } from '../errors.ts'
import { FileSource, type ByteSource } from './byte-source.ts'
import { ElfFile } from './elf/elf-file.ts'

export interface FindDebugFileOptions {
  /** Default: `/usr/lib/debug`. */
  readonly debugFolders?: readonly string[]
  /** Where the program is installed, when it was opened by another path (`/proc/PID/map_files/…`). Default: the file's own. */
  readonly programPath?: string
}

export interface DebugFileSearch {
  /** Opened, to be disposed by the caller; undefined: there is none. */
  readonly found: ElfFile | undefined
  /** How it was found and verified. */
  readonly by: 'build-id' | 'debug-link' | undefined
  /** What was looked at before, in order, and why it was not taken. */
  readonly tried: readonly TriedDebugFile[]
}

export interface TriedDebugFile {
  readonly path: string
  /** `no such file`, `it is of another build (build-id …)`, … */
  readonly why: string
}

const DEFAULT_FOLDERS = ['/usr/lib/debug'] as const
const NO_SUCH_FILE = 'no such file'

/** Looks for the debug file of a program or library. Damaged and foreign candidates are passed over, with the reason in `tried`. */
export function findDebugFile(elf: ElfFile, options: FindDebugFileOptions = {}): DebugFileSearch {
  const folders = options.debugFolders ?? DEFAULT_FOLDERS
  const tried: TriedDebugFile[] = []
  const { buildId, debugLink } = elf
  // Two bytes at least: one for the folder, the rest for the name.
  if (buildId !== undefined && buildId.length >= 4) {
    for (const folder of folders) {
      const path = join(folder, '.build-id', buildId.slice(0, 2), `${buildId.slice(2)}.debug`)
      const found = tryCandidate(elf, path, undefined, tried)
      if (found !== undefined) return { found, by: 'build-id', tried }
    }
  }
  if (debugLink !== undefined) {
    // A name with a slash would lead anywhere: no tool writes one.
    if (debugLink.name.includes('/')) tried.push({ path: debugLink.name, why: 'a debug link must be a plain file name' })
    else {
      for (const path of linkCandidates(options.programPath ?? elf.path, debugLink.name, folders)) {
        const found = tryCandidate(elf, path, debugLink.crc, tried)
        if (found !== undefined) return { found, by: 'debug-link', tried }
      }
    }
  }
  return { found: undefined, by: undefined, tried }
}

/**
 * The rest of a message about a file without debug information: where it was looked for and what to do, in one line.
 * @param program as the user knows it.
 */
export function describeDebugFileSearch(program: string, search: DebugFileSearch): string {
  const absent = search.tried.filter(({ why }) => why === NO_SUCH_FILE).map(({ path }) => path)
  const reasons = search.tried.filter(({ why }) => why !== NO_SUCH_FILE).map(({ path, why }) => `${path} was not taken: ${why}`)
  const [first, ...others] = absent
  if (first !== undefined) reasons.unshift(`there is no ${first}${others.length === 0 ? '' : `, nor one in ${others.length} other places`}`)
  if (reasons.length === 0) reasons.push('it has none itself and names no separate debug file')
  return `no debug information for ${program}: ${reasons.join('; ')}; install its -dbg or -dbgsym package, or compile it with -g`
}

function linkCandidates(program: string, name: string, folders: readonly string[]): Set<string> {
  const home = dirname(program)
  const homes = new Set([home])
  try {
    // /lib is a link to /usr/lib today, and debug packages know one of the two.
    homes.add(dirname(realpathSync(program)))
  } catch {
    // The program is gone, or in another mount name space: its own name has to do.
  }
  if (home.startsWith('/usr/')) homes.add(home.slice(4))
  const candidates = new Set<string>()
  for (const folder of homes) {
    candidates.add(join(folder, name))
    candidates.add(join(folder, '.debug', name))
  }
  for (const debugFolder of folders) for (const folder of homes) if (folder.startsWith('/')) candidates.add(join(debugFolder, folder, name))
  return candidates
}

/** @param crc expected where a build-id is missing; undefined: the build-id must tell. */
function tryCandidate(elf: ElfFile, path: string, crc: number | undefined, tried: TriedDebugFile[]): ElfFile | undefined {
  if (!existsSync(path)) {
    tried.push({ path, why: NO_SUCH_FILE })
    return undefined
  }
  let candidate: ElfFile | undefined
  let why: string | undefined
  try {
    candidate = ElfFile.open(path)
    why = refusal(elf, candidate, crc)
  } catch (error) {
    if (!(error instanceof InvivoError)) throw error
    why = error.message
  }
  if (why === undefined) return candidate
  candidate?.[Symbol.dispose]()
  tried.push({ path, why })
  return undefined
}

function refusal(elf: ElfFile, candidate: ElfFile, crc: number | undefined): string | undefined {
  const sources = [elf.source, candidate.source]
  const [own, other] = sources.map((source) => (source instanceof FileSource ? source.identity : undefined))
  if (own !== undefined && own === other) return 'it is the program itself'
  if (candidate.header.machine !== elf.header.machine || candidate.header.is64 !== elf.header.is64) return 'it is for another processor'
  if (elf.buildId !== undefined && candidate.buildId !== undefined) {
    if (elf.buildId !== candidate.buildId) return `it is of another build: build-id ${candidate.buildId}, not ${elf.buildId}`
  } else if (crc === undefined) return 'it has no build-id'
  else {
    const actual = crcOf(candidate.source)
    if (actual !== crc) return `it is of another build: CRC-32 ${hex(actual)}, not ${hex(crc)}`
  }
  return candidate.hasDebugInfo || candidate.symbols.count > 0 ? undefined : 'it has neither debug information nor symbols'
}

/** Of the whole file, a megabyte at a time. */
function crcOf(source: ByteSource): number {
  const chunk = new Uint8Array(1 << 20)
  let crc = 0
  for (let offset = 0; offset < source.size;) {
    const count = source.readInto(offset, chunk, 0, chunk.length)
    if (count === 0) break
    crc = crc32(chunk.subarray(0, count), crc)
    offset += count
  }
  return crc
}

function hex(crc: number): string {
  return `0x${crc.toString(16).padStart(8, '0')}`
}
