/**
 * `npm run bench [SUBJECT...]`: bench/main.ts beside its rivals. Installs them as root (gdb, drgn), and unpacks Debian's kernel
 * debug information for the subject `index` unless INVIVO_VMLINUX names another.
 */
import { build } from './build.js'
import { provideDebianPackages } from './debian-packages.js'
import { provideKernel } from './kernel.js'
import { run, setUp } from './set-up.js'

await setUp()
const subjects = process.argv.slice(2)
await provideDebianPackages(['python3-drgn'])
await build()
if (subjects.length === 0 || subjects.includes('index')) await provideKernel()
process.exitCode = await run(process.execPath, ['bench/main.ts', ...subjects])
