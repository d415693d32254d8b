/** `npm run demo`: `invivo demo` from a clone. */
import { build } from './build.js'
import { root, run, setUp } from './set-up.js'

await setUp()
await build()
process.exitCode = await run(process.execPath, [`${root}/dist/cli/main.js`, 'demo', ...process.argv.slice(2)])
