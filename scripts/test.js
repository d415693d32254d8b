/**
 * `npm test`: set-up, static checks, build, then every test. `--full` adds the heavy oracles (the kernel's debug information);
 * further arguments are test files. The closing lines are those of Node's test runner.
 */
import { availableParallelism } from 'node:os'
import { provideDebianPackages } from './debian-packages.js'
import { build } from './build.js'
import { provideKernel } from './kernel.js'
import { lint } from './lint.js'
import { note, run, setUp } from './set-up.js'

await setUp()
const args = process.argv.slice(2)
const files = args.filter((argument) => !argument.startsWith('--'))
await provideDebianPackages()
await build()
const clean = files.length > 0 || (await lint())
note('running the tests (node --test)')
const tests = files.length > 0 ? files : ['test/**/*.test.ts']
const full = args.includes('--full')
if (full) await provideKernel()
const environment = full ? { INVIVO_FULL: '1' } : {}
const status = await run(
  process.execPath,
  ['--test', '--test-reporter=spec', `--test-concurrency=${availableParallelism()}`, ...tests],
  environment,
)
process.exitCode = clean ? status : status || 1
