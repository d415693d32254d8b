/**
 * Reads what `pahole FILE` prints: every struct and union with the offset, size, bit offset and bit size of each member, also of
 * those of anonymous members. The same from our types, to compare.
 */
import { execFileSync } from 'node:child_process'
import { isCompound, sizeOf, type CompoundType, type Type } from '../../../src/symbols/type.ts'

export interface PaholeType {
  readonly kind: string
  readonly name: string
  /** Undefined for unions, for which pahole prints none. */
  size: number | undefined
  /** `name offset size`, and `:bit offset/bits` for bit fields, in the order of the text. */
  readonly members: string[]
}

const start = /^(struct|union) (\S+) \{/
// `int name:3;  /* 72: 4  4 */`, `} name[2];  /* 8  16 */`, `void (*name)(int);  /* 0  8 */`
const member = /^\t+(.*?);\s*\/\*\s+(\d+)(?::\s*(\d+))?\s+(\d+)\s\*\/$/
const size = /^\t\/\* size: (\d+),/

/** All named structs and unions that pahole prints of a file. */
export function paholeTypes(file: string): PaholeType[] {
  const text = execFileSync('pahole', [file], { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] })
  const types: PaholeType[] = []
  let current: PaholeType | undefined
  /** Of the blocks that are open: how many members were before them. */
  const blocks: number[] = []
  for (const line of text.split('\n')) {
    const opened = start.exec(line)
    if (opened !== null) {
      current = { kind: opened[1] ?? '', name: opened[2] ?? '', size: undefined, members: [] }
      types.push(current)
      continue
    }
    if (current === undefined) continue
    const total = size.exec(line)
    if (total !== null) current.size = Number(total[1])
    if (/^\t.*\{$/.test(line)) blocks.push(current.members.length)
    const found = member.exec(line)
    if (/^\t+\}/.test(line)) {
      const before = blocks.pop() ?? 0
      // Clang's anonymous types are entries of the outer one too: pahole prints these again, as a member that is none.
      if (found === null) current.members.length = before
    }
    if (found === null) continue
    const [, declaration = '', offset = '', bit, bytes = ''] = found
    const bits = /:(\d+)$/.exec(declaration)?.[1]
    current.members.push(describe(nameIn(declaration), Number(offset), Number(bytes), bit === undefined ? undefined : Number(bit), bits))
  }
  return types
}

/** The same description of one of our types. */
export function describeCompound(type: CompoundType): PaholeType {
  const members: string[] = []
  addMembers(type, 0, members)
  return { kind: type.kind, name: type.name ?? '', size: type.kind === 'struct' ? type.size : undefined, members }
}

function addMembers(type: CompoundType, base: number, into: string[]): void {
  for (const { name, type: memberType, bitOffset, bitSize } of type.members) {
    const inner = anonymousWithin(memberType)
    if (inner !== undefined) addMembers(inner, base + bitOffset / 8, into)
    const bytes = paholeSize(memberType)
    if (bitSize === undefined) into.push(describe(name ?? '', base + bitOffset / 8, bytes, undefined, undefined))
    else {
      // pahole tells the storage unit and the bit in it.
      const unit = Math.floor(bitOffset / (bytes * 8)) * bytes
      into.push(describe(name ?? '', base + unit, bytes, bitOffset - unit * 8, String(bitSize)))
    }
  }
}

/** pahole 1.24 does not know DW_TAG_atomic_type, and takes what it qualifies as having no size. */
function paholeSize(type: Type): number {
  let stripped = type
  while (stripped.kind === 'typedef' || stripped.kind === 'const' || stripped.kind === 'volatile') stripped = stripped.target
  return stripped.kind === 'atomic' ? 0 : (sizeOf(type) ?? 0)
}

/** Types without a tag are printed where they are used. */
function anonymousWithin(type: Type): CompoundType | undefined {
  if (type.kind === 'array') return anonymousWithin(type.element)
  if (type.kind === 'const' || type.kind === 'volatile') return anonymousWithin(type.target)
  return isCompound(type) && type.name === undefined ? type : undefined
}

function describe(name: string, offset: number, bytes: number, bit: number | undefined, bits: string | undefined): string {
  return bit === undefined ? `${name} ${offset} ${bytes}` : `${name} ${offset} ${bytes} :${bit}/${bits ?? '?'}`
}

function nameIn(text: string): string {
  const declaration = text.replace(/\s*__attribute__\(\((?:[^()]|\([^()]*\))*\)\)/g, '')
  const pointer = /\(\**\s*(?:const )?\**(\w+)(?:\[[^\]]*\])*\)\(/.exec(declaration)
  if (pointer !== null) return pointer[1] ?? ''
  return /(\w+)\s*(?:\[[^\]]*\])*(?::\d+)?$/.exec(declaration.replace(/^\}/, ''))?.[1] ?? ''
}
