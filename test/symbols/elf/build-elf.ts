/**
 * Small ELF files put together field by field, for what no compiler at hand writes: other byte orders and classes, extended
 * numbering, fields that lie. Follows the gABI, not our reader.
 */
export interface SectionRecipe {
  readonly name: string
  readonly type?: number
  readonly flags?: number
  readonly address?: number
  readonly data?: Uint8Array
  /** sh_size, where it shall differ from the data's. */
  readonly size?: number
  readonly link?: number
  readonly info?: number
  readonly alignment?: number
  readonly entrySize?: number
}

export interface SegmentRecipe {
  readonly type: number
  readonly flags?: number
  readonly offset?: number
  readonly address?: number
  readonly fileSize?: number
  readonly memorySize?: number
  readonly alignment?: number
}

export interface ElfRecipe {
  readonly is64?: boolean
  readonly little?: boolean
  readonly type?: number
  readonly machine?: number
  /** Sections 1, 2, …: section 0 and `.shstrtab` (the last) are added. */
  readonly sections?: readonly SectionRecipe[]
  readonly segments?: readonly SegmentRecipe[]
  /** Numbers in section 0 instead of in the header, as files with too many entries have them. */
  readonly extendedNumbering?: boolean
}

/** Appends fields in one byte order. */
export class ByteWriter {
  readonly little: boolean
  readonly is64: boolean
  readonly #bytes: number[] = []

  constructor(little = true, is64 = true) {
    this.little = little
    this.is64 = is64
  }

  get length(): number {
    return this.#bytes.length
  }

  uint(value: number | bigint, size: number): this {
    let rest = BigInt.asUintN(size * 8, BigInt(value))
    const bytes: number[] = []
    for (let index = 0; index < size; index++, rest >>= 8n) bytes.push(Number(rest & 255n))
    this.#bytes.push(...(this.little ? bytes : bytes.toReversed()))
    return this
  }

  /** 4 or 8 bytes, by class. */
  word(value: number | bigint): this {
    return this.uint(value, this.is64 ? 8 : 4)
  }

  bytes(data: Iterable<number>): this {
    for (const byte of data) this.#bytes.push(byte)
    return this
  }

  text(text: string): this {
    return this.bytes(Buffer.from(`${text}\0`))
  }

  align(unit: number): this {
    while (this.#bytes.length % unit !== 0) this.#bytes.push(0)
    return this
  }

  done(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#bytes)
  }
}

export function buildElf(recipe: ElfRecipe): Uint8Array<ArrayBuffer> {
  const { is64 = true, little = true, segments = [], extendedNumbering = false } = recipe
  const names = new ByteWriter().uint(0, 1)
  const named = [...(recipe.sections ?? []), { name: '.shstrtab', type: 3 } as SectionRecipe].map((section) => {
    const nameAt = names.length
    names.text(section.name)
    return { ...section, nameAt }
  })
  const headerSize = is64 ? 64 : 52
  const segmentSize = is64 ? 56 : 32
  const sectionSize = is64 ? 64 : 40

  const contents = new ByteWriter(little, is64)
  const contentsAt = headerSize + segments.length * segmentSize
  const placed = named.map((section, index) => {
    contents.align(8)
    const data = index === named.length - 1 ? names.done() : (section.data ?? new Uint8Array(0))
    const offset = contentsAt + contents.length
    if (section.type !== 8) contents.bytes(data)
    return { ...section, offset, size: section.size ?? data.length }
  })
  contents.align(8)

  const out = new ByteWriter(little, is64)
  out.bytes([0x7f, 0x45, 0x4c, 0x46, is64 ? 2 : 1, little ? 1 : 2, 1, 0]).align(16)
  out
    .uint(recipe.type ?? 2, 2)
    .uint(recipe.machine ?? 62, 2)
    .uint(1, 4)
  out
    .word(0)
    .word(segments.length > 0 ? headerSize : 0)
    .word(contentsAt + contents.length)
  out.uint(0, 4).uint(headerSize, 2).uint(segmentSize, 2)
  const count = placed.length + 1
  out.uint(extendedNumbering ? 0xffff : segments.length, 2).uint(sectionSize, 2)
  out.uint(extendedNumbering ? 0 : count, 2).uint(extendedNumbering ? 0xffff : count - 1, 2)
  for (const segment of segments) {
    const { type, flags = 4, offset = 0, address = 0, fileSize = 0, memorySize = fileSize, alignment = 4096 } = segment
    out.uint(type, 4)
    if (is64) out.uint(flags, 4)
    out.word(offset).word(address).word(address).word(fileSize).word(memorySize)
    if (!is64) out.uint(flags, 4)
    out.word(alignment)
  }
  out.bytes(contents.done())
  const sectionHeader = (nameAt: number, section: Omit<SectionRecipe, 'name'>, offset: number, size: number): void => {
    out.uint(nameAt, 4).uint(section.type ?? 1, 4)
    out
      .word(section.flags ?? 0)
      .word(section.address ?? 0)
      .word(offset)
      .word(size)
    out.uint(section.link ?? 0, 4).uint(section.info ?? 0, 4)
    out.word(section.alignment ?? 1).word(section.entrySize ?? 0)
  }
  const zero = extendedNumbering ? { type: 0, link: count - 1, info: segments.length, alignment: 0 } : { type: 0, alignment: 0 }
  sectionHeader(0, zero, 0, extendedNumbering ? count : 0)
  for (const section of placed) sectionHeader(section.nameAt, section, section.offset, section.size)
  return out.done()
}
