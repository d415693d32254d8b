/**
 * Where `import … from 'invivo'` of a script leads: always to the very package that runs it, wherever the script lies and
 * whether or not its folder has a node_modules. Another copy of the package would not know the target. The same mapping for
 * the compiler: check-script.ts.
 */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'

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
      return url === undefined ? nextResolve(specifier, context) : { url, shortCircuit: true }
    },
  })
}

/** Whether a file is this package's own, and not of something installed below it. */
export function isOwnFile(path: string): boolean {
  return ['src', 'dist'].some((folder) => path.startsWith(join(packageFolder, folder) + sep))
}
