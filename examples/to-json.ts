/**
 * A global variable as JSON, with everything that is part of it; 64-bit integers as strings.
 *
 *     invivo run to-json.ts --pid 1234 -- block_backends > block_backends.json
 */
import { program } from 'invivo'

const [name] = process.argv.slice(2)
if (name === undefined) throw new Error('usage: invivo run to-json.ts TARGET -- VARIABLE')

const value = program().$global(name)
const plain = isStruct(value) ? value.$snapshot() : value
console.log(JSON.stringify(plain, (_, item) => (typeof item === 'bigint' ? item.toString() : item), 2))

function isStruct(item: unknown): item is { $snapshot(): unknown } {
  return typeof item === 'object' && item !== null && '$snapshot' in item
}
