/** Start of `invivo run` with a script on a small live program, beside an empty Node script. The script is checked already. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compile, root, start } from '../test/support/debuggee.ts'
import { median } from './support/rivals.ts'

const rounds = Number(process.env['INVIVO_BENCH_ROUNDS'] ?? 9)
/** Milliseconds over an empty script. */
const goal = 150

export async function benchStart(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'invivo-bench-'))
  try {
    const environment = { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') }
    await using debuggee = await start(compile('million.c'), ['10'])
    const command = join(root, 'dist/cli/main.js')
    const target = ['--pid', String(debuggee.pid)]
    const run = (...args: string[]): number => {
      const begin = performance.now()
      const result = spawnSync(process.execPath, args, { encoding: 'utf8', env: environment })
      if (result.status !== 0) throw new Error(`node ${args.join(' ')}: ${result.stderr}`)
      return performance.now() - begin
    }
    const declarations = join(folder, 'million.ts')
    const script = join(folder, 'find.ts')
    const empty = join(folder, 'empty.js')
    writeFileSync(empty, '')
    run(command, 'types', ...target, '-o', declarations)
    writeFileSync(
      script,
      `import { program } from 'invivo'
import type { Million } from './million.ts'
const million = program<Million>()
for (let element = million.block_backends.tqh_first; element; element = element.link.tqe_next) {
  if (element.name?.string() === 'drive7') console.log(element.id)
}
`,
    )
    const first = run(command, 'run', script, ...target)
    const ours: number[] = []
    const nothing: number[] = []
    for (let round = 0; round < rounds; round++) {
      nothing.push(run(empty))
      ours.push(run(command, 'run', script, ...target))
    }
    const more = median(ours) - median(nothing)
    console.log(
      `start, checked script  ${median(ours).toFixed(0)} ms, empty Node script ${median(nothing).toFixed(0)} ms: ${more.toFixed(0)} ms more (goal: below ${goal})${more < goal ? '' : '  MISSED'}; first run, with the type check: ${(first - median(nothing)).toFixed(0)} ms more`,
    )
    return more < goal
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
