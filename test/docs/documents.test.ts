/**
 * Every code block of the README and of docs/ does what the page says. A page has a folder of its own, in which the demo's C
 * program `drives` runs and its declarations `drives.ts` and core dump `core` lie.
 *
 * - `ts NAME`: that file, for later blocks. `ts`: run as a script; without imports it is a piece of one that has `drives`.
 * - `console`: commands and what they print, compared (support/markdown.ts).
 * - `python`: run by GDB on the same process; its errors fail.
 * - `c`: lines of examples/demo/drives.c. `sh`: npm scripts that exist.
 */
import assert from 'node:assert/strict'
import { chmodSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { suite, test } from 'node:test'
import { ProcessTarget, writeCore } from '../../src/target/index.ts'
import { commandEnvironment, invivo, mainFile, runCommand, temporaryFolder } from '../support/cli.ts'
import { root } from '../support/debuggee.ts'
import { drivesSource, startDrives } from '../support/drives.ts'
import { codeBlocks, differs, sessionSteps, type CodeBlock } from '../support/markdown.ts'
import { missing } from '../support/requirements.ts'

const pages = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/*.md', { cwd: root }).sort()]
const pythonPrelude = 'import gdb\n'
const prelude = `import { program } from 'invivo'
import type { Drives } from './drives.ts'
const drives = program<Drives>()
`

for (const page of pages) {
  suite(page, { skip: missing('gcc') }, () => {
    const blocks = codeBlocks(readFileSync(join(root, page), 'utf8'))
    const usesProgram = blocks.some(({ language }) => language !== 'sh' && language !== 'c')
    test('its blocks do what it says', { timeout: 120_000 }, async (context) => {
      await using stage = await makeStage(usesProgram)
      for (const block of blocks) {
        await context.test(`line ${block.line}: ${block.language} ${block.name ?? ''}`.trimEnd(), skipOf(block), () => stage.check(block))
      }
    })
  })
}

function skipOf(block: CodeBlock): { skip: string | false } {
  return { skip: block.language === 'python' ? missing('gdb') : false }
}

async function makeStage(usesProgram: boolean): Promise<AsyncDisposable & { check(block: CodeBlock): Promise<void> }> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(temporaryFolder()).path
  let pid = 0
  if (usesProgram) {
    pid = stack.use(await startDrives(folder, 1_000_000)).pid
    using target = ProcessTarget.attach(pid)
    writeCore(target, join(folder, 'core'))
    const types = await invivo(['types', '--pid', String(pid), '-o', 'drives.ts'], { cwd: folder })
    assert.equal(types.status, 0, types.stderr)
  }
  const shim = join(folder, 'bin', 'invivo')
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
  await runCommand('mkdir', ['-p', join(folder, 'bin')])
  writeFileSync(shim, `#!/bin/sh\nexec '${process.execPath}' '${mainFile}' "$@"\n`)
  chmodSync(shim, 0o755)
  const environment = { PATH: `${join(folder, 'bin')}${delimiter}${process.env['PATH'] ?? ''}` }
  let scripts = 0

  const check = async ({ language, name, text }: CodeBlock): Promise<void> => {
    switch (language) {
      case 'ts': {
        const file = name ?? `block-${++scripts}.ts`
        writeFileSync(join(folder, file), name !== undefined || /^import /m.test(text) ? text : `${prelude}${text}`)
        if (name !== undefined) return
        const result = await invivo(['run', file, '--pid', String(pid), '--', 'drive2'], { cwd: folder })
        assert.equal(result.status, 0, `${result.stdout}${result.stderr}`)
        return
      }
      case 'console':
        for (const { command, output } of sessionSteps(text)) {
          const real = command.replaceAll(/--pid drives\b/g, `--pid ${pid}`)
          const result = await runCommand('sh', ['-c', `exec 2>&1\n${real}`], { cwd: folder, environment })
          assert.equal(differs(output, result.stdout), undefined, `$ ${command}\n${result.stdout}`)
        }
        return
      case 'python': {
        writeFileSync(join(folder, 'block.py'), `${pythonPrelude}${text}`)
        const args = ['-nx', '-batch', '-ex', 'set debuginfod enabled off', '-p', String(pid), '-ex', 'source block.py']
        const result = await runCommand('gdb', args, { cwd: folder, environment: commandEnvironment() })
        assert.doesNotMatch(`${result.stdout}${result.stderr}`, /Error|Traceback|exception/, `${result.stdout}${result.stderr}`)
        return
      }
      case 'c': {
        const program = new Set(
          readFileSync(drivesSource, 'utf8')
            .split('\n')
            .map((line) => line.trim()),
        )
        for (const line of text.trim().split('\n')) assert.ok(program.has(line.trim()), `not a line of drives.c: ${line}`)
        return
      }
      case 'sh': {
        const { scripts: known } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
        for (const line of text.trim().split('\n')) {
          const command = line.replace(/\s+#.*$/, '')
          const script = /^npm run ([\w:]+)|^npm (test)\b/.exec(command)
          const called = script?.[1] ?? script?.[2]
          assert.ok(called === undefined ? command === 'npm install -g .' : called in known, `no such command: ${line}`)
        }
        return
      }
      default:
        assert.fail(`a block in ${language || 'no language'} is checked by nothing`)
    }
  }
  const owned = stack.move()
  return { check, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
