/**
 * Where the imports of a script lead. `invivo` always leads to the very package that runs it, wherever the script lies and
 * whether or not its folder has a node_modules: another copy of the package would not know the target. And what the compiler
 * takes for a TypeScript module is one here, too: `./lib.js` and `./lib` for lib.ts, and a `.ts` file in a package that is
 * `"type": "commonjs"`. The same for the compiler: check/project.ts.
 */
import { readFileSync, statSync } from 'node:fs'
import { registerHooks, type ResolveFnOutput } from 'node:module'
import { join, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** This package's folder, the one with package.json. */
export const packageFolder: string = join(import.meta.dirname, '..', '..')

const runsFromSource = import.meta.filename.endsWith('.ts')

/**
 * The package's entries, `invivo` and `invivo/types`, to the files that this process would load for them: built ones, or the
 * sources where it runs from those.
 */
export function packageEntries(): Map<string, string> {
  const text = readFileSync(join(packageFolder, 'package.json'), 'utf8')
  const { name, exports } = JSON.parse(text) as { name: string; exports: Record<string, string> }
  const entries = new Map<string, string>()
  for (const [entry, target] of Object.entries(exports)) {
    if (target.endsWith('.json')) continue
    const file = runsFromSource ? target.replace(/^\.\/dist\//, './src/').replace(/\.js$/, '.ts') : target
    entries.set(entry.replace('.', name), join(packageFolder, file))
  }
  return entries
}

/** From now on, until the process ends, scripts find this package. Synchronous hooks (Node 24 `module.registerHooks`). */
export function registerScriptResolver(): void {
  const urls = new Map([...packageEntries()].map(([entry, file]) => [entry, pathToFileURL(file).href]))
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const url = urls.get(specifier)
      if (url !== undefined) return { url, shortCircuit: true }
      const found = nextResolve(sourceOf(specifier, context.parentURL) ?? specifier, context)
      return context.conditions.includes('import') ? asModule(found) : found
    },
  })
}

/** The file that a module imports by a path; undefined when there is none. */
export function importedFile(specifier: string, importer: string): string | undefined {
  const url = pathToFileURL(importer).href
  const path = fileURLToPath(new URL(sourceOf(specifier, url) ?? specifier, url))
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? path : undefined
}

/** The TypeScript file that a relative import of a file that is not there means. */
function sourceOf(specifier: string, importer: string | undefined): string | undefined {
  if (!/^\.\.?\//.test(specifier) || importer?.startsWith('file:') !== true) return undefined
  const isFile = (path: string): boolean => statSync(fileURLToPath(new URL(path, importer)), { throwIfNoEntry: false })?.isFile() === true
  if (isFile(specifier)) return undefined
  const [, stem, kind] = /^(.*)\.([cm]?)js$/.exec(specifier) ?? []
  const candidates = stem === undefined ? [`${specifier}.ts`, `${specifier}/index.ts`] : [`${stem}.${kind}ts`]
  return candidates.find((candidate) => isFile(candidate))
}

/** Node takes a `.ts` file of a package that is `"type": "commonjs"` (what `npm init` writes) for one; scripts are modules. */
function asModule(found: ResolveFnOutput): ResolveFnOutput {
  return found.format === 'commonjs-typescript' && found.url.endsWith('.ts') ? { ...found, format: 'module-typescript' } : found
}

/** Whether a file is this package's own, and not of something installed below it. */
export function isOwnFile(path: string): boolean {
  return ['src', 'dist'].some((folder) => path.startsWith(join(packageFolder, folder) + sep))
}
