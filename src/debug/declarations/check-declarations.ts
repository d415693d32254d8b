/**
 * Before a script runs: are the declarations it was written against those of the target? Same builds: nothing more to do.
 * Otherwise a type that the script uses and that changed stops the run, naming what moved, changed or went; changes of other
 * types are a warning. Layouts are always taken from the target, so that a field reads right wherever it moved: what this
 * finds is a script whose types are no longer true. The comparison itself: compare.ts, loaded when there is something to compare.
 */
import { closeSync, openSync, readFileSync, readSync, realpathSync } from 'node:fs'
import { InvivoError } from '../../errors.ts'
import { importedFile } from '../script-resolver.ts'
import type { DeclarationChange } from './compare.ts'
import type { DeclaredModule } from './generate.ts'
import { headLength, isDeclarations, parseBuilds, parseDeclarations, type DeclarationsFile } from './parse.ts'
import { wordsOf } from './used-types.ts'

/**
 * Compares every declarations module that a script imports, itself or through other local modules, with a target.
 * @returns warnings, one line each.
 * @throws InvivoError LAYOUT_CHANGED when a type or variable that the script uses is another one in the target.
 */
export async function checkDeclarations(script: string, modules: readonly DeclaredModule[]): Promise<string[]> {
  const { declarations, words } = readImports(script)
  const warnings: string[] = []
  for (const file of declarations) {
    const builds = parseBuilds(readHead(file).head)
    if (isSameBuild(builds, modules)) continue
    const isSameProgram = isSameBuild(builds.slice(0, 1), modules)
    const { compareDeclarations } = await import('./compare.ts')
    const declared = parseDeclarations(readFileSync(file, 'utf8'))
    const onlyUsed = declared.types.size > maxCompared
    const changes = compareDeclarations(declared, modules, words, onlyUsed)
    // Of the very program, what is gone is of a library that is not there: in a core dump elsewhere, or with --program.
    const used = changes.filter((change) => change.used === true && !(change.isGone && isSameProgram))
    if (used.length > 0) throw layoutChanged(script, file, used)
    const reported = (use: DeclarationChange['used']): string =>
      firstFew(changes.filter((change) => change.used === use).map((change) => `${change.subject} ${change.changes.join(', ')}`))
    if (isSameProgram) {
      const gone = reported(true)
      if (gone !== '') warnings.push(`${file} was made with other libraries: ${gone}`)
      continue
    }
    if (onlyUsed) warnings.push(`${file} was made from another build; what ${script} uses of it is the same there`)
    const doubtful = reported('perhaps')
    if (doubtful !== '') warnings.push(`${file} was made from another build: ${doubtful}`)
    const others = changes.filter((change) => change.used === false).map(({ subject }) => subject)
    if (others.length > 0) {
      warnings.push(
        `${file} was made from another build; ${count(others.length, 'type')} that ${script} does not use ${others.length === 1 ? 'is' : 'are'} different (${firstFew(others)})`,
      )
    }
  }
  return warnings
}

function firstFew(texts: readonly string[]): string {
  return texts.length > 5 ? `${texts.slice(0, 5).join(', ')}, …` : texts.join(', ')
}

/** Beyond so many types those a script does not use are not compared: of python3.11 it takes 5 s. */
const maxCompared = 2500

function layoutChanged(script: string, file: string, used: readonly DeclarationChange[]): InvivoError {
  const shown = used.slice(0, 10).map(({ subject, changes }) => `  ${subject}: ${changes.join(', ')}`)
  if (used.length > shown.length) shown.push(`  and ${used.length - shown.length} more`)
  return new InvivoError(
    'LAYOUT_CHANGED',
    `cannot run ${script}: ${file} was made from another build, and what the script uses has changed since:\n${shown.join('\n')}\n` +
      'Make the declarations anew with `invivo types`, and look at these places of the script (--no-check runs it as it is)',
    { file },
  )
}

function isSameBuild(declared: DeclarationsFile['modules'], modules: readonly DeclaredModule[]): boolean {
  const present = new Set(modules.map(({ buildId }) => buildId))
  return declared.every(({ buildId }) => buildId !== undefined && present.has(buildId))
}

interface Imports {
  /** Declarations modules, real paths. */
  readonly declarations: readonly string[]
  /** Every word of the script and of the local modules it imports. */
  readonly words: ReadonlySet<string>
}

/** Local modules of one script. Real ones have a few. */
const maxFiles = 1000

function readImports(script: string): Imports {
  const declarations: string[] = []
  const words = new Set<string>()
  const files = new Set([realpathSync(script)])
  for (const file of files) {
    if (files.size > maxFiles) break
    const { head, isWhole } = readHead(file)
    if (isDeclarations(head)) {
      declarations.push(file)
      continue
    }
    const text = isWhole ? head : readFileSync(file, 'utf8')
    for (const word of wordsOf(text)) words.add(word)
    for (const [, , specifier = ''] of text.matchAll(/\b(?:from|import)\s*\(?\s*(['"])(\.{0,2}\/[^'"\n]+)\1/g)) {
      // One that is not there: the type check, or the run, says so better.
      const imported = importedFile(specifier, file)
      if (imported !== undefined) files.add(realpathSync(imported))
    }
  }
  return { declarations, words }
}

function readHead(file: string): { head: string; isWhole: boolean } {
  const descriptor = openSync(file, 'r')
  try {
    const bytes = Buffer.allocUnsafe(headLength)
    const length = readSync(descriptor, bytes, 0, headLength, 0)
    return { head: bytes.toString('utf8', 0, length), isWhole: length < headLength }
  } finally {
    closeSync(descriptor)
  }
}

function count(number: number, unit: string): string {
  return `${number} ${unit}${number === 1 ? '' : 's'}`
}
