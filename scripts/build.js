/** `npm run build`: src/ to dist/ by the TypeScript compiler, file by file, unless dist/ is of these very sources. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fail, note, root, run, setUp } from './set-up.js'

const dist = join(root, 'dist')
const stamp = join(root, 'node_modules', '.cache-of-build')

/** Builds dist/ when it is missing or of other sources. */
export async function build() {
  const hash = hashOfSources()
  if (existsSync(join(dist, 'cli', 'main.js')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return
  note('building (tsc)')
  // Beside dist and of its depth, so that source maps point right; renamed when whole, so that a run never sees half of it.
  const partial = `${dist}.${process.pid}`
  try {
    const status = await run('tsc', ['-p', 'tsconfig.build.json', '--outDir', partial])
    if (status !== 0) fail('the build failed: the compiler’s messages are above')
    rmSync(dist, { recursive: true, force: true })
    renameSync(partial, dist)
    writeFileSync(stamp, hash)
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
}

function hashOfSources() {
  const hash = createHash('sha256')
  const files = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const settings = ['package.json', 'package-lock.json', 'tsconfig.build.json', 'tsconfig.base.json'].map((name) => join(root, name))
  for (const file of [...files, ...settings]) {
    hash.update(`${file}\0`)
    hash.update(readFileSync(file))
  }
  return hash.digest('hex')
}

if (process.argv[1] === import.meta.filename) {
  await setUp()
  await build()
}
