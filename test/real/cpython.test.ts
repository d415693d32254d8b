/**
 * CPython from outside: threads, frames with function names and lines, and a dictionary of every built-in type, read by
 * examples/cpython-threads.ts from a live python3.11d and from its cores, equal what the Python program itself prints.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test, type TestContext } from 'node:test'
import { Program } from '../../src/index.ts'
import { invivo } from '../support/cli.ts'
import { programsFolder, root, start, type RunningDebuggee } from '../support/debuggee.ts'
import { missing } from '../support/requirements.ts'

const interpreter = '/usr/bin/python3.11d'

/** What test/programs/cpython-threads.py prints. */
interface Expected {
  /** Thread identifier to function, file and line, innermost first. */
  readonly frames: Record<string, readonly [name: string, file: string, line: number][]>
  readonly data: string
}

interface Found {
  readonly native: number
  readonly frames: readonly { readonly name: string; readonly file: string; readonly line: number }[]
}

suite('CPython', { skip: missing(interpreter) }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'invivo-cpython-'))
  let python: RunningDebuggee
  let expected: Expected

  before(async () => {
    python = await start(interpreter, [join(programsFolder, 'cpython-threads.py')])
    expected = JSON.parse(python.lines[0] ?? '') as Expected
  })
  after(async () => {
    await python[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })

  async function compare(context: TestContext, ...target: string[]): Promise<void> {
    const { stdout, stderr } = await invivo(['run', join(root, 'examples', 'cpython-threads.ts'), ...target, '--', '--json', 'DATA'])
    assert.equal(stderr, '')
    const { DATA: data, ...threads } = JSON.parse(stdout) as { DATA: string } & Record<string, Found>
    let frames = 0
    for (const [thread, theirs] of Object.entries(expected.frames)) {
      const own = threads[thread]?.frames.map(({ name, file, line }) => [name, file, line])
      assert.deepEqual(own, theirs)
      frames += theirs.length
    }
    assert.equal(data, expected.data)
    // The thread that printed all this is the only other one.
    assert.equal(Object.keys(threads).length, Object.keys(expected.frames).length + 1)
    assert.ok(Object.values<Found>(threads).some(({ native }) => native === python.pid))
    context.diagnostic(`${frames} of ${frames} frames of ${Object.keys(expected.frames).length} threads`)
  }

  test('a live process', (context) => compare(context, '--pid', String(python.pid)))

  test('its core dump, written by invivo', async (context) => {
    const core = join(folder, 'own.core')
    using program = await Program.attach(python.pid)
    program.dumpCore(core)
    await compare(context, '--core', core)
  })

  test('its core dump, written by gdb', { skip: missing('gcore') }, async (context) => {
    const core = join(folder, 'gdb')
    execFileSync('gcore', ['-o', core, String(python.pid)], { stdio: 'ignore' })
    await compare(context, '--core', `${core}.${python.pid}`)
  })
})
