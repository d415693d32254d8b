/**
 * Which TypeScript compiler checks a script: the one of the script's project, so that `invivo run` and the user's editor say
 * the same, else the one installed with invivo. Started as a program, never loaded: TypeScript 7 is a native executable
 * beside its npm package, TypeScript 5 and 6 are scripts.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

export interface Compiler {
  readonly version: string
  /** Folder of the npm package `typescript`. */
  readonly folder: string
  readonly command: readonly [string, ...string[]]
}

/** The first with `erasableSyntaxOnly`, which holds scripts to what Node can run. */
const oldestUsable = [5, 8] as const

/** @returns undefined when there is none. */
export function findCompiler(script: string): Compiler | undefined {
  for (const from of [script, import.meta.filename]) {
    const compiler = compilerSeenFrom(from)
    if (compiler !== undefined) return compiler
  }
  return undefined
}

function compilerSeenFrom(file: string): Compiler | undefined {
  let manifest: string
  try {
    manifest = createRequire(file).resolve('typescript/package.json')
  } catch {
    return undefined
  }
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < oldestUsable[0] || (major === oldestUsable[0] && minor < oldestUsable[1])) return undefined
  const folder = dirname(manifest)
  const native = major >= 7 ? nativeExecutable(manifest) : undefined
  return { version, folder, command: native === undefined ? [process.execPath, join(folder, 'bin', 'tsc')] : [native] }
}

/** Starting it without its JavaScript wrapper saves 40 ms. */
function nativeExecutable(manifest: string): string | undefined {
  try {
    const platform = `@typescript/typescript-${process.platform}-${process.arch}/package.json`
    const executable = join(dirname(createRequire(manifest).resolve(platform)), 'lib', 'tsc')
    return existsSync(executable) ? executable : undefined
  } catch {
    return undefined
  }
}
