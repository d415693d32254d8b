import assert from 'node:assert/strict'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { CoreTarget, FileTarget, ProcessTarget, writeCore } from '../../src/target/index.ts'
import { compile, start } from '../support/debuggee.ts'
import { missing } from '../support/requirements.ts'
import { addressOf, failure, readBytes, readText, readWord, run, symbol, temporaryFolder } from './support.ts'

suite('file', { skip: missing('gcc', 'readelf'), timeout: 60_000 }, () => {
  test('initialised data, zeros and constants are what the process starts with', async () => {
    const program = compile('threads.c')
    using file = FileTarget.open(program)
    assert.deepEqual([file.kind, file.byteOrder, file.addressSize, file.immutable], ['file', 'little', 8, true])
    assert.equal(readText(file, symbol(program, 'banner')), 'a constant in .rodata')
    assert.equal(readBytes(file, symbol(program, 'initialised') + 8, 4).readInt32LE(), 3)
    assert.ok(readBytes(file, symbol(program, 'zeroed'), 8192).equals(Buffer.alloc(8192)))
    await using debuggee = await start(program)
    using live = ProcessTarget.attach(debuggee.pid)
    const bias = live.modules()[0]?.bias ?? 0
    assert.notEqual(bias, 0)
    for (const index of [0, 1, 2]) {
      const word = readWord(file, symbol(program, 'words') + index * 8)
      assert.equal(word + bias, readWord(live, addressOf(live, program, 'words') + index * 8))
      assert.equal(readText(file, word), ['zero', 'one', 'two'][index])
    }
    assert.equal(file.modules()[0]?.buildId, live.modules()[0]?.buildId)
    assert.equal(file.explainFault(8 << 20), `not part of ${program}: the program makes that memory when it runs`)
    assert.throws(() => file.write(0, new Uint8Array(1)), failure('READ_ONLY', 'not running'))
    assert.deepEqual(file.threads(), [])
  })

  test('relocations of libc agree with the process, where the run-time linker alone writes', async () => {
    await using debuggee = await start(compile('threads.c'))
    using live = ProcessTarget.attach(debuggee.pid)
    const libc = live.modules().find(({ path }) => path.includes('/libc.so'))
    assert.ok(libc?.file !== undefined)
    using file = FileTarget.open(libc.file)
    const text = run('readelf', ['-rW', libc.file])
    // Either lines `place info R_…_RELATIVE addend` (.rela.dyn), or one place a line (.relr.dyn).
    const places = [...text.matchAll(/^([0-9a-f]{16})(?:\s+\S+\s+R_\w+_RELATIV\w*\s+([0-9a-f]+))?$/gm)]
    assert.ok(places.length > 500)
    let equal = 0
    for (const [, place = '', addend] of places) {
      const address = Number.parseInt(place, 16)
      const word = readWord(file, address)
      if (addend !== undefined) assert.equal(word, Number.parseInt(addend, 16))
      if (readWord(live, address + libc.bias) === word + libc.bias) equal++
    }
    // What the program changed since is little.
    assert.ok(equal / places.length > 0.95, `${equal} of ${places.length}`)
  })

  test('a pointer to a symbol of the same library, read in parts', () => {
    const library = compile('late-library.c', { flags: ['-g', '-shared', '-fPIC', '-Wl,--build-id'] })
    using file = FileTarget.open(library)
    const place = symbol(library, 'late_pointer')
    const late = symbol(library, 'late')
    assert.equal(readWord(file, place), late)
    const whole = readBytes(file, place, 8)
    for (let at = 0; at < 8; at++) assert.deepEqual(readBytes(file, place + at, 1), whole.subarray(at, at + 1))
    assert.deepEqual(readBytes(file, place - 3, 6).subarray(3), whole.subarray(0, 3))
  })

  test('32 bits: relocations without addends', { skip: process.arch === 'x64' ? false : 'needs an x86-64 machine' }, () => {
    const source = join(import.meta.dirname, '..', 'programs', 'late-library.c')
    using folder = temporaryFolder()
    const library = join(folder.path, 'late.so')
    run('gcc', ['-m32', '-shared', '-fPIC', '-nostdlib', '-o', library, source])
    using file = FileTarget.open(library)
    assert.equal(file.addressSize, 4)
    assert.equal(readBytes(file, symbol(library, 'late_pointer'), 4).readUInt32LE(), symbol(library, 'late'))
  })

  test('files without memory say why', { skip: missing('objcopy') }, () => {
    using folder = temporaryFolder()
    const object = join(folder.path, 'late.o')
    run('gcc', ['-g', '-c', '-o', object, join(import.meta.dirname, '..', 'programs', 'late-library.c')])
    using relocatable = FileTarget.open(object)
    assert.equal(relocatable.read(0, new Uint8Array(8), 0, 8), 0)
    assert.match(relocatable.explainFault(0), /relocatable/)
    const program = compile('threads.c')
    const debug = join(folder.path, 'threads.debug')
    run('objcopy', ['--only-keep-debug', program, debug])
    using separate = FileTarget.open(debug)
    assert.equal(separate.read(symbol(program, 'banner'), new Uint8Array(8), 0, 8), 0)
    assert.match(separate.explainFault(symbol(program, 'banner')), /separate debug file/)
  })

  test('a core dump is not a program', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'core')
    await using debuggee = await start(compile('small.c'))
    using live = ProcessTarget.attach(debuggee.pid)
    writeCore(live, path)
    assert.throws(() => FileTarget.open(path), failure('USAGE', 'look at it with --core'))
    using core = CoreTarget.open(path)
    assert.equal(core.threads().length, 1)
  })
})
