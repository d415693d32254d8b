/**
 * glibc's list of loaded libraries (`_r_debug`), walked in a live process and in its core: the same as /proc/PID/maps and gdb
 * say. By the API, and by examples/link-map.ts.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { Program } from '../../src/index.ts'
import type { CString, ProgramGlobals, Struct } from '../../src/debug/value-types.ts'
import { invivo } from '../support/cli.ts'
import { compile, root, start, type RunningDebuggee } from '../support/debuggee.ts'
import { missing } from '../support/requirements.ts'

suite("glibc's link map", { skip: missing('gcc', '/usr/lib/debug/.build-id') }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'invivo-link-map-'))
  let debuggee: RunningDebuggee
  let core: string

  before(async () => {
    debuggee = await start(compile('libraries.c'))
    core = join(folder, 'core')
    using program = await Program.attach(debuggee.pid)
    program.dumpCore(core)
  })
  after(async () => {
    await debuggee[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })

  /** `bias path` in the order of the list. */
  async function walk(...target: string[]): Promise<string[]> {
    const { stdout, stderr } = await invivo(['run', join(root, 'examples', 'link-map.ts'), ...target])
    assert.equal(stderr, '')
    return stdout.trim().split('\n')
  }

  test('names the files that the kernel has mapped, where it has mapped them', async () => {
    const starts = new Map<string, number>()
    for (const line of readFileSync(`/proc/${debuggee.pid}/maps`, 'utf8').split('\n')) {
      const match = /^([0-9a-f]+)-\S+ \S+ \S+ \S+ \d+ +(\/.*|\[vdso\])$/.exec(line)
      const path = match?.[2]
      if (path !== undefined && !starts.has(path)) starts.set(path, Number(`0x${match?.[1]}`))
    }
    const found = new Map<string, number>()
    for (const row of await walk('--pid', String(debuggee.pid))) {
      const [bias, name = ''] = row.split(/ (.*)/)
      if (name.startsWith('linux-vdso')) found.set('[vdso]', Number(bias))
      else found.set(name === '(the program)' ? realpathSync(`/proc/${debuggee.pid}/exe`) : realpathSync(name), Number(bias))
    }
    // Every one is linked at 0, the program too: its bias is where it starts.
    assert.deepEqual(Object.fromEntries(found), Object.fromEntries(starts))
    assert.ok(
      [...found.keys()].some((path) => path.includes('libutil')),
      'a library loaded by dlopen is there',
    )
  })

  test('by the API: the same list, forwards and backwards', async () => {
    interface LinkMap extends Struct<'struct link_map'> {
      readonly l_addr: bigint
      readonly l_name: CString | null
      readonly l_next: LinkMap | null
      readonly l_prev: LinkMap | null
    }
    using program = await Program.openCore(core)
    const [symbol] = program.findSymbols('_r_debug')
    assert.ok(symbol)
    const globals = program.globals<ProgramGlobals<{ 'struct r_debug': Struct & { readonly r_map: LinkMap | null } }>>()
    const row = ({ l_addr: bias, l_name: name }: LinkMap): string =>
      `0x${bias.toString(16).padStart(12, '0')} ${name?.string() || '(the program)'}`
    const rows: string[] = []
    const backwards: string[] = []
    let last: LinkMap | null = null
    for (let map = globals.$cast('struct r_debug', symbol.address).r_map; map; map = map.l_next) {
      rows.push(row(map))
      last = map
    }
    for (let map = last; map; map = map.l_prev) backwards.unshift(row(map))
    assert.deepEqual(rows, await walk('--core', core))
    assert.deepEqual(backwards, rows)
  })

  test('is the same in the core', async () => {
    assert.deepEqual(await walk('--core', core), await walk('--pid', String(debuggee.pid)))
  })

  test("is the same in gdb's `info sharedlibrary`", { skip: missing('gdb') }, async () => {
    const output = execFileSync('gdb', ['-nx', '-batch', '-p', String(debuggee.pid), '-ex', 'info sharedlibrary'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const theirs = output.split('\n').flatMap((line) => /^0x[0-9a-f]+ +0x[0-9a-f]+ .*?(\/.*)$/.exec(line)?.[1] ?? [])
    const own = (await walk('--pid', String(debuggee.pid))).map((row) => row.replace(/^\S+ /, ''))
    assert.deepEqual(own.filter((name) => name.startsWith('/')).sort(), theirs.sort())
  })
})
