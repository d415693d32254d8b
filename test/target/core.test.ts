import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { suite, test } from 'node:test'
import { CoreTarget, ProcessTarget, writeCore, type MappedRange, type Target } from '../../src/target/index.ts'
import { compile, start, type RunningDebuggee } from '../support/debuggee.ts'
import { missing } from '../support/requirements.ts'
import { addressOf, answers, failure, readBytes, readText, readWord, run, states, symbol, temporaryFolder, until } from './support.ts'

const PAGE = 4096
const ascending = (a: number, b: number): number => a - b
const library = (): string => compile('late-library.c', { flags: ['-g', '-shared', '-fPIC', '-Wl,--build-id'] })

/** threads.c with a library loaded late and a file mapped, of a program in a folder of its own. */
async function startCopy(folder: string): Promise<RunningDebuggee & { readonly program: string }> {
  const program = join(folder, 'program')
  copyFileSync(compile('threads.c'), program)
  const data = join(folder, 'data')
  writeFileSync(data, Buffer.alloc(2 * PAGE, 'd'))
  const debuggee = await start('/bin/sh', [
    '-c',
    'cd "$1" && { ulimit -c unlimited 2>/dev/null; exec "$2" "$3" "$4"; }',
    'sh',
    folder,
    program,
    library(),
    data,
  ])
  await answers(debuggee, 'l')
  return { ...debuggee, program }
}

/** Memory whose contents a core dump has, or that its files have. */
function expected(mapping: MappedRange): boolean {
  return mapping.start > 0 && !mapping.name.startsWith('[vvar') && mapping.readable
}

/** Pages of `live` that `core` reads otherwise, and bytes that it cannot read. */
function compare(live: Target, core: Target): { different: number[]; unreadable: Map<string, number>; pages: number } {
  const different: number[] = []
  const unreadable = new Map<string, number>()
  let pages = 0
  for (const mapping of live.mappings().filter(expected)) {
    const size = mapping.end - mapping.start
    const there = readBytes(live, mapping.start, size)
    const here = readBytes(core, mapping.start, size)
    if (here.length < there.length) unreadable.set(`${mapping.name}+${mapping.fileOffset}@${mapping.start}`, there.length - here.length)
    for (let at = 0; at < here.length; at += PAGE, pages++)
      if (!here.subarray(at, at + PAGE).equals(there.subarray(at, at + PAGE))) different.push(mapping.start + at)
  }
  return { different, unreadable, pages }
}

/** Only what may not be saved is not readable: memory excluded by madvise, and shared pages of a data file. */
function checkUnreadable(live: ProcessTarget, core: CoreTarget, program: string, unreadable: ReadonlyMap<string, number>): void {
  const excluded = readWord(live, addressOf(live, program, 'excluded'))
  for (const key of unreadable.keys()) {
    const start = Number(key.slice(key.lastIndexOf('@') + 1))
    assert.ok(start <= excluded && excluded < start + (1 << 21), `${key} cannot be read`)
  }
  assert.equal(core.read(excluded + PAGE, new Uint8Array(8), 0, 8), 0)
  assert.match(core.explainFault(excluded + PAGE), /^not saved in the core dump|or left out of the core dump$/)
  assert.equal(core.explainFault(8), 'not mapped')
}

function checkModules(live: ProcessTarget, core: CoreTarget): void {
  const plain = ({ path, bias, start, end, buildId, file }: ReturnType<Target['modules']>[number]): unknown => ({
    path,
    bias,
    start,
    end,
    buildId,
    file,
  })
  assert.deepEqual(core.modules().map(plain), live.modules().map(plain))
  assert.ok(core.modules().some(({ path }) => path === library()))
  assert.deepEqual(
    core
      .threads()
      .map(({ tid }) => tid)
      .sort(ascending),
    live
      .threads()
      .map(({ tid }) => tid)
      .sort(ascending),
  )
  assert.equal(core.pid, live.pid)
  assert.match(core.threads()[0]?.name ?? '', /^program/)
}

suite('core', { skip: missing('gcc'), timeout: 120_000 }, () => {
  test('of our own writing reads as the live process did', async () => {
    using folder = temporaryFolder()
    await using debuggee = await startCopy(folder.path)
    using live = ProcessTarget.attach(debuggee.pid)
    using _pause = live.pause()
    const path = join(folder.path, 'core')
    writeCore(live, path)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    // Holes: 20 MB of stacks and reserved memory take no room.
    assert.ok(statSync(path).blocks * 512 < 2 << 20)
    using core = CoreTarget.open(path)
    const { different, unreadable, pages } = compare(live, core)
    assert.deepEqual(different, [])
    assert.ok(pages > 4000)
    checkUnreadable(live, core, debuggee.program, unreadable)
    checkModules(live, core)
    assert.equal(core.signal, undefined)
    assert.equal(core.description, 'core dump core of program')
    assert.deepEqual(
      core
        .mappings()
        .filter(expected)
        .map(({ start, end, name }) => [start, end, /\//.test(name) ? name : '']),
      live
        .mappings()
        .filter(expected)
        .map(({ start, end, name }) => [start, end, /\//.test(name) ? name : '']),
    )
    assert.throws(() => core.write(1, new Uint8Array(1)), failure('READ_ONLY', 'core dump'))
  })

  test("GDB's gcore", { skip: missing('gcore') }, async () => {
    using folder = temporaryFolder()
    await using debuggee = await startCopy(folder.path)
    process.kill(debuggee.pid, 'SIGSTOP')
    await until(() => states(debuggee.pid) === 'T')
    run('gcore', ['-o', join(folder.path, 'core'), String(debuggee.pid)])
    using live = ProcessTarget.attach(debuggee.pid)
    using core = CoreTarget.open(join(folder.path, `core.${debuggee.pid}`))
    const { different, unreadable, pages } = compare(live, core)
    assert.deepEqual(different, [])
    assert.ok(pages > 4000)
    checkUnreadable(live, core, debuggee.program, unreadable)
    checkModules(live, core)
  })

  const pattern = readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim()
  const limited = spawnSync('sh', ['-c', 'ulimit -c unlimited']).status !== 0
  const elsewhere = /[|/]/.test(pattern)
    ? `kernel.core_pattern is ${pattern}: sysctl kernel.core_pattern=core`
    : limited && 'the size of core dumps is limited here (ulimit -H -c)'
  test("the kernel's", { skip: elsewhere }, async () => {
    using folder = temporaryFolder()
    await using debuggee = await startCopy(folder.path)
    using live = ProcessTarget.attach(debuggee.pid)
    const modules = live.modules()
    const tids = live.threads().map(({ tid }) => tid)
    const ended = once(debuggee.child, 'exit')
    const banner = addressOf(live, debuggee.program, 'banner')
    debuggee.child.stdin?.write('x')
    await ended
    const file = readdirSync(folder.path).find((name) => name.startsWith('core'))
    if (file === undefined) throw new Error('the kernel wrote no core')
    using core = CoreTarget.open(join(folder.path, file))
    assert.deepEqual(
      core.modules().map(({ path, bias, start, end, buildId }) => ({ path, bias, start, end, buildId })),
      modules.map(({ path, bias, start, end, buildId }) => ({ path, bias, start, end, buildId })),
    )
    assert.deepEqual(
      core
        .threads()
        .map(({ tid }) => tid)
        .sort(ascending),
      tids.sort(ascending),
    )
    assert.equal(core.signal?.name, 'SIGABRT')
    assert.match(core.commandLine, /program/)
    assert.equal(readText(core, banner), 'a constant in .rodata')
    const word = (name: string): number => readWord(core, addressOf(core, debuggee.program, name))
    assert.equal(readText(core, word('anonymous_private') + 300000), 'private')
    assert.equal(readText(core, word('anonymous_shared') + 500000), 'shared')
    assert.equal(readBytes(core, word('file_private') + 5000, 2).toString(), 'Pd')
    assert.equal(core.read(word('excluded') + PAGE, new Uint8Array(8), 0, 8), 0)
    let node = word('list')
    const values: number[] = []
    while (node !== 0) {
      values.push(readBytes(core, node + 8, 4).readInt32LE())
      node = readWord(core, node)
    }
    assert.deepEqual(values, [81, 64, 49, 36, 25, 16, 9, 4, 1, 0])
  })

  test('GDB reads ours: backtrace, threads, registers, globals', { skip: missing('gdb') }, async () => {
    using folder = temporaryFolder()
    await using debuggee = await startCopy(folder.path)
    using live = ProcessTarget.attach(debuggee.pid)
    const path = join(folder.path, 'core')
    writeCore(live, path)
    await answers(debuggee)
    const commands = [
      'bt',
      'info threads',
      'p *list',
      'p words[2]',
      'p file_private[5000]',
      'info sharedlibrary',
      'printf "rip %#lx\\n", $rip',
    ]
    const text = run('gdb', ['-q', '-nx', '-batch', ...commands.flatMap((command) => ['-ex', command]), debuggee.program, path])
    assert.match(text, /#\d+ .* main \(argc=3/)
    for (const { tid } of live.threads()) assert.match(text, new RegExp(`\\(LWP ${tid}\\)`))
    assert.equal([...text.matchAll(/ work \(argument=/g)].length, 3)
    assert.match(text, /value = 81, name = "node 9"/)
    assert.match(text, /"two"/)
    assert.match(text, /80 'P'/)
    assert.match(text, /Yes .*libc\.so\.6/)
    using core = CoreTarget.open(path)
    const registers = core.threadRegisters(debuggee.pid)
    assert.ok(registers !== undefined)
    if (process.arch === 'x64') {
      // The 17th of struct user_regs_struct.
      const rip = new DataView(registers.buffer, registers.byteOffset).getBigUint64(16 * 8, true)
      assert.match(text, new RegExp(`rip 0x${rip.toString(16)}\\b`))
    }
  })

  test('pages come from the files, from the very ones only', async () => {
    using folder = temporaryFolder()
    await using debuggee = await startCopy(folder.path)
    const { program } = debuggee
    using live = ProcessTarget.attach(debuggee.pid)
    const path = join(folder.path, 'core')
    writeCore(live, path)
    const banner = addressOf(live, program, 'banner')
    const name = ({ path: core = path, ...options }: { path?: string; program?: string; sysroot?: string } = {}): string => {
      using target = CoreTarget.open(core, options)
      const bytes = readBytes(target, banner, 22)
      return bytes.length === 0 ? target.explainFault(banner) : bytes.toString('latin1', 0, bytes.indexOf(0))
    }
    const found = 'a constant in .rodata'
    assert.equal(name(), found)
    const moved = join(folder.path, 'moved')
    copyFileSync(program, moved)
    const root = join(folder.path, 'root')
    mkdirSync(join(root, dirname(program)), { recursive: true })
    copyFileSync(program, join(root, program))
    rmSync(program)
    assert.match(name(), /^not saved in the core dump, and \S+program is gone$/)
    assert.equal(name({ program: moved }), found)
    assert.equal(name({ sysroot: root }), found)

    const other = compile('threads.c', { flags: ['-g', '-O2'], name: 'threads-other' })
    copyFileSync(other, program)
    const reason =
      /^not saved in the core dump, and \S+program is another build \(its build-id is [0-9a-f]{40}, the process had [0-9a-f]{40}\)$/
    assert.match(name(), reason)
    using core = CoreTarget.open(path)
    const [main] = core.modules()
    assert.equal(main?.file, undefined)
    assert.match(main?.missing ?? '', /another build/)
    assert.throws(
      () => CoreTarget.open(path, { program: other }),
      failure('USAGE', 'is not the program of core dump core of program', main?.buildId ?? '?'),
    )
  })

  test('a program without a build-id is told by its first page and its time', async () => {
    using folder = temporaryFolder()
    const program = join(folder.path, 'anonymous')
    copyFileSync(compile('threads.c', { flags: ['-g', '-Wl,--build-id=none'], name: 'threads-no-id' }), program)
    await using debuggee = await start(program)
    using live = ProcessTarget.attach(debuggee.pid)
    const path = join(folder.path, 'core')
    writeCore(live, path)
    const banner = addressOf(live, program, 'banner')
    const open = (): CoreTarget => CoreTarget.open(path)
    {
      using core = open()
      assert.equal(readText(core, banner), 'a constant in .rodata')
    }
    const later = statSync(path).mtimeMs / 1000 + 10
    utimesSync(program, later, later)
    {
      using core = open()
      assert.equal(core.read(banner, new Uint8Array(8), 0, 8), 0)
      assert.match(core.explainFault(banner), /was changed after the core dump was made/)
    }
    rmSync(program)
    copyFileSync(compile('threads.c', { flags: ['-O2', '-Wl,--build-id=none'], name: 'threads-no-id-2' }), program)
    utimesSync(program, 1, 1)
    using core = open()
    assert.match(core.explainFault(banner), /is another build \(it begins differently\)/)
  })

  test('a truncated core has less memory, and says so', async () => {
    using folder = temporaryFolder()
    await using debuggee = await startCopy(folder.path)
    using live = ProcessTarget.attach(debuggee.pid)
    const path = join(folder.path, 'core')
    const size = writeCore(live, path)
    const list = readWord(live, addressOf(live, debuggee.program, 'list'))
    const stack = live.mappings().find((mapping) => mapping.name === '[stack]')
    assert.ok(stack !== undefined)
    truncateSync(path, size / 2)
    using core = CoreTarget.open(path)
    assert.equal(readBytes(core, list + 8, 4).readInt32LE(), 81)
    assert.equal(core.read(stack.end - 64, new Uint8Array(8), 0, 8), 0)
    assert.equal(
      core.explainFault(stack.end - 64),
      `not in ${path}: the core file is truncated (it has ${Math.floor(size / 2)} of ${size} bytes)`,
    )
    assert.match(core.problem ?? '', /^the core file is truncated/)
    assert.equal(core.threads().length, 4)
  })

  test('without NT_FILE the modules are those of the run-time linker', async () => {
    using folder = temporaryFolder()
    await using debuggee = await startCopy(folder.path)
    using live = ProcessTarget.attach(debuggee.pid)
    const path = join(folder.path, 'core')
    writeCore(live, path)
    const bytes = readFileSync(path)
    const at = bytes.indexOf('ELIF', 0, 'latin1')
    bytes.writeUInt32LE(0x11111111, at)
    writeFileSync(path, bytes)
    using core = CoreTarget.open(path)
    const real = (file: string): string => basename(file).replace(/\.so.*/, '')
    const plain = (target: Target): unknown => target.modules().map(({ path: name, bias, buildId }) => [real(name), bias, buildId])
    assert.deepEqual(plain(core), plain(live))
    assert.equal(readText(core, addressOf(live, debuggee.program, 'banner')), 'a constant in .rodata')
    const late = core.modules().find(({ path: name }) => name === library())
    assert.equal(readBytes(core, (late?.bias ?? 0) + symbol(library(), 'late'), 4).readInt32LE(), 42)
  })

  test('what is no core dump says what it is', () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'core.zst')
    writeFileSync(file, Buffer.from('28b52ffd00000000', 'hex'))
    assert.throws(() => CoreTarget.open(file), failure('NOT_ELF', 'compressed with zstd', `zstd -d ${file}`))
    assert.throws(() => CoreTarget.open(compile('threads.c')), failure('BAD_CORE', 'a program or a library; look at it with --program'))
    assert.throws(() => CoreTarget.open(join(folder.path, 'none')), failure('NOT_FOUND'))
    writeFileSync(file, 'text')
    assert.throws(() => CoreTarget.open(file), failure('NOT_ELF'))
  })

  test('128 MB are written at the speed of a copy', async () => {
    using folder = temporaryFolder()
    const source = join(folder.path, 'large.c')
    writeFileSync(
      source,
      `#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\nchar *p; int main(void) {
        p = malloc(128 << 20); for (long i = 0; i < 128 << 20; i += 64) p[i] = (char)(i >> 6 | 1);
        puts("ready"); fflush(stdout); return getchar() == 0; }`,
    )
    const program = join(folder.path, 'large')
    run('gcc', ['-o', program, source])
    await using debuggee = await start(program)
    using live = ProcessTarget.attach(debuggee.pid)
    const begin = performance.now()
    const size = writeCore(live, join(folder.path, 'core'))
    const took = performance.now() - begin
    assert.ok(size > 128 << 20)
    // Measured: 0.3 s; machines that run the tests are busy.
    assert.ok(took < 10_000, `${took} ms`)
  })

  test('a core that cannot be written leaves nothing behind', async () => {
    await using debuggee = await start(compile('threads.c'))
    using live = ProcessTarget.attach(debuggee.pid)
    assert.throws(() => writeCore(live, '/proc/none/core'), failure('SYSTEM', 'cannot write a core dump of process'))
    await answers(debuggee)
  })
})
