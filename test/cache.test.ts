import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { makeCacheFolder, writeCacheFile } from '../src/cache.ts'

suite('the cache', () => {
  test('makes folders level by level, and files whole', () => {
    const folder = mkdtempSync(join(tmpdir(), 'invivo-test-'))
    try {
      const file = join(folder, 'a', 'b', 'file')
      writeCacheFile(file, 'first')
      writeCacheFile(file, 'second')
      assert.equal(readFileSync(file, 'utf8'), 'second')
      assert.deepEqual(readdirSync(join(folder, 'a', 'b')), ['file'])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  // Node's recursive mkdir loops for ever on a file system that answers ENOENT.
  test('a place that takes no folders keeps nothing, and ends', { timeout: 10_000 }, () => {
    assert.equal(makeCacheFolder('/proc/invivo/checks'), false)
    writeCacheFile('/proc/invivo/file', 'x')
    assert.equal(existsSync('/proc/invivo'), false)
  })

  test('a file where a folder should be', () => {
    const folder = mkdtempSync(join(tmpdir(), 'invivo-test-'))
    try {
      writeFileSync(join(folder, 'file'), '')
      assert.equal(makeCacheFolder(join(folder, 'file', 'sub')), false)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
