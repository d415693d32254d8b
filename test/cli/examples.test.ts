/** The scripts of examples/ that are for the demo's program do what their headers say. The others: test/real. */
import assert from 'node:assert/strict'
import { copyFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { invivo, temporaryFolder, type TemporaryFolder } from '../support/cli.ts'
import { root } from '../support/debuggee.ts'
import { startDrives } from '../support/drives.ts'
import { missing } from '../support/requirements.ts'

const examples = join(root, 'examples')

async function succeeds(args: string[], folder: TemporaryFolder): Promise<string> {
  const { status, stdout, stderr } = await invivo(args, { cwd: folder.path })
  assert.equal(status, 0, `invivo ${args.join(' ')}\n${stdout}${stderr}`)
  return stdout
}

suite('examples', { skip: missing('gcc') }, () => {
  test('find-element.ts and to-json.ts', async () => {
    using folder = temporaryFolder()
    await using drives = await startDrives(folder.path)
    const target = ['--pid', String(drives.pid)]
    for (const name of ['find-element.ts', 'to-json.ts']) copyFileSync(join(examples, name), join(folder.path, name))
    await succeeds(['types', ...target, '-o', 'drives.ts'], folder)
    const found = await succeeds(['run', 'find-element.ts', ...target, '--', 'drive42'], folder)
    assert.match(found, /name = 0x[0-9a-f]+ "drive42", state = DRIVE_OPEN/)
    const json: unknown = JSON.parse(await succeeds(['run', 'to-json.ts', ...target, '--', 'block_backends'], folder))
    assert.deepEqual(Object.keys(json ?? {}), ['tqh_first', 'tqh_last'])
  })

  test('every example is tested', () => {
    const tested = ['find-element.ts', 'to-json.ts', 'cpython-threads.ts', 'link-map.ts']
    const names = readdirSync(examples).filter((name) => name.endsWith('.ts'))
    assert.deepEqual(names.toSorted(), tested.toSorted())
  })
})
