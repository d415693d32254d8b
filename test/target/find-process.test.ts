import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { basename } from 'node:path'
import { findProcess } from '../../src/target/index.ts'
import { compile, start } from '../support/debuggee.ts'
import { missing } from '../support/requirements.ts'
import { failure } from './support.ts'

suite('findProcess', { skip: missing('gcc') }, () => {
  test('by number, name, path and cut name; several of one name are listed', async () => {
    const program = compile('threads.c', { name: `found-by-name-${process.pid}` })
    const name = basename(program)
    await using first = await start(program)
    assert.equal(findProcess('12345'), 12345)
    assert.equal(findProcess(name), first.pid)
    assert.equal(findProcess(program), first.pid)
    assert.equal(findProcess(name.slice(0, 15)), first.pid)
    await using second = await start(program, ['', ''].slice(2))
    assert.throws(
      () => findProcess(name),
      failure('AMBIGUOUS', `2 processes are named ${name}`, `  ${first.pid}  ${program}`, `  ${second.pid}  ${program}`),
    )
  })

  test('what there is not, and never itself', () => {
    assert.throws(() => findProcess('no-such-program'), failure('NOT_FOUND', 'no process named no-such-program'))
    assert.throws(() => findProcess(''), failure('USAGE'))
    let found: number | undefined
    try {
      found = findProcess(process.execPath)
    } catch {
      // Others of that name, or none.
    }
    assert.notEqual(found, process.pid)
  })
})
