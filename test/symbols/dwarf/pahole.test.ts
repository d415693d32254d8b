/**
 * Layouts against an oracle: every struct and union that Debian's pahole prints of real programs has the size, members, offsets and
 * bit fields that we read.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test, type TestContext } from 'node:test'
import { openDebugInfo } from '../../../src/symbols/dwarf/dwarf-info.ts'
import { ElfFile } from '../../../src/symbols/elf/elf-file.ts'
import { isCompound } from '../../../src/symbols/type.ts'
import { compile } from '../../support/debuggee.ts'
import { findKernel, noKernel } from '../../support/kernel.ts'
import { missing } from '../../support/requirements.ts'
import { describeCompound, paholeTypes, type PaholeType } from './pahole.ts'

/**
 * Compares every type; the result is told in the test's diagnostics.
 * @param beyondPahole types whose text by pahole cannot be told apart.
 */
async function compare(context: TestContext, path: string, beyondPahole: readonly string[] = []): Promise<void> {
  using elf = ElfFile.open(path)
  using info = await openDebugInfo(elf, { cacheFolder: false })
  const theirs = paholeTypes(info.path).filter(({ name }) => !beyondPahole.includes(name))
  assert.ok(theirs.length > 0, 'pahole prints no types')
  const ours = new Map<string, PaholeType[]>()
  for (const type of info.types()) {
    if (!isCompound(type) || type.incomplete) continue
    const key = `${type.kind} ${type.name}`
    ours.set(key, [...(ours.get(key) ?? []), describeCompound(type)])
  }
  const different: { expected: PaholeType; got: PaholeType[] }[] = []
  for (const expected of theirs) {
    const candidates = ours.get(`${expected.kind} ${expected.name}`) ?? []
    const text = JSON.stringify(expected)
    if (!candidates.some((candidate) => JSON.stringify(candidate) === text)) different.push({ expected, got: candidates })
  }
  context.diagnostic(`${theirs.length - different.length} of ${theirs.length} types of ${path} as pahole prints them`)
  assert.deepEqual(different, [])
}

suite('layouts are those that pahole prints', () => {
  test('python3.11d', { skip: missing('pahole', '/usr/bin/python3.11d') }, (context) => compare(context, '/usr/bin/python3.11d'))

  test('libc.so.6', { skip: missing('pahole', '/usr/lib/debug/.build-id') }, async (context) => {
    const libc = /\S+\/libc\.so\.6$/m.exec(readFileSync('/proc/self/maps', 'utf8'))?.[0]
    assert.ok(libc !== undefined, 'this process has no libc.so.6')
    await compare(context, libc)
  })

  test('Linux', { skip: noKernel() || missing('pahole') }, (context) =>
    // pahole prints the anonymous struct that its `parts` points to within the braces: its members look like the outer one's.
    compare(context, findKernel() ?? '', ['parsed_partitions']),
  )

  const variants = [
    ['gcc', '-gdwarf-5'],
    ['gcc', '-gdwarf-4'],
    ['gcc', '-gdwarf-2', '-gstrict-dwarf'],
    ['clang', '-gdwarf-5'],
    ['clang', '-gdwarf-4'],
  ] as const
  for (const [compiler, ...flags] of variants)
    test(`every-type.c by ${compiler} ${flags.join(' ')}`, { skip: missing('pahole', compiler) }, (context) =>
      compare(context, compile(['every-type.c', 'every-type-2.c'], { compiler, flags: ['-w', ...flags] })),
    )
})
