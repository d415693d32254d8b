/** The package as a user gets it: packed, installed into an empty folder, and its command and its library used from there. */
import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { runCommand, temporaryFolder } from '../support/cli.ts'
import { root } from '../support/debuggee.ts'
import { startDrives } from '../support/drives.ts'
import { missing } from '../support/requirements.ts'

async function succeeds(program: string, args: readonly string[], cwd: string): Promise<string> {
  const result = await runCommand(program, args, { cwd })
  assert.equal(result.status, 0, `${program} ${args.join(' ')}\n${result.stdout}${result.stderr}`)
  return result.stdout
}

suite('the packed package', { skip: missing('gcc') }, () => {
  test('installs into an empty folder and works', { timeout: 180_000 }, async () => {
    using folder = temporaryFolder()
    await succeeds(process.execPath, [join(root, 'scripts', 'build.js')], root)
    await succeeds('npm', ['pack', '--ignore-scripts', '--pack-destination', folder.path], root)
    const user = join(folder.path, 'user')
    mkdirSync(user)
    writeFileSync(join(user, 'package.json'), '{ "name": "user", "private": true, "type": "module" }\n')
    const tarball = join(folder.path, 'invivo-0.1.0.tgz')
    await succeeds('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', tarball], user)
    const invivo = join(user, 'node_modules', '.bin', 'invivo')

    await using drives = await startDrives(user)
    const target = ['--pid', String(drives.pid)]
    assert.match(await succeeds(invivo, ['eval', 'block_backends.tqh_first->name', ...target], user), /^0x[0-9a-f]+ "drive0"$/m)

    await succeeds(invivo, ['types', ...target, '-o', 'drives.ts'], user)
    copyFileSync(join(root, 'examples', 'demo', 'find.ts'), join(user, 'find.ts'))
    assert.equal(
      await succeeds(invivo, ['run', 'find.ts', ...target, '--', 'drive42'], user),
      'Found drive42: DRIVE_OPEN, 46170898432 bytes\n',
    )

    writeFileSync(
      join(user, 'library.ts'),
      `import { Program } from 'invivo'
import { ElfFile } from 'invivo/symbols'
import { ProcessTarget } from 'invivo/target'
using program = await Program.attach(${drives.pid})
console.log(program.modules.length > 0, typeof ElfFile, typeof ProcessTarget)
`,
    )
    assert.equal(await succeeds(process.execPath, ['library.ts'], user), 'true function function\n')
    const check = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'esnext', '--allowImportingTsExtensions', '--types', 'node']
    const types = join(root, 'node_modules', '@types')
    await succeeds(join(user, 'node_modules', '.bin', 'tsc'), [...check, '--typeRoots', types, 'library.ts', 'find.ts'], user)
  })

  test('has no fault that publint finds', async () => {
    const output = await succeeds(join(root, 'node_modules', '.bin', 'publint'), ['--strict', '--pack', 'npm'], root)
    assert.doesNotMatch(output, /Errors:|Warnings:/)
  })
})
