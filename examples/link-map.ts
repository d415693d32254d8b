/**
 * The files that glibc's dynamic linker has loaded, by its own list (`_r_debug`), and the difference between where each is and
 * where it was linked to be: of any process or core dump.
 *
 *     invivo run examples/link-map.ts --pid 1234
 *
 * Needs glibc's debug information (Debian: libc6-dbg). The interfaces are the part of `invivo types` that is used.
 */
import { program } from 'invivo'
import type { CString, ProgramGlobals, Struct } from 'invivo/types'

interface LinkMap extends Struct<'struct link_map'> {
  readonly l_addr: bigint
  readonly l_name: CString | null
  readonly l_next: LinkMap | null
}

interface Types {
  'struct r_debug': Struct & { readonly r_map: LinkMap | null }
}

// glibc describes the type of _r_debug, and of the variable itself nothing but the symbol is left.
const [symbol] = program.findSymbols('_r_debug')
if (symbol === undefined) throw new Error('no _r_debug: the program is linked statically, or not with glibc')

const list = program<ProgramGlobals<Types>>().$cast('struct r_debug', symbol.address)
for (let map = list.r_map; map; map = map.l_next) {
  console.log(`0x${map.l_addr.toString(16).padStart(12, '0')} ${map.l_name?.string() || '(the program)'}`)
}
