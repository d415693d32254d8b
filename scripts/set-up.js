/**
 * What every npm script of this repository does first, so that a fresh clone needs one command: install the locked packages
 * when they are missing or stale, then go on under the Node they pin. Plain JavaScript without dependencies: it has to run
 * on Node 20 before anything is installed. Building is build.js; Debian packages are debian-packages.js.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export const root = join(import.meta.dirname, '..')
const bin = join(root, 'node_modules', '.bin')
const requiredMajor = 24

/**
 * Installs what package-lock.json says unless it is there, and makes the rest of the script run under Node 24. Where this
 * process is older, a child runs the same script, and this call ends the process with the child's exit status.
 */
export async function setUp() {
  const path = withoutOwnBin()
  if (packagesAreStale()) {
    note('installing packages (npm ci)')
    // An npm of the pinned Node would delete the binary it runs on: npm and its node come from the PATH outside.
    const status = await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      PATH: path,
      npm_config_update_notifier: 'false',
    })
    if (status !== 0) fail(`npm ci failed (exit status ${status}): its message is above`)
  }
  process.env.PATH = `${bin}${delimiter}${path}`
  if (Number.parseInt(process.versions.node, 10) >= requiredMajor) return
  const pinned = join(bin, 'node')
  if (!existsSync(pinned)) {
    fail(
      `Node ${requiredMajor} or newer is needed, this is ${process.versions.node}, and there is no pinned one for ${process.platform}-${process.arch}.\n` +
        'Install Node 24 from https://nodejs.org/ and run the command again.',
    )
  }
  process.exit(await run(pinned, process.argv.slice(1)))
}

/** Runs a program on this terminal. Ctrl-C goes to it too, and is its to answer. @returns its exit status, 128 + n for signal n. */
export function run(command, args, environment = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...environment } })
    const ignore = () => {}
    const forward = () => child.kill('SIGTERM')
    process.on('SIGINT', ignore)
    process.on('SIGTERM', forward)
    const finish = (status) => {
      process.off('SIGINT', ignore)
      process.off('SIGTERM', forward)
      resolve(status)
    }
    child.once('error', (error) => {
      console.error(`${command}: ${error.message}`)
      finish(127)
    })
    child.once('close', (code, signal) => finish(code ?? (signal === 'SIGINT' ? 130 : 143)))
  })
}

export function note(text) {
  console.error(`==> ${text}`)
}

/** @returns {never} */
export function fail(text) {
  console.error(`error: ${text}`)
  process.exit(1)
}

function withoutOwnBin() {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.filter((folder) => folder !== bin && folder !== '').join(delimiter)
}

/** npm writes node_modules/.package-lock.json last: comparing it with the lock file also finds an interrupted installation. */
function packagesAreStale() {
  const locked = readPackages(join(root, 'package-lock.json'))
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'))
  if (locked === undefined) fail('package-lock.json is missing: this is not a complete clone')
  if (installed === undefined) return true
  return Object.entries(locked).some(([path, { version, optional }]) => {
    if (path === '') return false
    const found = installed[path]
    return found === undefined ? optional !== true : found.version !== version
  })
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return undefined
  }
}
