/** Programs: names in several files, pauses, refreshes, cores and files of the same program, libraries that are read late. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { after, before, suite, test } from 'node:test'
import { evaluate } from '../../src/debug/expression/evaluate.ts'
import { formatValue } from '../../src/debug/format/format-value.ts'
import { program as scriptProgram, setCurrentProgram } from '../../src/debug/script.ts'
import { Program } from '../../src/debug/program.ts'
import type { CArray, CString, ProgramGlobals, Struct } from '../../src/debug/value-types.ts'
import { compile, start, type RunningDebuggee } from '../support/debuggee.ts'
import { FakeTarget } from '../support/fake-target.ts'
import { missing } from '../support/requirements.ts'

interface Elem extends Struct<'struct elem'> {
  id: number
  name: CString | null
  readonly link: Struct & { tqe_next: Elem | null }
}
interface Million extends ProgramGlobals<{ 'struct elem': Elem }> {
  readonly block_backends: Struct & { tqh_first: Elem | null; tqh_last: Struct | null }
  element_count: bigint
}

const COUNT = 2000

function names(globals: Million): string[] {
  const found = []
  for (let elem = globals.block_backends.tqh_first; elem; elem = elem.link.tqe_next) found.push(elem.name?.string() ?? '')
  return found
}

suite('a program', { skip: missing('gcc') }, () => {
  let million: RunningDebuggee
  let folder: string
  const expected = Array.from({ length: COUNT }, (_, i) => `drive${i}`)

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'invivo-'))
    million = await start(compile('million.c'), [String(COUNT)])
  })
  after(async () => {
    await million?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })

  test('a list in a live process and in its core', async () => {
    using program = await Program.attach(million.pid)
    assert.deepEqual(names(program.globals<Million>()), expected)
    const path = join(folder, 'core')
    program.dumpCore(path)
    using core = await Program.openCore(path)
    const globals = core.globals<Million>()
    assert.deepEqual(names(globals), expected)
    assert.equal(globals.element_count, BigInt(COUNT))
    const first = globals.block_backends.tqh_first
    assert(first)
    assert.throws(() => (first.id = 5), {
      code: 'READ_ONLY',
      message: /^cannot assign to \(\(struct elem \*\) 0x[0-9a-f]+\)->id: .*core dump/,
    })
    assert.equal(first.id, 0)
    assert.throws(() => core.dumpCore(path), { code: 'UNSUPPORTED' })
  })

  test('the file has what the variables start with', async () => {
    using program = await Program.openFile(compile('million.c'))
    const globals = program.globals<Million>()
    assert.equal(globals.block_backends.tqh_first, null)
    assert.equal(globals.block_backends.tqh_last?.$address, globals.block_backends.$address)
    assert.equal(globals.element_count, 0n)
  })

  test('a fault tells which variable led there', async () => {
    using program = await Program.attach(million.pid)
    const globals = program.globals<Million>()
    const { tqh_first: first } = globals.block_backends
    Reflect.set(globals.block_backends, 'tqh_first', 0x40n)
    const { tqh_first: wrong } = globals.block_backends
    assert(wrong)
    assert.throws(
      () => wrong.link.tqe_next,
      /^InvivoError: cannot read \(\(struct elem \*\) 0x40\)->link\.tqe_next, 8 bytes at 0x50: not mapped \(reached by block_backends\.tqh_first\)$/,
    )
    globals.block_backends.tqh_first = first
    assert(first)
    const second = first.link.tqe_next
    Reflect.set(first.link, 'tqe_next', 0x40n)
    assert.throws(() => first.link.tqe_next?.id, /\(reached by \(\(struct elem \*\) 0x[0-9a-f]+\)->link\.tqe_next\)$/)
    first.link.tqe_next = second
    assert.deepEqual(names(globals), expected)
  })

  test('a value does not keep those before it', async () => {
    using program = await Program.attach(million.pid)
    const globals = program.globals<Million>()
    let elem = globals.block_backends.tqh_first
    for (let i = 0; i < 100; i++) elem = elem?.link.tqe_next ?? null
    // All that it holds on to, followed to the ground.
    const seen = new Set<object>()
    const open: object[] = elem === null ? [] : [elem]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next)) continue
      seen.add(next)
      for (const key of Reflect.ownKeys(next)) {
        const value: unknown = Reflect.getOwnPropertyDescriptor(next, key)?.value
        if (typeof value === 'object' && value !== null) open.push(value)
      }
    }
    assert(seen.size < 10, inspect(seen, { customInspect: false }))
  })

  test('the globals as an object', async () => {
    using program = await Program.attach(million.pid)
    const globals = program.globals<Million>()
    assert('block_backends' in globals)
    assert(!('block_backend' in globals))
    assert(Object.keys(globals).includes('element_count'))
    assert.equal(await Promise.resolve(globals), globals)
    assert.match(inspect(globals), /^globals of process \d+ \(million/)
    assert.throws(() => Reflect.set(globals, 'elements', 1), { code: 'NOT_FOUND' })
    assert.equal(program.globals(), globals)
  })

  test('`program` of a script is the program named on the command line', async () => {
    assert.throws(() => scriptProgram(), { code: 'USAGE' })
    using program = await Program.attach(million.pid)
    setCurrentProgram(program)
    try {
      assert.equal(scriptProgram<Million>().element_count, BigInt(COUNT))
      assert.equal(scriptProgram.pid, million.pid)
      assert.equal(scriptProgram.type('struct elem').size, 32)
      assert.equal(
        scriptProgram.pause(() => names(scriptProgram<Million>()).length),
        COUNT,
      )
    } finally {
      setCurrentProgram(undefined)
    }
  })

  test('libraries are read when a name is in none of what was read', { skip: missing('/usr/lib/debug/.build-id') }, async () => {
    using program = await Program.attach(million.pid)
    const library = program.modules.find(({ path }) => path.includes('libc.so'))
    void program.globals<Million>().element_count
    assert.equal(library?.isLoaded, false)
    assert.equal(program.type('struct _IO_FILE').size, 216)
    const stdin = program.global('stdin') as Struct & { _fileno: number }
    assert.equal(stdin._fileno, 0)
  })
})

suite('names of several files', { skip: missing('gcc') }, () => {
  test('statics of one name are told apart by file and function', async () => {
    using program = await Program.openFile(compile(['values.c', 'values-2.c']))
    const globals = program.globals<ProgramGlobals & Record<string, unknown>>()
    assert.throws(() => globals['shared_name'], {
      code: 'AMBIGUOUS',
      message: /^there are 2 static variables 'shared_name': \$file\('values\.c'\)\.shared_name, \$file\('values-2\.c'\)\.shared_name$/,
    })
    assert.equal(globals.$file('values.c')['shared_name'], 100)
    assert.equal(globals.$file('values-2.c')['shared_name'], 200)
    assert.equal(globals.$file('programs/values-2.c')['other_file::calls'], 30)
    assert.deepEqual([...(globals['defined_elsewhere'] as CArray<number>)], [7, 8, 9])
    assert.throws(() => globals.$file('values-2.c')['shared_nam'], /no variable 'shared_nam' in values-2\.c; did you mean 'shared_name'/)
    assert.throws(() => globals.$file('values-3.c')['x'], /no variable of .* is in a source file 'values-3\.c'/)
    // A struct that one unit only declares is the other's.
    assert.equal((globals['opaque_object'] as Struct & { revealed: number }).revealed, 1)
  })
})

suite('a process that moves', { skip: missing('gcc') }, () => {
  interface Threads extends ProgramGlobals {
    readonly counters: CArray<bigint>
  }
  let debuggee: RunningDebuggee
  before(async () => {
    debuggee = await start(compile('threads.c'))
  })
  after(async () => {
    await debuggee?.[Symbol.asyncDispose]()
  })

  const states = (pid: number): string[] =>
    execFileSync('ps', ['-L', '-o', 'state=', '-p', String(pid)], { encoding: 'utf8' })
      .trim()
      .split('\n')

  /** Until the process has counted on, by the kernel's word. */
  function waitForChange(look: () => bigint): void {
    const before = look()
    const end = Date.now() + 10_000
    while (look() === before) assert(Date.now() < end, 'the counter does not move')
  }

  test('what was read stays until refresh', async () => {
    using program = await Program.attach(debuggee.pid)
    const { counters } = program.globals<Threads>()
    const before = counters.at(0)
    const fresh = (): bigint => {
      program.refresh()
      return counters.at(0) ?? 0n
    }
    waitForChange(fresh)
    const now = counters.at(0)
    assert.notEqual(now, before)
    assert.equal(counters.at(0), now)
  })

  test('pause stops, resumes, also when the script throws or is asynchronous', async () => {
    using program = await Program.attach(debuggee.pid)
    const { counters } = program.globals<Threads>()
    const running = (): boolean => !states(debuggee.pid).some((state) => state === 't' || state === 'T')
    {
      using _ = program.pause()
      assert(states(debuggee.pid).every((state) => state === 't'))
      const value = counters.at(0)
      program.refresh()
      assert.equal(counters.at(0), value)
    }
    assert(running())
    assert.throws(
      () =>
        program.pause(() => {
          throw new Error('of the script')
        }),
      /of the script/,
    )
    assert(running())
    const seen = await program.pause(async () => {
      await Promise.resolve()
      return states(debuggee.pid)
    })
    assert(seen.every((state) => state === 't'))
    assert(running())
    waitForChange(() => {
      program.refresh()
      return counters.at(0) ?? 0n
    })
    assert.match(readFileSync(`/proc/${debuggee.pid}/status`, 'utf8'), /TracerPid:\t0/)
  })
})

test('a target of which no program is left says why', async () => {
  const target = Object.assign(new FakeTarget(), { problem: 'the core file is truncated' })
  using program = await Program.fromTarget(target)
  const why = /a target of the test tells of no program: the core file is truncated$/
  assert.throws(() => program.global('anything'), why)
  assert.throws(() => evaluate(program, 'anything'), why)
})

test('names of types may have letters of any script', { skip: missing('gcc') }, async () => {
  using program = await Program.openFile(compile('letters.c'))
  assert.equal(program.type('struct größe').size, 16)
  assert.equal(formatValue(program, evaluate(program, 'größe.ä')), '3')
})
