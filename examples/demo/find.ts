import { program } from 'invivo'
import type { Drives } from './drives.ts'

const wanted = process.argv[2]
const drives = program<Drives>()

let drive = drives.block_backends.tqh_first
while (drive && drive.name?.string() !== wanted) drive = drive.link.tqe_next
if (drive) console.log(`Found ${wanted}: ${drive.state}, ${drive.size} bytes`)
