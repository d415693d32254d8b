import assert from 'node:assert/strict'
import { closeSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { isInvivoError } from '../../src/errors.ts'
import { CoreTarget, FileTarget, ProcessTarget, writeCore, type Target } from '../../src/target/index.ts'
import { compile, start } from '../support/debuggee.ts'
import { missing } from '../support/requirements.ts'
import { temporaryFolder } from './support.ts'

/** Everything a target does with its file: a result or an InvivoError, in bounded time. */
function exercise(open: () => Target, addresses: readonly number[]): void {
  const begin = performance.now()
  try {
    using target = open()
    target.modules()
    target.threads()
    const into = new Uint8Array(8192)
    const ranges = target.mappings()
    for (const address of [...addresses, ...ranges.slice(0, 20).flatMap(({ start, end }) => [start, end - 1])]) {
      const count = target.read(address, into, 0, 8192)
      assert.ok(count >= 0 && count <= 8192)
      assert.equal(typeof target.explainFault(address), 'string')
    }
    assert.equal(typeof target.description, 'string')
    if (target instanceof CoreTarget) assert.ok(target.signal === undefined || target.signal.number > 0)
  } catch (error) {
    if (!isInvivoError(error)) throw error
  }
  const took = performance.now() - begin
  assert.ok(took < 2000, `${took} ms`)
}

/** Writes the mutated bytes into the file, tries, and restores it. */
function withMutation(
  file: string,
  original: Buffer,
  positions: readonly (readonly [number, number])[],
  length: number,
  body: () => void,
): void {
  const descriptor = openSync(file, 'r+')
  try {
    for (const [position, value] of positions) writeSync(descriptor, Uint8Array.of(value), 0, 1, position % original.length)
    if (length < original.length) truncateSync(file, length)
    body()
  } finally {
    if (length < original.length) writeSync(descriptor, original, 0, original.length, 0)
    else for (const [position] of positions) writeSync(descriptor, original, position % original.length, 1, position % original.length)
    closeSync(descriptor)
  }
}

/** Half of the damage in the headers and notes, where it hurts; single bits, bytes, and the values at the edges. */
function damage(headers: number, size: number): fc.Arbitrary<(readonly [number, number])[]> {
  const position = fc.oneof({ weight: 3, arbitrary: fc.nat(headers) }, { weight: 1, arbitrary: fc.nat(size - 1) })
  const value = fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff))
  return fc.array(fc.tuple(position, value), { minLength: 1, maxLength: 12 })
}

suite('damaged files', { skip: missing('gcc'), timeout: 120_000 }, () => {
  test('3,000 core dumps', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'core')
    let addresses: number[]
    {
      await using debuggee = await start(compile('small.c'))
      using live = ProcessTarget.attach(debuggee.pid)
      writeCore(live, path)
      addresses = live.modules().map(({ start: address }) => address + 0x1000)
    }
    const original = readFileSync(path)
    const headers = original.indexOf('ELIF', 0, 'latin1') + 2048
    const length = fc.oneof({ weight: 4, arbitrary: fc.constant(original.length) }, { weight: 1, arbitrary: fc.nat(original.length) })
    fc.assert(
      fc.property(damage(headers, original.length), length, (positions, end) => {
        withMutation(path, original, positions, end, () => exercise(() => CoreTarget.open(path), addresses))
      }),
      { numRuns: 3000 },
    )
    assert.ok(readFileSync(path).equals(original))
  })

  test('1,000 programs', () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'program')
    const original = readFileSync(compile('late-library.c', { flags: ['-g', '-shared', '-fPIC', '-Wl,--build-id'] }))
    writeFileSync(path, original)
    fc.assert(
      fc.property(damage(2048, original.length), (positions) => {
        withMutation(path, original, positions, original.length, () => exercise(() => FileTarget.open(path), [0, 0x4000]))
      }),
      { numRuns: 1000 },
    )
  })
})
