/** The cache of indexes: the same answers from it, and never a wrong one because of it. */
import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { openDebugInfo, openDebugInfoSync } from '../../../src/symbols/dwarf/dwarf-info.ts'
import { ElfFile } from '../../../src/symbols/elf/elf-file.ts'
import { missing } from '../../support/requirements.ts'

const program = '/usr/bin/python3.11d'

/** What a few questions are answered, in one string. */
function answers(cacheFolder: string | false): string {
  using elf = ElfFile.open(program)
  using info = openDebugInfoSync(elf, { cacheFolder })
  const types = [...info.types()].map((type) => `${type.kind} ${type.name} ${info.unitOf(type)}`)
  const variables = [...info.variables()].map(({ name, location, unit }) => `${name} ${JSON.stringify(location)} ${unit}`)
  const found = info.findTypes('_typeobject').map((type) => type.kind)
  // A cached index finds names another way than a fresh one.
  const names = [...info.names()].filter((_, index) => index % 97 === 0)
  const lookedUp = names.map((name) => [
    name,
    info.findTypes(name).length,
    info.findVariables(name).length,
    info.findFunctions(name).length,
  ])
  return JSON.stringify([
    lookedUp,
    types,
    variables,
    found,
    [...info.names()],
    info.findFunctions('PyDict_New').map(({ address }) => address),
  ])
}

suite('the cache of indexes', { skip: missing(program) }, () => {
  let folder = ''
  const file = (): string => join(folder, 'dwarf', readdirSync(join(folder, 'dwarf'))[0] ?? '')
  test.before(() => {
    folder = mkdtempSync(join(tmpdir(), 'invivo-cache-'))
  })
  test.after(() => rmSync(folder, { recursive: true, force: true }))

  test('gives the answers of a scan', () => {
    const scanned = answers(false)
    assert.equal(answers(folder), scanned, 'written')
    assert.equal(readdirSync(join(folder, 'dwarf')).length, 1, 'one file, and no half-written one')
    assert.equal(statSync(file()).mode & 0o077, 0, 'nobody else can read or change it')
    assert.equal(answers(folder), scanned, 'read')
  })

  test('is written anew when it is damaged', () => {
    const scanned = answers(folder)
    const whole = readFileSync(file())
    for (const damage of ['cut', 'flipped', 'empty', 'other version'] as const) {
      const bytes = Buffer.from(whole)
      if (damage === 'flipped') bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
      if (damage === 'other version') bytes.writeUInt32LE(0xffff, 4)
      writeFileSync(file(), damage === 'cut' ? bytes.subarray(0, bytes.length >> 1) : damage === 'empty' ? '' : bytes)
      assert.equal(answers(folder), scanned, damage)
      assert.deepEqual(readFileSync(file()), whole, `${damage}: written anew`)
    }
  })

  test('is done without where it cannot be written', async () => {
    const closed = mkdtempSync(join(tmpdir(), 'invivo-cache-'))
    try {
      chmodSync(closed, 0o500)
      // A file in the place of the folder stops root too.
      writeFileSync(join(folder, 'file'), '')
      for (const cacheFolder of [closed, join(folder, 'file', 'folder')]) {
        using elf = ElfFile.open(program)
        using info = await openDebugInfo(elf, { cacheFolder })
        assert.equal(info.findVariables('_PyRuntime').length, 1)
      }
    } finally {
      chmodSync(closed, 0o700)
      rmSync(closed, { recursive: true })
    }
  })
})
