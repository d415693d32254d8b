/** `invivo demo`, whole, with a shorter list; and that nothing of it stays behind, however it ends. */
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { suite, test } from 'node:test'
import { invivo, temporaryFolder } from '../support/cli.ts'
import { missing } from '../support/requirements.ts'

/** An orphan that ended may stay a zombie where nothing reaps it. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

suite('invivo demo', { skip: missing('gcc') }, () => {
  test('finds the drive in the process and in the core dump, and refuses the misspelled script', { timeout: 60_000 }, async () => {
    using folder = temporaryFolder()
    const { status, stdout, stderr } = await invivo(['demo', '--elements', '20000'], { environment: { TMPDIR: folder.path } })
    assert.equal(status, 0, stderr)
    assert.equal(stdout.match(/^Found drive15308: DRIVE_OPEN, \d+ bytes$/gm)?.length, 2, stdout)
    assert.match(stderr, /Property 'tqe_nxt' does not exist/)
    assert.ok(
      stdout.split('\n').every((line) => line.length <= 80),
      stdout,
    )
    assert.deepEqual(readdirSync(folder.path), [])
    assert.equal(isRunning(Number(/^process (\d+)$/m.exec(stdout)?.[1])), false)
  })

  for (const [signal, expected] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    test(`${signal} leaves nothing behind`, { timeout: 60_000 }, async () => {
      using folder = temporaryFolder()
      let pid = 0
      const { status } = await invivo(['demo', '--elements', '1000'], {
        environment: { TMPDIR: folder.path },
        onStart: (child) => {
          child.stdout?.on('data', (text: string) => {
            const started = /^process (\d+)$/m.exec(text)
            if (started === null || pid !== 0) return
            pid = Number(started[1])
            child.kill(signal)
          })
        },
      })
      assert.equal(status, expected)
      assert.notEqual(pid, 0)
      assert.deepEqual(readdirSync(folder.path), [])
      assert.equal(isRunning(pid), false)
    })
  }

  test('without a C compiler says what to install', async () => {
    const { status, stderr } = await invivo(['demo'], { environment: { PATH: '/nowhere' } })
    assert.equal(status, 1)
    assert.match(stderr, /^invivo: the demo compiles a small C program, and there is no C compiler .*apt-get install gcc/)
  })
})
