/**
 * The compiler options a script is checked with: those of the user's tsconfig.json where there is one, `strict` otherwise,
 * and over them what follows from how the script will run: Node strips its types, and `invivo` is this package. Written to a
 * configuration file of our own; the user's folders stay as they are.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, extname, isAbsolute, join } from 'node:path'
import { packageEntries } from '../script-resolver.ts'

export interface CheckProject {
  /** Contents of the configuration file. */
  readonly configuration: string
  /** The user's configuration files that it builds on: part of what the result depends on. */
  readonly configurationFiles: readonly string[]
}

export function checkProject(script: string): CheckProject {
  const folder = dirname(script)
  const userConfiguration = nearest(folder, 'tsconfig.json')
  // Node's own types come with this package; the user's copy goes before.
  const typeRoots = [...ancestors(folder), ...ancestors(import.meta.dirname)]
    .map((each) => join(each, 'node_modules', '@types'))
    .filter((each) => existsSync(each))
  const isModule = runsAsModule(script)
  const compilerOptions = {
    ...(userConfiguration === undefined && { strict: true, lib: ['esnext'] }),
    types: ['node'],
    target: 'esnext',
    // A `.ts` file in a package that is not `"type": "module"` is a module to Node when it has import or export statements;
    // `nodenext` would take it for CommonJS.
    module: isModule ? 'nodenext' : 'esnext',
    moduleResolution: isModule ? 'nodenext' : 'bundler',
    moduleDetection: 'force',
    typeRoots,
    paths: Object.fromEntries([...packageEntries()].map(([entry, file]) => [entry, [declarationOf(file)]])),
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    // Opinions about style, not about whether the script will work.
    noUnusedLocals: false,
    noUnusedParameters: false,
    // Whatever the user's project builds, this builds nothing.
    noEmit: true,
    composite: false,
    incremental: false,
    declaration: false,
    declarationMap: false,
    emitDeclarationOnly: false,
    isolatedDeclarations: false,
    rootDir: '/',
  }
  const configuration = {
    ...(userConfiguration !== undefined && { extends: userConfiguration }),
    compilerOptions,
    files: [script],
    include: [],
    references: [],
  }
  return {
    configuration: JSON.stringify(configuration, undefined, 1),
    configurationFiles: userConfiguration === undefined ? [] : withBases(userConfiguration),
  }
}

function declarationOf(file: string): string {
  return file.replace(/\.js$/, '.d.ts')
}

/** Node's rule: the extension, else `type` of the nearest package.json. */
function runsAsModule(script: string): boolean {
  if (extname(script) === '.mts') return true
  const manifest = nearest(dirname(script), 'package.json')
  if (manifest === undefined) return false
  try {
    return (JSON.parse(readFileSync(manifest, 'utf8')) as { type?: unknown }).type === 'module'
  } catch {
    return false
  }
}

function nearest(folder: string, name: string): string | undefined {
  return ancestors(folder)
    .map((each) => join(each, name))
    .find((each) => existsSync(each))
}

/** The folder itself first. */
function ancestors(folder: string): string[] {
  const folders: string[] = []
  for (let each = folder; ; each = dirname(each)) {
    folders.push(each)
    if (dirname(each) === each) return folders
  }
}

/**
 * A configuration and those it extends. Found by their text: a file that is missed only means that changing it does not undo
 * a remembered result.
 */
function withBases(configuration: string): string[] {
  const files = [configuration]
  for (let index = 0; index < files.length && files.length < 20; index++) {
    const file = files[index]
    if (file === undefined) break
    let text = ''
    try {
      text = readFileSync(file, 'utf8')
    } catch {
      continue
    }
    const value = /"extends"\s*:\s*(\[[^\]]*\]|"[^"]*")/.exec(text)?.[1] ?? ''
    for (const [, base = ''] of value.matchAll(/"([^"]*)"/g)) {
      const found = resolveBase(file, base)
      if (found !== undefined && !files.includes(found)) files.push(found)
    }
  }
  return files
}

function resolveBase(from: string, base: string): string | undefined {
  if (!base.startsWith('.') && !isAbsolute(base)) {
    try {
      return createRequire(from).resolve(base)
    } catch {
      return undefined
    }
  }
  const path = isAbsolute(base) ? base : join(dirname(from), base)
  return [path, `${path}.json`].find((each) => existsSync(each))
}
