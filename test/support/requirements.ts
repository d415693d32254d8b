/**
 * What a test needs from the machine. A missing component is a named skip: `test('…', { skip: missing('gdb') }, …)`.
 * With INVIVO_REQUIRE_ALL=1 (CI) nothing may be missing: it throws instead.
 */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Components and the Debian package that brings each. A name with a slash is a file, any other a command. */
const packages = {
  gdb: 'gdb',
  gcore: 'gdb',
  pahole: 'pahole',
  readelf: 'binutils',
  objcopy: 'binutils',
  clang: 'clang',
  gcc: 'gcc',
  '/usr/include/stdio.h': 'libc6-dev',
  '/usr/bin/python3.11d': 'python3.11-dbg',
  '/usr/lib/debug/.build-id': 'libc6-dbg',
  'gcc -m32': 'gcc-multilib',
} as const

export type Component = keyof typeof packages

/** @returns false when all are there, else the reason to skip, naming the package that brings it. */
export function missing(...components: Component[]): string | false {
  const absent = components.filter((component) => !present(component))
  if (absent.length === 0) return false
  const reason = absent.map((component) => `${component} is missing: apt-get install ${packages[component]}`).join('; ')
  if (process.env['INVIVO_REQUIRE_ALL'] === '1') throw new Error(`${reason} (nothing may be missing here)`)
  return reason
}

/** The Debian packages of everything that is missing here, for scripts/debian-packages.js. */
export function absentPackages(): string[] {
  const absent = (Object.keys(packages) as Component[]).filter((component) => !present(component))
  return [...new Set(absent.map((component) => packages[component]))]
}

function present(component: Component): boolean {
  if (component === 'gcc -m32')
    return existsSync('/usr/include/gnu/stubs-32.h') || existsSync('/usr/include/x86_64-linux-gnu/gnu/stubs-32.h')
  if (component.includes('/')) return existsSync(component)
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, component)))
}
