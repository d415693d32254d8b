/** Text on a terminal: the progress line, and text of the target that would drive the terminal. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { showProgress } from '../../src/cli/progress.ts'
import { printable } from '../../src/cli/terminal.ts'

suite('progress', () => {
  function terminal(columns: number, isTTY = true) {
    const written: string[] = []
    return { columns, isTTY, written, write: (text: string | Uint8Array) => written.push(String(text)) > 0 }
  }

  test('shows nothing for a short load', () => {
    const stream = terminal(80)
    let time = 0
    {
      using progress = showProgress('reading', stream, () => time)
      time = 299
      progress.report(1, 2)
    }
    assert.deepEqual(stream.written, [])
  })

  test('rewrites one line ten times a second, and clears it', () => {
    const stream = terminal(80)
    let time = 0
    {
      using progress = showProgress('reading', stream, () => time)
      for (time = 250; time < 600; time += 10) progress.report(time, 1000)
    }
    assert.deepEqual(stream.written, ['\r\u001b[Kreading: 30 %', '\r\u001b[Kreading: 40 %', '\r\u001b[Kreading: 50 %', '\r\u001b[K'])
  })

  test('never wraps', () => {
    const stream = terminal(10)
    let time = 0
    using progress = showProgress('reading debug information', stream, () => time)
    time = 1000
    progress.report(7, 0)
    assert.deepEqual(stream.written, ['\r\u001b[Kreading d'])
  })

  test('shows nothing in a pipe', () => {
    const stream = terminal(80, false)
    let time = 0
    using progress = showProgress('reading', stream, () => time)
    time = 1000
    progress.report(1, 2)
    assert.deepEqual(stream.written, [])
  })
})

test('a name of the target cannot drive the terminal', () => {
  assert.equal(printable('a\u001b[31mb\u0007\u009bc\n\td'), 'a\\x1b[31mb\\x07\\x9bc\n\td')
})
