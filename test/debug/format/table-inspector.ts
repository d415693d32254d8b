/** An inspector over a few bytes and no names, for types that no compiler here makes: other byte orders, damaged ones. */
import { InvivoError } from '../../../src/errors.ts'
import { canonicalBaseName } from '../../../src/symbols/type-name.ts'
import type { BaseType } from '../../../src/symbols/type.ts'
import type { Inspector } from '../../../src/debug/inspector.ts'

export function tableInspector(byteOrder: 'little' | 'big', addressSize: 4 | 8, memory: Uint8Array, at = 0x1000n): Inspector {
  const readAvailable = (address: bigint, length: number): Uint8Array<ArrayBuffer> => {
    if (address < at || address >= at + BigInt(memory.length)) return new Uint8Array(0)
    const start = Number(address - at)
    return new Uint8Array(memory.subarray(start, start + length))
  }
  return {
    byteOrder,
    addressSize,
    readAvailable,
    readBytes(address, length, path) {
      const bytes = readAvailable(address, length)
      if (bytes.length < length) throw new InvivoError('MEMORY_FAULT', `cannot read ${path}, ${length} bytes at 0x${address.toString(16)}`)
      return bytes
    },
    writeBytes: () => {
      throw new InvivoError('READ_ONLY', 'no')
    },
    symbolAt: () => undefined,
    findSymbols: () => [],
    findTypes: () => [],
    findVariables: () => [],
    findFunctions: () => [],
    findEnumerators: () => [],
    baseType(name): BaseType {
      const plain = canonicalBaseName(name).replace('unsigned ', '')
      const size = plain.includes('char') ? 1 : plain === 'short' ? 2 : plain === 'int' ? 4 : plain === 'long' ? addressSize : 8
      return { kind: 'base', name, size, encoding: name.startsWith('unsigned') ? 'unsigned' : 'signed', bitSize: undefined }
    },
  }
}
