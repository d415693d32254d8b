import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { ProcessTarget } from '../../src/target/index.ts'
import { compile, start } from '../support/debuggee.ts'
import { missing } from '../support/requirements.ts'
import { addressOf, answers, failure, readBytes, states, until } from './support.ts'

suite('pause', { skip: missing('gcc'), timeout: 60_000 }, () => {
  test('stops every thread, nests, and lets them run on', async () => {
    const program = compile('threads.c')
    await using debuggee = await start(program)
    using target = ProcessTarget.attach(debuggee.pid)
    const tids = target.threads().map(({ tid }) => tid)
    const counters = addressOf(target, program, 'counters')
    const read = (): string => readBytes(target, counters, 24).toString('hex')
    {
      using outer = target.pause()
      assert.equal(states(debuggee.pid, tids), 'tttt')
      const before = read()
      {
        using _inner = target.pause()
      }
      assert.equal(states(debuggee.pid, tids), 'tttt')
      for (let turn = 0; turn < 1000; turn++) assert.equal(read(), before)
      // Given back twice is given back once.
      outer[Symbol.dispose]()
      await answers(debuggee)
      await until(() => read() !== before)
    }
    assert.doesNotMatch(states(debuggee.pid, tids), /[tT]/)
    await answers(debuggee)
  })

  test('ends when the script throws, and when the target is closed', async () => {
    await using debuggee = await start(compile('threads.c'))
    using target = ProcessTarget.attach(debuggee.pid)
    assert.throws(() => {
      using _pause = target.pause()
      assert.equal(states(debuggee.pid), 't')
      throw new Error('a mistake')
    }, /a mistake/)
    await answers(debuggee)
    {
      using other = ProcessTarget.attach(debuggee.pid)
      other.pause()
      assert.equal(states(debuggee.pid), 't')
    }
    await answers(debuggee)
  })

  test('a signal that comes meanwhile is not lost, and a stop by job control stays', async () => {
    const program = compile('threads.c')
    await using debuggee = await start(program)
    using target = ProcessTarget.attach(debuggee.pid)
    const seen = addressOf(target, program, 'signals_seen')
    {
      using _pause = target.pause()
      process.kill(debuggee.pid, 'SIGUSR1')
    }
    await until(() => readBytes(target, seen, 4).readInt32LE() === 1)
    process.kill(debuggee.pid, 'SIGUSR1')
    // Perhaps on its way to the handler when it is stopped.
    target.pause()[Symbol.dispose]()
    await until(() => readBytes(target, seen, 4).readInt32LE() === 2)

    process.kill(debuggee.pid, 'SIGSTOP')
    await until(() => states(debuggee.pid) === 'T')
    {
      using _pause = target.pause()
      assert.equal(states(debuggee.pid), 't')
    }
    await until(() => states(debuggee.pid) === 'T')
    process.kill(debuggee.pid, 'SIGCONT')
    await answers(debuggee)
  })

  test('of a child of ours is not taken for its end, and its end is seen', async () => {
    await using debuggee = await start(compile('threads.c'))
    using target = ProcessTarget.attach(debuggee.pid)
    for (let round = 0; round < 20; round++) {
      using _pause = target.pause()
      for (let turn = 0; turn < 3; turn++) await setImmediate()
    }
    assert.equal(debuggee.child.exitCode, null)
    const ended = once(debuggee.child, 'exit')
    const pause = target.pause()
    process.kill(debuggee.pid, 'SIGKILL')
    pause[Symbol.dispose]()
    assert.deepEqual(await ended, [null, 'SIGKILL'])
  })

  test('names a tracer that is there already; the kernel resumes when that one is killed', async () => {
    await using debuggee = await start(compile('threads.c'))
    const index = join(import.meta.dirname, '..', '..', 'src', 'target', 'index.ts')
    const script = `import { ProcessTarget } from ${JSON.stringify(index)}
      ProcessTarget.attach(${debuggee.pid}).pause()
      console.log('paused')
      process.stdin.resume()`
    const tracer = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] })
    await once(tracer.stdout, 'data')
    using target = ProcessTarget.attach(debuggee.pid)
    assert.equal(states(debuggee.pid), 't')
    assert.throws(() => target.pause(), failure('PERMISSION', `process ${tracer.pid} (`, 'traces it already'))
    // Reading does not mind.
    assert.ok(target.modules().length > 1)
    const ended = once(tracer, 'exit')
    tracer.kill('SIGKILL')
    await ended
    await answers(debuggee)
    using _pause = target.pause()
    assert.equal(states(debuggee.pid), 't')
  })

  test('of invivo itself is refused', () => {
    using target = ProcessTarget.attach(process.pid)
    assert.throws(() => target.pause(), failure('USAGE', 'that is invivo itself'))
  })
})
