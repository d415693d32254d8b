import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { ProcessTarget } from '../../src/target/index.ts'
import { compile, start } from '../support/debuggee.ts'
import { missing } from '../support/requirements.ts'
import { addressOf, answers, failure, readBytes, readText, readWord, run, symbol, temporaryFolder, until } from './support.ts'

const index = join(import.meta.dirname, '..', '..', 'src', 'target', 'index.ts')
const asRoot = process.getuid?.() === 0

function buildId(file: string): string | undefined {
  return /Build ID: (\w+)/.exec(run('readelf', ['-n', file]))?.[1]
}

suite('process', { skip: missing('gcc', 'readelf'), timeout: 60_000 }, () => {
  const kinds = { PIE: ['-pie'], 'non-PIE': ['-no-pie'], static: ['-static', '-DNO_DLOPEN', '-Wl,--build-id'] }
  for (const [kind, flags] of Object.entries(kinds))
    test(`a ${kind} program: modules, memory and threads are those of /proc`, async () => {
      const program = compile('threads.c', { flags: ['-g', '-O0', ...flags], name: `threads-${kind.toLowerCase()}` })
      await using debuggee = await start(program)
      using target = ProcessTarget.attach(debuggee.pid)
      assert.equal(target.addressSize, 8)
      const [main, ...libraries] = target.modules()
      assert.equal(main?.path, program)
      assert.equal(main?.file, program)
      assert.equal(main?.buildId, buildId(program))
      const maps = readFileSync(`/proc/${debuggee.pid}/maps`, 'utf8')
      const mapped = new Set(maps.split('\n').flatMap((line) => /\S*\.so\S*$/.exec(line)?.[0] ?? []))
      assert.deepEqual(new Set(libraries.flatMap(({ path }) => (path === '[vdso]' ? [] : [path]))), mapped)
      for (const { path, buildId: id, bias } of libraries)
        if (path !== '[vdso]') {
          assert.equal(id, buildId(path))
          // Libraries are linked at 0.
          assert.ok(maps.includes(`${bias.toString(16)}-`))
        }
      assert.equal(readText(target, addressOf(target, program, 'banner')), 'a constant in .rodata')
      const second = readWord(target, addressOf(target, program, 'words') + 8)
      assert.equal(readText(target, second), 'one')
      const names = target.threads().map(({ name }) => name)
      assert.deepEqual(names.slice(1), ['worker-0', 'worker-1', 'worker-2'])
      assert.equal(target.threads()[0]?.tid, debuggee.pid)
      // A thread's id finds its process.
      using same = ProcessTarget.attach(target.threads()[2]?.tid ?? 0)
      assert.equal(same.pid, debuggee.pid)
    })

  test('a library loaded later appears, and the list is a new one only then', async () => {
    const library = compile('late-library.c', { flags: ['-g', '-shared', '-fPIC', '-Wl,--build-id'] })
    await using debuggee = await start(compile('threads.c'), [library])
    using target = ProcessTarget.attach(debuggee.pid)
    const modules = target.modules()
    assert.equal(target.modules(), modules)
    await answers(debuggee, 'l')
    const now = target.modules()
    assert.deepEqual(
      now.filter((module) => !modules.includes(module)).map(({ path }) => path),
      [library],
    )
    const bias = now.at(-1)?.bias ?? 0
    assert.equal(readBytes(target, bias + symbol(library, 'late'), 4).readInt32LE(), 42)
    assert.equal(target.modules(), now)
  })

  test('the vdso is read from memory', async () => {
    await using debuggee = await start(compile('threads.c'))
    using target = ProcessTarget.attach(debuggee.pid)
    const vdso = target.modules().find(({ path }) => path === '[vdso]')
    assert.ok(vdso !== undefined && vdso.file === undefined && vdso.missing !== undefined)
    using folder = temporaryFolder()
    const file = join(folder.path, 'vdso')
    writeFileSync(file, readBytes(target, vdso.start, vdso.end - vdso.start))
    assert.equal(vdso.buildId, buildId(file))
    assert.match(run('readelf', ['-Ws', file]), /__vdso_clock_gettime/)
  })

  test('a file that is mapped to be looked at is no module', async () => {
    const program = compile('threads.c')
    await using debuggee = await start(program, ['', compile('threads.c', { flags: ['-g', '-O1'], name: 'threads-mapped' })])
    using target = ProcessTarget.attach(debuggee.pid)
    assert.ok(target.mappings().some(({ name }) => name.includes('threads-mapped')))
    assert.ok(!target.modules().some(({ path }) => path.includes('threads-mapped')))
  })

  test('a 32-bit program', { skip: process.arch === 'x64' ? false : 'needs an x86-64 machine' }, async () => {
    using folder = temporaryFolder()
    const program = join(folder.path, 'tiny')
    const flags = ['-m32', '-nostdlib', '-static', '-ffreestanding', '-fno-pie', '-no-pie', '-fno-stack-protector', '-g']
    run('gcc', [...flags, '-o', program, join(import.meta.dirname, '..', 'programs', 'tiny-i386.c')])
    await using debuggee = await start(program)
    using target = ProcessTarget.attach(debuggee.pid)
    assert.equal(target.addressSize, 4)
    assert.equal(target.modules()[0]?.path, program)
    assert.equal(readBytes(target, addressOf(target, program, 'initialised'), 4).readInt32LE(), 0x1234)
    using pause = target.pause()
    assert.ok(pause)
  })

  test('reads end at the first unreadable byte', async () => {
    await using debuggee = await start(compile('threads.c'))
    using target = ProcessTarget.attach(debuggee.pid)
    const mappings = target.mappings()
    const last = mappings.find((mapping, at) => mapping.writable && mapping.start > 0 && mappings[at + 1]?.start !== mapping.end)
    assert.ok(last !== undefined)
    const into = new Uint8Array(64).fill(0xee)
    assert.equal(target.read(last.end - 10, into, 4, 40), 10)
    assert.deepEqual([...into.subarray(0, 4), ...into.subarray(14)], Array(54).fill(0xee))
    assert.equal(target.read(last.end, into, 0, 8), 0)
    assert.equal(target.read(0, into, 0, 8), 0)
    assert.equal(target.read(-0xa00000, into, 0, 8), 0)
    assert.equal(target.explainFault(8), 'not mapped')
  })

  test('writes change the process; what cannot be written is an error', async () => {
    const program = compile('threads.c')
    await using debuggee = await start(program)
    using target = ProcessTarget.attach(debuggee.pid)
    const address = addressOf(target, program, 'initialised')
    target.write(address, Uint8Array.of(9, 0, 0, 0))
    assert.equal(readBytes(target, address, 4).readInt32LE(), 9)
    assert.throws(() => target.write(16, Uint8Array.of(1)), failure('MEMORY_FAULT', '0x10', 'not mapped'))
  })

  test('a program deleted or replaced while it runs', async () => {
    using folder = temporaryFolder()
    const program = join(folder.path, 'copy')
    copyFileSync(compile('threads.c'), program)
    await using debuggee = await start(program)
    rmSync(program)
    using target = ProcessTarget.attach(debuggee.pid)
    const [main] = target.modules()
    assert.equal(main?.path, program)
    // The file itself is there as long as the process is.
    assert.equal(main?.file, `/proc/${debuggee.pid}/exe`)
    assert.equal(buildId(main?.file ?? ''), main?.buildId)
    const other = compile('threads.c', { flags: ['-g', '-O2'], name: 'threads-other' })
    copyFileSync(other, `${program}.new`)
    renameSync(`${program}.new`, program)
    using again = ProcessTarget.attach(debuggee.pid)
    assert.equal(again.modules()[0]?.file, `/proc/${debuggee.pid}/exe`)
  })

  const canUnshare = spawnSync('unshare', ['--mount', 'true']).status === 0
  test(
    'files of another mount namespace are found through /proc/PID/root',
    { skip: canUnshare ? false : 'making a mount namespace needs root' },
    async () => {
      using folder = temporaryFolder()
      const program = join(folder.path, 'inside', 'program')
      const script = 'mkdir "$1/inside" && mount -t tmpfs none "$1/inside" && cp "$2" "$1/inside/program" && exec "$1/inside/program"'
      await using debuggee = await start('unshare', ['--mount', 'sh', '-c', script, 'sh', folder.path, compile('threads.c')])
      using target = ProcessTarget.attach(debuggee.pid)
      const [main] = target.modules()
      assert.equal(main?.path, program)
      assert.equal(main?.file, `/proc/${debuggee.pid}/root${program}`)
      assert.equal(buildId(main?.file ?? ''), main?.buildId)
    },
  )

  test('what has ended, and what runs another program by now', async () => {
    {
      await using debuggee = await start(compile('threads.c'))
      using target = ProcessTarget.attach(debuggee.pid)
      const address = target.modules()[0]?.start ?? 0
      const ended = once(debuggee.child, 'exit')
      debuggee.child.kill('SIGKILL')
      await ended
      assert.throws(() => target.read(address, new Uint8Array(8), 0, 8), failure('TARGET_GONE', 'it has ended', `process ${debuggee.pid}`))
      assert.throws(() => target.pause(), failure('TARGET_GONE'))
      assert.throws(() => target.modules(), failure('TARGET_GONE'))
      assert.throws(() => target.threads(), failure('TARGET_GONE'))
    }
    await using shell = await start('/bin/sh', ['-c', 'echo ready; read line; exec cat'])
    using target = ProcessTarget.attach(shell.pid)
    const address = target.modules()[0]?.start ?? 0
    const { stdin, stdout } = shell.child
    const echo = stdout === null ? Promise.reject(new Error('no pipe')) : once(stdout, 'data')
    stdin?.write('now\n')
    await until(() => readFileSync(`/proc/${shell.pid}/comm`, 'utf8') === 'cat\n')
    stdin?.write('hello\n')
    await echo
    assert.throws(
      () => target.read(address, new Uint8Array(8), 0, 8),
      failure('TARGET_GONE', 'it has executed another program (cat); attach to it again'),
    )
  })

  test('what cannot be attached to', async () => {
    assert.throws(() => ProcessTarget.attach(0x3fffff), failure('NOT_FOUND', 'there is no process 4194303'))
    assert.throws(() => ProcessTarget.attach(-1), failure('NOT_FOUND'))
    assert.throws(() => ProcessTarget.attach(1.5), failure('NOT_FOUND'))
    // cat does not collect the child that the shell left it; the child waits for the shell to become cat.
    const child = '(until [ "$(cat /proc/$$/comm)" = cat ]; do :; done)'
    await using parent = await start('/bin/sh', ['-c', `${child} & echo $!; echo ready; exec cat`])
    const zombie = Number(parent.lines[0])
    await until(() => /^State:\s+Z/m.test(readFileSync(`/proc/${zombie}/status`, 'utf8')))
    assert.throws(() => ProcessTarget.attach(zombie), failure('TARGET_GONE', 'a zombie', `process ${parent.pid}`))
    const kernelThread = /^PPid:\s+0$/m.test(spawnSync('cat', ['/proc/2/status'], { encoding: 'utf8' }).stdout)
    if (kernelThread) assert.throws(() => ProcessTarget.attach(2), failure('UNSUPPORTED', 'thread of the kernel'))
  })

  const tryAttach = `import { ProcessTarget } from ${JSON.stringify(index)}
    try { ProcessTarget.attach(Number(process.argv[1])); console.log('attached') } catch (error) { console.log(error.code, error.message) }`

  const noOther = !asRoot && statSync('/proc/1').uid === process.getuid?.()
  test("another user's process", { skip: noOther ? 'process 1 belongs to this user: run as root' : false }, async () => {
    await using debuggee = await start(compile('threads.c'))
    const pid = asRoot ? debuggee.pid : 1
    const options = asRoot ? { uid: 65534, gid: 65534 } : {}
    const result = spawnSync(process.execPath, ['--input-type=module', '-e', tryAttach, String(pid)], { encoding: 'utf8', ...options })
    const uid = asRoot ? 65534 : process.getuid?.()
    assert.match(
      result.stdout,
      new RegExp(`^PERMISSION cannot read the memory of process ${pid} .*: it runs as user 0, invivo as user ${uid}; run invivo as`),
    )
  })

  test('a process that is not dumpable', { skip: asRoot ? false : 'root passes over it only for others: run as root' }, async () => {
    const program = compile('threads.c', { flags: ['-g', '-O0', '-DNOT_DUMPABLE'], name: 'threads-undumpable' })
    await using debuggee = await start('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', program])
    const result = spawnSync(process.execPath, ['--input-type=module', '-e', tryAttach, String(debuggee.pid)], {
      encoding: 'utf8',
      uid: 65534,
      gid: 65534,
    })
    assert.match(result.stdout, /^PERMISSION .*it is not dumpable: .*PR_SET_DUMPABLE/)
  })
})
