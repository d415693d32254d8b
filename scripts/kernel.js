/**
 * Debian's kernel with debug information, for the heavy oracle and the bench of the index: unpacked into build/kernel (283 MB to
 * download, 1.7 GB on disk), not installed. Where it is found again: test/support/kernel.ts.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { note, root, run } from './set-up.js'

/** Needs no root. Without network or apt, what needs the kernel says so itself. */
export async function provideKernel() {
  const folder = join(root, 'build', 'kernel')
  if (process.env.INVIVO_VMLINUX !== undefined || existsSync(folder) || existsSync('/usr/lib/debug/boot')) return
  const depends = spawnSync('apt-cache', ['depends', '--important', 'linux-image-cloud-amd64-dbg'], { encoding: 'utf8' })
  const name = /Depends: (linux-image-\S+-dbg)/.exec(depends.stdout ?? '')?.[1]
  if (name === undefined) return
  note(`unpacking ${name} into build/kernel`)
  const partial = `${folder}.partial`
  rmSync(partial, { recursive: true, force: true })
  mkdirSync(partial, { recursive: true })
  // Only the kernel itself: its 1,100 modules are 1.1 GB.
  const script = `apt-get download -qq ${name} && dpkg-deb --fsys-tarfile *.deb | tar -x --wildcards '*/boot/vmlinux-*' && rm *.deb`
  const status = await run('sh', ['-c', `cd '${partial}' && ${script} && mv '${partial}' '${folder}'`])
  if (status !== 0) rmSync(partial, { recursive: true, force: true })
}
