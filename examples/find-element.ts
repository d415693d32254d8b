/**
 * The one element of a list that has a name: the program is demo/drives.c, the list is linked as QEMU's.
 *
 *     invivo types --pid drives -o drives.ts
 *     invivo run find-element.ts --pid drives -- drive42
 */
import { program, tailq } from 'invivo'
import type { Drives } from './drives.ts'

const [wanted] = process.argv.slice(2)
const drives = program<Drives>()

for (const drive of tailq(drives.block_backends, 'link')) {
  if (drive.name?.string() !== wanted) continue
  console.log(drive)
  break
}
