/**
 * `npm run bench [SUBJECT...]`: bench/main.ts beside its rivals. Installs them as root (gdb, drgn), and unpacks Debian's kernel
 * debug information into build/kernel (about 700 MB) for the subject `index` unless INVIVO_VMLINUX names another.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from './build.js'
import { provideDebianPackages } from './debian-packages.js'
import { note, root, run, setUp } from './set-up.js'

await setUp()
const subjects = process.argv.slice(2)
await provideDebianPackages(['python3-drgn'])
await build()
if (subjects.length === 0 || subjects.includes('index')) await unpackKernel()
process.exitCode = await run(process.execPath, ['bench/main.ts', ...subjects])

/** Downloading a package needs no root. Without network or apt the bench itself says what it lacks. */
async function unpackKernel() {
  const folder = join(root, 'build', 'kernel')
  if (process.env.INVIVO_VMLINUX !== undefined || existsSync(folder) || existsSync('/usr/lib/debug/boot')) return
  const depends = spawnSync('apt-cache', ['depends', '--important', 'linux-image-cloud-amd64-dbg'], { encoding: 'utf8' })
  const name = /Depends: (linux-image-\S+-dbg)/.exec(depends.stdout ?? '')?.[1]
  if (name === undefined) return
  note(`unpacking ${name} into build/kernel`)
  const partial = `${folder}.partial`
  mkdirSync(partial, { recursive: true })
  const script = `cd '${partial}' && apt-get download -qq ${name} && dpkg -x *.deb . && rm *.deb`
  if ((await run('sh', ['-c', `${script} && mv '${partial}' '${folder}'`])) !== 0) rmSync(partial, { recursive: true, force: true })
}
