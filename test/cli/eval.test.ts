/** `invivo eval`, `types` and `layout`: what they print, for people and for programs. Whether it is right: test/debug. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { ProcessTarget, writeCore } from '../../src/target/index.ts'
import { invivo, temporaryFolder } from '../support/cli.ts'
import { compile, programsFolder, type RunningDebuggee } from '../support/debuggee.ts'
import { startDrives } from '../support/drives.ts'
import { missing } from '../support/requirements.ts'

suite('on a process', { skip: missing('gcc') }, () => {
  const folder = temporaryFolder()
  let program = ''
  let drives: RunningDebuggee
  let target: string[]

  before(async () => {
    drives = await startDrives(folder.path)
    program = join(folder.path, 'drives')
    target = ['--pid', String(drives.pid)]
  })
  after(async () => {
    await drives[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  const evaluated: [string[], string][] = [
    [['block_backends.tqh_first->geometry'], '{cylinders = 16383, heads = 16, sectors = 63}\n'],
    [['block_backends.tqh_first->size', '--format', 'x'], '0x40000000\n'],
    [['block_backends.tqh_first->geometry', '--pretty'], '{\n  cylinders = 16383,\n  heads = 16,\n  sectors = 63\n}\n'],
    [['block_backends.tqh_first->size', '--json'], '"1073741824"\n'],
    [['block_backends.tqh_first->geometry', '--json'], '{"cylinders":16383,"heads":16,"sectors":63}\n'],
  ]
  for (const [args, expected] of evaluated) {
    test(`eval ${args.join(' ')}`, async () => {
      const { status, stdout, stderr } = await invivo(['eval', ...args, ...target])
      assert.equal(stderr, '')
      assert.equal(stdout, expected)
      assert.equal(status, 0)
    })
  }

  const failing: [string, string[], RegExp][] = [
    ['a name that is not there', ['eval', 'blok_backends'], /^invivo: .*blok_backends.*block_backends/],
    ['a struct where a value is needed', ['eval', 'drive + 1'], /^invivo: 'struct drive' is a type, where a value is needed\n$/],
    ['an expression that does not parse', ['eval', '1 +'], /^invivo: .*\n.*1 \+\n\s+\^/],
    ['a type that is not there', ['layout', 'struct drvie'], /^invivo: no type 'struct drvie' in .*; did you mean '.*drive'\?/],
  ]
  for (const [what, args, message] of failing) {
    test(what, async () => {
      const { status, stdout, stderr } = await invivo([...args, ...target])
      assert.equal(stdout, '')
      assert.match(stderr, message)
      assert.doesNotMatch(stderr, /\n\s+at /)
      assert.equal(status, 1)
    })
  }

  test('a process that is not there', async () => {
    const { status, stderr } = await invivo(['eval', '1', '--pid', '999999999'])
    assert.equal(status, 1)
    assert.match(stderr, /^invivo: .*999999999/)
  })

  test('types to standard output and to a file are the same', async () => {
    const { stdout } = await invivo(['types', ...target])
    assert.match(stdout, /^export interface drive /m)
    const { status } = await invivo(['types', ...target, '-o', 'drives.ts'], { cwd: folder.path })
    assert.equal(status, 0)
    assert.equal(readFileSync(join(folder.path, 'drives.ts'), 'utf8'), stdout)
    assert.deepEqual(readdirSync(folder.path), ['drives', 'drives.ts'])
  })

  test('types into a folder that is not there', async () => {
    const { status, stderr } = await invivo(['types', ...target, '-o', 'nowhere/drives.ts'], { cwd: folder.path })
    assert.equal(status, 1)
    assert.match(stderr, /^invivo: cannot write nowhere\/drives\.ts: ENOENT/)
  })

  test('layout of a struct, of the file alone', async () => {
    const { status, stdout } = await invivo(['layout', 'struct geometry', '--program', program])
    assert.equal(status, 0)
    assert.match(stdout, /^struct geometry \{\n.*cylinders; .*0 .*4/)
    assert.match(stdout, /\/\* size: 8, cachelines: 1, members: 3 \*\//)
  })

  test('layout of two structs of one name tells their places', async () => {
    const twice = compile(['same-name-1.c', 'same-name-2.c'], { flags: ['-g'] })
    const { stdout } = await invivo(['layout', 'struct item', '--program', twice])
    assert.deepEqual(stdout.match(/^(\/\*.*|.*value;)/gm), [
      `/* ${programsFolder}/same-name-1.c:1 */`,
      '\tint *                      value;',
      `/* ${programsFolder}/same-name-2.c:1 */`,
      '\tchar *                     value;',
    ])
  })

  test('layout of all as JSON', async () => {
    const { stdout } = await invivo(['layout', '--json', '--program', program])
    const layouts = JSON.parse(stdout) as { name: string; size: number }[]
    assert.equal(layouts.find(({ name }) => name === 'drive')?.size, 48)
  })

  test('a core dump of a program that moved, with its debug information elsewhere', { skip: missing('objcopy', 'readelf') }, async () => {
    const core = join(folder.path, 'core')
    using process = ProcessTarget.attach(drives.pid)
    writeCore(process, core)
    const [, buildId = ''] = /Build ID: (\w+)/.exec(execFileSync('readelf', ['-n', program], { encoding: 'utf8' })) ?? []
    const debugFolder = join(folder.path, 'debug')
    const debugFile = join(debugFolder, '.build-id', buildId.slice(0, 2), `${buildId.slice(2)}.debug`)
    mkdirSync(dirname(debugFile), { recursive: true })
    execFileSync('objcopy', ['--only-keep-debug', program, debugFile])
    const moved = join(folder.path, 'moved')
    execFileSync('objcopy', ['--strip-debug', program, moved])
    renameSync(program, `${program}.away`)
    try {
      const { stdout, stderr } = await invivo([
        'eval',
        'block_backends.tqh_first->geometry',
        '--core',
        core,
        '--program',
        moved,
        '-d',
        debugFolder,
      ])
      assert.equal(stderr, '')
      assert.equal(stdout, '{cylinders = 16383, heads = 16, sectors = 63}\n')
    } finally {
      renameSync(`${program}.away`, program)
    }
  })
})
