/** What every command shares: help, mistakes in the command line, the check of Node's version, closed pipes. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { invivo, mainFile, runCommand, temporaryFolder } from '../support/cli.ts'

suite('help', () => {
  test('lists the commands', async () => {
    const { status, stdout } = await invivo(['--help'])
    assert.equal(status, 0)
    for (const command of ['run', 'eval', 'types', 'layout', 'demo']) assert.match(stdout, new RegExp(`^  ${command}\\b`, 'm'))
  })

  for (const command of ['run', 'eval', 'types', 'layout', 'demo']) {
    test(`of ${command} shows an example and fits 100 columns`, async () => {
      const { status, stdout } = await invivo([command, '--help'])
      assert.equal(status, 0)
      assert.match(stdout, new RegExp(`^Example:\\n(.*\\n)*? {2}invivo ${command}\\b`, 'm'))
      assert.ok(stdout.split('\n').every((line) => line.length <= 100))
    })
  }

  test('without a command is an error', async () => {
    const { status, stderr } = await invivo([])
    assert.equal(status, 2)
    assert.match(stderr, /^Usage: invivo/)
  })
})

suite('a mistake in the command line ends with 2 and one message', () => {
  const mistakes: [string, string[], RegExp][] = [
    ['an unknown command', ['evla'], /^invivo: unknown command 'evla'\n\(Did you mean eval\?\)/],
    ['an unknown option', ['eval', '1', '--pdi', '3'], /^invivo: unknown option '--pdi'\n\(Did you mean --pid\?\)/],
    ['no target', ['eval', '1'], /^invivo: no target is named: add --pid N\|NAME, --core FILE or --program FILE\n$/],
    ['two targets', ['eval', '1', '--pid', '1', '--core', 'x'], /^invivo: --pid 1 and --core name two targets: leave one out\n$/],
    ['a missing argument', ['run'], /^invivo: missing required argument 'SCRIPT.ts'\nSee: invivo run --help\n/],
    ['help of an unknown command', ['help', 'evla'], /^invivo: unknown command 'evla'\n/],
    ['an unknown format', ['eval', '1', '--format', 'q'], /^invivo: option .*'q' is invalid\. Allowed choices are x, d/],
    ['a negative list', ['demo', '--elements', '-3'], /^invivo: --elements takes a number from 1/],
  ]
  for (const [what, args, message] of mistakes) {
    test(what, async () => {
      const { status, stdout, stderr } = await invivo(args)
      assert.equal(status, 2, stderr)
      assert.equal(stdout, '')
      assert.match(stderr, message)
    })
  }
})

suite('the check of Node’s version', () => {
  const tooOld = /^invivo: needs Node 24 or newer, and this is Node 20\.\d+\.\d+ .*\nGet a newer one/

  test('names what is needed', async () => {
    const pretend = `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.1.0'})`
    const { status, stderr } = await runCommand(process.execPath, ['--import', pretend, mainFile, 'demo'])
    assert.equal(status, 1)
    assert.match(stderr, tooOld)
  })

  const old = ['/usr/bin/node', '/usr/local/bin/node'].find((node) =>
    /^v2[02]\./.test(spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout ?? ''),
  )
  test('is reached on an old Node', { skip: old === undefined && 'there is no older Node here' }, async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'main.mjs')
    writeFileSync(file, stripTypeScriptTypes(readFileSync(mainFile, 'utf8')))
    const { status, stderr } = await runCommand(old ?? '', [file, 'demo'])
    assert.equal(status, 1)
    assert.match(stderr, /^invivo: needs Node 24 or newer/)
  })
})

test('a closed pipe ends a command quietly', async () => {
  const { stdout, stderr } = await runCommand('sh', ['-c', `'${process.execPath}' '${mainFile}' --help | head -1`])
  assert.equal(stdout, 'Usage: invivo [options] [command]\n')
  assert.equal(stderr, '')
})

test('a full disk is an error', async () => {
  const { status, stderr } = await runCommand('sh', ['-c', `'${process.execPath}' '${mainFile}' --help > /dev/full`])
  assert.equal(status, 1)
  assert.match(stderr, /^invivo: cannot write to standard output: ENOSPC/)
})
