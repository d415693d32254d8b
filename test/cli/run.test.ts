/** `invivo run`: the order of its checks, what a script gets, and how its errors read. */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { invivo, mainFile, runCommand, temporaryFolder, type CommandOptions } from '../support/cli.ts'
import { compile, start, type RunningDebuggee } from '../support/debuggee.ts'
import { drivesSource, startDrives } from '../support/drives.ts'
import { missing } from '../support/requirements.ts'

const prelude = `import { program } from 'invivo'
import type { Drives } from './drives.ts'
const drives = program<Drives>()
`

suite('invivo run', { skip: missing('gcc') }, () => {
  const folder = temporaryFolder()
  let drives: RunningDebuggee
  let target: string[]

  before(async () => {
    drives = await startDrives(folder.path)
    target = ['--pid', String(drives.pid)]
    const { status, stderr } = await invivo(['types', ...target, '-o', 'drives.ts'], { cwd: folder.path })
    assert.equal(status, 0, stderr)
  })
  after(async () => {
    await drives[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  function script(name: string, body: string): string {
    writeFileSync(join(folder.path, name), `${prelude}${body}\n`)
    return name
  }
  const run = (args: readonly string[], options: CommandOptions = {}) => invivo(['run', ...args], { cwd: folder.path, ...options })

  test('gives the script its arguments', async () => {
    const file = script('args.ts', `console.log(process.argv.slice(2), drives.block_backends.tqh_first?.name?.string())`)
    const { status, stdout, stderr } = await run([file, ...target, '--', '--pid', 'x y'])
    assert.equal(stdout, `[ '--pid', 'x y' ] drive0\n`)
    assert.equal(stderr, '')
    assert.equal(status, 0)
  })

  test('refuses a misspelled field before it looks at the target', async () => {
    const file = script('typo.ts', `console.log(drives.block_backends.tqh_first?.statte)`)
    const { status, stdout, stderr } = await run([file, '--pid', '999999999'])
    assert.equal(status, 1)
    assert.equal(stdout, '')
    assert.match(stderr, /^typo\.ts:4:\d+ - error TS2551: Property 'statte' does not exist on type 'drive'\. Did you mean 'state'\?/)
    assert.doesNotMatch(stderr, /999999999/)
  })

  test('--no-check runs it as it is', async () => {
    const file = script('unchecked.ts', `const wrong: string = 1\nconsole.log('ran', wrong)`)
    assert.equal((await run([file, ...target])).status, 1)
    const { status, stdout } = await run(['--no-check', file, ...target])
    assert.equal(stdout, 'ran 1\n')
    assert.equal(status, 0)
  })

  test('an error of the script points at its line', async () => {
    const file = script('throws.ts', `function inner(): never {\n  throw new RangeError('no such drive')\n}\ninner()`)
    const { status, stderr } = await run([file, ...target])
    assert.equal(status, 1)
    const path = join(folder.path, file)
    assert.match(stderr, new RegExp(`^RangeError: no such drive\\n\\s+at inner \\(${path}:5:9\\)\\n\\s+at ${path}:7:1\\n$`))
  })

  test('of an error’s cause, too, only the script’s lines are shown', async () => {
    const file = script('cause.ts', `throw new Error('outer', { cause: new TypeError('inner') })`)
    const { stderr } = await run([file, ...target])
    const place = String.raw`\n\s+at ${join(folder.path, file)}:4:\d+`
    assert.match(stderr, new RegExp(`^Error: outer${place}\ncause: TypeError: inner${place}\n$`))
  })

  test('imports as the compiler takes them, also in a package of CommonJS', async () => {
    const inner = join(folder.path, 'package')
    mkdirSync(join(inner, 'lib'), { recursive: true })
    writeFileSync(join(inner, 'package.json'), '{ "type": "commonjs" }')
    writeFileSync(join(inner, 'lib', 'index.ts'), `export { one } from './one.js'\nexport { two } from './two'\n`)
    writeFileSync(
      join(inner, 'lib', 'one.ts'),
      `import { program } from 'invivo'\nexport const one = (): number => program.threads.length\n`,
    )
    writeFileSync(join(inner, 'lib', 'two.ts'), `export const two = 'two'\n`)
    writeFileSync(join(inner, 'main.ts'), `import { one, two } from './lib'\nconsole.log(one(), two)\n`)
    assert.deepEqual(await run(['package/main.ts', ...target]), { status: 0, signal: undefined, stdout: '1 two\n', stderr: '' })
  })

  test('without a temporary folder it says which one to set', async () => {
    const file = script('temporary.ts', `console.log('ran', drives.block_backends.tqh_last)`)
    const environment = { TMPDIR: '/proc', XDG_CACHE_HOME: '/proc' }
    const { status, stderr } = await run([file, ...target], { environment })
    assert.equal(status, 1)
    assert.equal(
      stderr,
      'invivo: cannot make a temporary folder in /proc: ENOENT: no such file or directory; set TMPDIR to a folder that can be written\n',
    )
    assert.equal((await run(['--no-check', file, ...target], { environment })).status, 0)
  })

  test('what is no script is a mistake in the command line', async () => {
    writeFileSync(join(folder.path, 'notes.txt'), 'notes')
    const message = 'invivo: cannot run notes.txt: a script is a TypeScript module, and its name ends in .ts\n'
    assert.deepEqual(await run(['notes.txt', ...target]), { status: 2, signal: undefined, stdout: '', stderr: message })
    assert.match((await run(['.', ...target])).stderr, /^invivo: cannot run \.: it is a folder/)
  })

  test('an error of the target is one message and the line that met it', async () => {
    const file = script('fault.ts', `const wild = drives.$cast('struct drive', 0x10n)\nconsole.log(wild.link.tqe_next)`)
    const { status, stderr } = await run([file, ...target])
    assert.equal(status, 1)
    assert.match(stderr, /^invivo: cannot read .*link\.tqe_next.*0x\w+/)
    assert.match(stderr, new RegExp(`\\n\\s+at ${join(folder.path, file)}:5:\\d+\\n$`))
  })

  test('a promise that nobody waits for fails it too', async () => {
    const file = script('late.ts', `setTimeout(() => { throw new Error('too late') }, 1)\nvoid drives`)
    const { status, stderr } = await run([file, ...target])
    assert.equal(status, 1)
    assert.match(stderr, /^Error: too late\n\s+at .*late\.ts:4:\d+/)
  })

  test('stops when a struct the script uses has changed, naming the field', async () => {
    const source = readFileSync(drivesSource, 'utf8')
    const changed = join(folder.path, 'drives.c')
    writeFileSync(changed, source.replace('struct drive {\n', 'struct drive {\n    long generation;\n'))
    await using other = await start(compile(changed, { name: 'drives-changed' }), ['10'])
    const file = script('names.ts', `console.log('ran', drives.block_backends.tqh_first?.name?.string())`)
    const { status, stdout, stderr } = await run([file, '--pid', String(other.pid)])
    assert.equal(status, 1)
    assert.equal(stdout, '')
    assert.match(stderr, /struct drive/)
    assert.match(stderr, /name.*0.*8/)
  })

  test('Ctrl-C during a pause lets the process run on', async () => {
    const file = script(
      'pause.ts',
      `using stopped = program.pause()\nconsole.log('paused')\nawait new Promise((resolve) => setTimeout(resolve, 60_000))`,
    )
    let stateWhenPaused = ''
    const { signal } = await run([file, ...target], {
      onStart: (child) => {
        child.stdout?.once('data', () => {
          stateWhenPaused = stateOf(drives.pid)
          child.kill('SIGINT')
        })
      },
    })
    assert.equal(signal, 'SIGINT')
    assert.equal(stateWhenPaused, 't')
    assert.notEqual(stateOf(drives.pid), 't')
  })

  test('a script that prints for ever ends with the reader of its output', { timeout: 30_000 }, async () => {
    const file = script('endless.ts', `for (let i = 0; ; i++) console.log(i, drives.block_backends.tqh_first?.size)`)
    const command = `'${process.execPath}' '${mainFile}' run ${file} ${target.join(' ')} | head -2`
    const { stdout, stderr } = await runCommand('sh', ['-c', command], { cwd: folder.path })
    assert.equal(stdout, '0 1073741824n\n1 1073741824n\n')
    assert.equal(stderr, '')
  })

  test('a script that is not there', async () => {
    const { status, stderr } = await run(['nowhere.ts', ...target])
    assert.equal(status, 1)
    assert.equal(stderr, 'invivo: cannot run nowhere.ts: there is no such file\n')
  })
})

function stateOf(pid: number): string {
  return /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? ''
}
