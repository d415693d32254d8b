/** `npm run lint`: everything that finds mistakes without running the code. `--fix` formats and repairs what can be. */
import { build } from './build.js'
import { note, run, setUp } from './set-up.js'

const fix = process.argv.includes('--fix')

/** @returns whether all checks passed; each runs even when an earlier one failed. */
export async function lint() {
  // The examples import the package by its name, as users do: its types are those of dist/.
  await build()
  const steps = [
    ['types', 'tsc', []],
    ['lint', 'oxlint', fix ? ['--fix'] : []],
    ['format', 'oxfmt', fix ? ['.'] : ['--check', '.']],
    ['unused files, exports and packages', 'knip', []],
  ]
  let passed = true
  for (const [what, command, args] of steps) {
    note(`checking ${what} (${command})`)
    if ((await run(command, args)) !== 0) {
      console.error(`${what}: failed`)
      passed = false
    }
  }
  return passed
}

if (process.argv[1] === import.meta.filename) {
  await setUp()
  process.exitCode = (await lint()) ? 0 : 1
}
