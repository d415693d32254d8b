/**
 * Compressed sections: SHF_COMPRESSED with its Elf_Chdr (gABI chapter 4, "Section Compression"; zlib and zstd), and the older
 * GNU `.zdebug_*` (the letters `ZLIB`, the size in 8 big-endian bytes, a zlib stream).
 */
import { inflateSync, zstdDecompressSync } from 'node:zlib'
import { InvivoError } from '../../errors.ts'
import type { ByteSource } from '../byte-source.ts'
import { ELFCOMPRESS, SHF } from './constants.ts'
import type { ElfHeader, ElfSection } from './header.ts'
import { ElfReader } from './reader.ts'

export interface CompressedHeader {
  readonly method: 'zlib' | 'zstd'
  /** Bytes once inflated. */
  readonly size: number
  /** Bytes from the start of the section to the compressed stream. */
  readonly headerSize: number
}

/**
 * What a compressor can make of one byte. Deflate cannot expand more than 1032 : 1; zstd can, but debug sections compress 3 to
 * 20 : 1, and 1000 : 1 needs a section of nothing but zeros.
 */
const MAX_RATIO = 1032
/** A small section may be all zeros. */
const ALWAYS_ALLOWED = 1 << 20
/** No debug section of a real program is larger; a Buffer could hold more. */
const MAX_SIZE = 2 ** 33

/**
 * @returns undefined for a section that is not compressed.
 * @throws InvivoError BAD_ELF, UNSUPPORTED.
 */
export function readCompressedHeader(source: ByteSource, header: ElfHeader, section: ElfSection): CompressedHeader | undefined {
  const old = section.name.startsWith('.zdebug')
  const flagged = (section.flags & SHF.COMPRESSED) !== 0
  if (!flagged && !old) return undefined
  const fail = (code: 'BAD_ELF' | 'UNSUPPORTED', why: string): InvivoError =>
    new InvivoError(code, `cannot inflate section ${section.name} of ${source.path}: ${why}`, { file: source.path, section: section.name })

  const headerSize = old && !flagged ? 12 : header.is64 ? 24 : 12
  if (section.size < headerSize) throw fail('BAD_ELF', `its ${section.size} bytes are too few for a compression header`)
  const bytes = source.read(section.offset, headerSize)
  let method: CompressedHeader['method'] = 'zlib'
  let size: number
  if (flagged) {
    const reader = new ElfReader(bytes, header.little, header.is64)
    const type = reader.u32(0)
    if (type === ELFCOMPRESS.ZSTD) method = 'zstd'
    else if (type !== ELFCOMPRESS.ZLIB) throw fail('UNSUPPORTED', `its compression type ${type} is neither zlib (1) nor zstd (2)`)
    size = reader.word(header.is64 ? 8 : 4)
  } else {
    if (Buffer.from(bytes.buffer).toString('latin1', 0, 4) !== 'ZLIB') return undefined
    size = new ElfReader(bytes, false, true).u64(4)
  }
  const compressed = section.size - headerSize
  if (size > MAX_SIZE || size > Math.max(compressed * MAX_RATIO, ALWAYS_ALLOWED))
    throw fail('BAD_ELF', `it says that its ${compressed} bytes inflate to ${size}, which no compiler's output does`)
  return { method, size, headerSize }
}

/**
 * @param compressed the whole section, header included.
 * @throws InvivoError BAD_ELF when the stream is damaged or does not give the size its header tells.
 */
export function inflate(
  source: ByteSource,
  section: ElfSection,
  header: CompressedHeader,
  compressed: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const stream = compressed.subarray(header.headerSize)
  const fail = (why: string, cause?: unknown): InvivoError =>
    new InvivoError('BAD_ELF', `cannot inflate section ${section.name} of ${source.path}: ${why}`, {
      cause,
      file: source.path,
      section: section.name,
    })
  if (header.size === 0) return new Uint8Array(0)
  let inflated: Buffer<ArrayBuffer>
  try {
    // One chunk as large as the result: no list of chunks to join. The extra byte lets zlib see the end without a second one.
    const options = { maxOutputLength: header.size, chunkSize: Math.max(64, header.size + 1) }
    inflated = header.method === 'zlib' ? inflateSync(stream, options) : zstdDecompressSync(stream, options)
  } catch (error) {
    throw fail(`its ${header.method} stream is damaged (${error instanceof Error ? error.message : String(error)})`, error)
  }
  if (inflated.length !== header.size) throw fail(`it inflates to ${inflated.length} bytes, not to the ${header.size} its header tells`)
  return new Uint8Array(inflated.buffer, inflated.byteOffset, inflated.length)
}
