import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { suite, test } from 'node:test'
import { errno, errnoName, sysError } from '../../src/sys/errno.ts'
import { PTRACE, collectEnd, ptrace, waitForStop } from '../../src/sys/native.ts'

suite('system calls', () => {
  test('a failure is -errno, not an exception', () => {
    assert.equal(ptrace(PTRACE.SEIZE, 0x3fffff, 0, 0), -errno.ESRCH)
    assert.equal(waitForStop(0x3fffff), -errno.ECHILD)
    assert.equal(collectEnd(0x3fffff), -errno.ECHILD)
  })

  test('a running child has no stop to report, and a traced one has', async () => {
    const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] })
    const { pid } = child
    assert.ok(pid !== undefined)
    assert.equal(waitForStop(pid), 0)
    assert.equal(ptrace(PTRACE.SEIZE, pid, 0, 0), 0)
    assert.equal(ptrace(PTRACE.INTERRUPT, pid, 0, 0), 0)
    let stop = 0
    while (stop === 0) stop = waitForStop(pid)
    // PTRACE_EVENT_STOP << 8 | SIGTRAP.
    assert.equal(stop, (128 << 8) | 5)
    assert.equal(ptrace(PTRACE.DETACH, pid, 0, 0), 0)
    const ended = once(child, 'exit')
    child.stdin.end()
    assert.deepEqual(await ended, [0, null])
  })

  test('errors at the edge name what, on what and why', () => {
    assert.equal(errnoName(errno.ESRCH), 'ESRCH')
    assert.equal(errnoName(9999), 'errno 9999')
    const error = sysError('seize thread 5', -errno.EPERM, 'process 4')
    assert.deepEqual([error.code, error.message], ['PERMISSION', 'cannot seize thread 5 of process 4: EPERM'])
    assert.equal(sysError('x', -errno.ENOMEM, 'y').code, 'SYSTEM')
  })
})
