/**
 * Load of a large file's debug information and the first look-up. Arguments: FILE CACHE-FOLDER, or `-` for no cache.
 * Prints seconds, and the peak memory of the whole process.
 */
import { ElfFile, openDebugInfo } from '../src/symbols/index.ts'

const [file = '', folder = '-'] = process.argv.slice(2)
const start = performance.now()
using elf = ElfFile.open(file)
using info = await openDebugInfo(elf, { cacheFolder: folder === '-' ? false : folder })
const [task] = info.findTypes('task_struct', 'struct')
const size = task !== undefined && 'size' in task ? task.size : 0
const seconds = (performance.now() - start) / 1e3
console.log(JSON.stringify({ seconds, size, mebibytes: process.resourceUsage().maxRSS / 1024 }))
