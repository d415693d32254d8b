/** The list walk as a script of ours writes it. Arguments: live PID | core FILE. Prints microseconds an element. */
import { Program, type CString, type ProgramGlobals, type Struct } from '../src/index.ts'

interface Element extends Struct {
  id: number
  name: CString | null
  readonly link: Struct & { tqe_next: Element | null }
}
interface Million extends ProgramGlobals {
  readonly block_backends: Struct & { tqh_first: Element | null }
}

const [kind, subject = ''] = process.argv.slice(2)
using program = kind === 'live' ? await Program.attach(Number(subject)) : await Program.openCore(subject)
const million = program.globals<Million>()

let start = performance.now()
let count = 0
let found: Element | undefined
for (let element = million.block_backends.tqh_first; element; element = element.link.tqe_next) {
  if (element.name?.string() === 'no such drive') found = element
  count++
}
const name = ((performance.now() - start) * 1e3) / count

start = performance.now()
let again = 0
for (let element = million.block_backends.tqh_first; element; element = element.link.tqe_next) again++
const next = ((performance.now() - start) * 1e3) / again

console.log(JSON.stringify({ name, next, count, found: found === undefined ? 0 : 1 }))
