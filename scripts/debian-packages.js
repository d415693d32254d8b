/**
 * The Debian packages that tests and benches use as oracles and rivals. As root they are installed; otherwise they are named
 * with the one command that installs them, and what needs them is skipped by name. The list is in test/support/requirements.ts.
 */
import { spawnSync } from 'node:child_process'
import { note, run } from './set-up.js'

/** Only under Node 24: the list is TypeScript. @param {readonly string[]} more packages beside the tests' own. */
export async function provideDebianPackages(more = []) {
  const { absentPackages } = await import('../test/support/requirements.ts')
  const absent = [...absentPackages(), ...more.filter((name) => !isInstalled(name))]
  if (absent.length === 0) return
  const command = `apt-get install -y ${absent.join(' ')}`
  if (!has('apt-get')) {
    note(`not installed here: ${absent.join(', ')} (names of Debian packages); the tests that need them are skipped`)
    return
  }
  if (process.getuid?.() !== 0) {
    note(`not installed here: ${absent.join(', ')}; the tests that need them are skipped. To install them:\n    sudo ${command}`)
    return
  }
  note(`installing Debian packages: ${absent.join(' ')}`)
  const environment = { DEBIAN_FRONTEND: 'noninteractive', PATH: `${process.env.PATH}:/usr/sbin:/sbin` }
  const options = ['-y', '-qq', '-o', 'Dpkg::Use-Pty=0', '--no-install-recommends']
  const install = (names) => run('sh', ['-c', `exec apt-get install ${[...options, ...names].join(' ')} >/dev/null`], environment)
  const known = absent.every((name) => isKnown(name))
  if (!known) await run('apt-get', ['update', '-qq'], environment)
  if ((await install(absent)) === 0) return
  // A list that is weeks old names versions that the archive has no more.
  if (known && (await run('apt-get', ['update', '-qq'], environment)) === 0 && (await install(absent)) === 0) return
  // One unknown name refuses them all: what can be had is had.
  for (const name of absent) if ((await install([name])) !== 0) note(`${name} could not be installed: what needs it is skipped`)
}

function has(command) {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0
}

function isInstalled(name) {
  return spawnSync('dpkg', ['-s', name], { stdio: 'ignore' }).status === 0
}

function isKnown(name) {
  const result = spawnSync('apt-cache', ['policy', name], { encoding: 'utf8' })
  return result.status === 0 && /Candidate: \S/.test(result.stdout) && !result.stdout.includes('Candidate: (none)')
}
