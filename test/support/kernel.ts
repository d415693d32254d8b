/** The Linux kernel with debug information that heavy oracles and the bench of the index read. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './debuggee.ts'

/** $INVIVO_VMLINUX, else what scripts/kernel.js unpacked, else an installed one. */
export function findKernel(): string | undefined {
  const named = process.env['INVIVO_VMLINUX']
  if (named !== undefined) return named
  for (const folder of [join(root, 'build/kernel/usr/lib/debug/boot'), '/usr/lib/debug/boot']) {
    const file = existsSync(folder) ? readdirSync(folder).find((name) => name.startsWith('vmlinux')) : undefined
    if (file !== undefined) return join(folder, file)
  }
  return undefined
}

/** Reason to skip a test of the kernel; false when it is to run. */
export function noKernel(): string | false {
  if (process.env['INVIVO_FULL'] !== '1') return 'a heavy oracle: npm run test:full'
  return findKernel() === undefined ? 'the kernel with debug information is missing: apt-get install linux-image-cloud-amd64-dbg' : false
}
