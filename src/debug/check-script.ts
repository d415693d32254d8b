/**
 * Checks a script's types before it runs, with the TypeScript compiler: a misspelled field is found before the target is
 * touched. Which compiler: check/compiler.ts; with which options: check/project.ts; what is remembered: check/check-cache.ts.
 */
import { spawnSync } from 'node:child_process'
import { realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defaultCacheFolder } from '../cache.ts'
import { InvivoError } from '../errors.ts'
import { makeTemporaryFolder } from '../temporary-folder.ts'
import { CheckCache } from './check/check-cache.ts'
import { findCompiler } from './check/compiler.ts'
import { formatDiagnostics, parseCompilerOutput, type Diagnostic } from './check/diagnostics.ts'
import { checkProject } from './check/project.ts'
import { isOwnFile } from './script-resolver.ts'

export { formatDiagnostics, type Diagnostic }

export interface CheckScriptOptions {
  /** Right scripts are remembered in its folder `checks`; default `$XDG_CACHE_HOME/invivo`. False: nowhere. */
  readonly cacheFolder?: string | false
}

/** A real project stays below 10 s; a compiler that does not end must not hang the command. */
const timeout = 120_000

/**
 * @param file the script; one in JavaScript is not checked.
 * @returns the compiler's messages; none for a script that fits.
 * @throws InvivoError NOT_FOUND when there is no compiler; SYSTEM when it failed.
 */
export function checkScript(file: string, options: CheckScriptOptions = {}): Diagnostic[] {
  const script = realpathSync(file)
  // JavaScript has no types to check.
  if (!/\.[cm]?ts$/.test(script)) return []
  const compiler = findCompiler(script)
  if (compiler === undefined) {
    throw new InvivoError(
      'NOT_FOUND',
      `cannot check the types of ${file}: the TypeScript compiler is not installed. ` +
        'Install it beside the script (npm install --save-dev typescript), or run without the check (--no-check)',
    )
  }
  const project = checkProject(script)
  const { cacheFolder = defaultCacheFolder() ?? false } = options
  const fingerprint = `1 ${compiler.version} ${compiler.folder} ${project.configuration}`
  const cache = cacheFolder === false ? undefined : new CheckCache(join(cacheFolder, 'checks'), script, fingerprint)
  if (cache?.has() === true) return []

  const startedAt = Date.now()
  const folder = makeTemporaryFolder('invivo-check-')
  try {
    writeFileSync(join(folder, 'tsconfig.json'), project.configuration)
    const [program, ...args] = compiler.command
    const result = spawnSync(program, [...args, '-p', folder, '--pretty', '--listFiles'], {
      encoding: 'utf8',
      timeout,
      maxBuffer: 1 << 28,
    })
    const { diagnostics, files } = parseCompilerOutput(result.stdout ?? '', process.cwd())
    // Status 1 or 2 comes with messages. Anything else is a compiler that did not do its work.
    if (result.error !== undefined || result.signal !== null || (result.status !== 0 && diagnostics.length === 0)) {
      const reason =
        result.error?.message ?? (`${result.stdout}${result.stderr}`.trim() || `it ended with ${result.signal ?? result.status}`)
      throw new InvivoError('SYSTEM', `cannot check the types of ${file} with ${program}: ${reason}`, { cause: result.error, file })
    }
    const ofScript = diagnostics.filter((each) => each.file === undefined || each.file === script || !isOwnFile(each.file))
    if (ofScript.length === 0) {
      const inputs = files.filter((each) => each.startsWith('/') && !each.startsWith(folder) && !each.startsWith(compiler.folder))
      cache?.remember([...inputs, ...project.configurationFiles], startedAt)
    }
    return ofScript
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
