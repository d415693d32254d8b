/**
 * Golden texts: what a person reads, kept beside the tests as it was last approved. UPDATE_GOLDEN=1 approves what is there now;
 * the change then shows in the diff of the commit.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

/** Asserts that `text` is what the file has. */
export function assertGolden(file: string, text: string): void {
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, text)
  assert.ok(existsSync(file), `${file} is not there: run the test with UPDATE_GOLDEN=1`)
  assert.equal(text, readFileSync(file, 'utf8'), `not as in ${file}; UPDATE_GOLDEN=1 approves it`)
}
