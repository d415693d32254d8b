/** The integer types of C by all their spellings (ISO C 6.7.2), as the System V ABIs of Linux size them. */
import type { BaseType } from '../symbols/type.ts'

/** Words in any order, to one order: `long unsigned int` and `unsigned long` are one type. */
export function canonicalBaseName(name: string): string | undefined {
  let unsigned = false
  let signed = false
  let long = 0
  let short = false
  let char = false
  let int = false
  for (const word of name.split(/\s+/)) {
    if (word === 'unsigned') unsigned = true
    else if (word === 'signed') signed = true
    else if (word === 'long') long++
    else if (word === 'short') short = true
    else if (word === 'char') char = true
    else if (word === 'int') int = true
    else return undefined
  }
  if (unsigned && signed) return undefined
  if (char) return unsigned ? 'unsigned char' : signed ? 'signed char' : 'char'
  if (!unsigned && !signed && long === 0 && !short && !int) return undefined
  const size = short ? 'short' : long > 1 ? 'long long' : long === 1 ? 'long' : 'int'
  return unsigned ? (size === 'int' ? 'unsigned int' : `unsigned ${size}`) : size
}

/** As GCC and Clang call them in debug information; the canonical name first. */
export function baseTypeNames(canonical: string): readonly string[] {
  switch (canonical) {
    case 'short':
      return ['short', 'short int']
    case 'unsigned short':
      return ['unsigned short', 'short unsigned int']
    case 'long':
      return ['long', 'long int']
    case 'unsigned long':
      return ['unsigned long', 'long unsigned int']
    case 'long long':
      return ['long long', 'long long int']
    case 'unsigned long long':
      return ['unsigned long long', 'long long unsigned int']
    default:
      return [canonical]
  }
}

/** The type of a canonical name, for programs that have none. */
export function makeBaseType(canonical: string, addressSize: 4 | 8): BaseType {
  const unsigned = canonical.startsWith('unsigned')
  const [, rest = canonical] = /^(?:un)?signed (.*)$/.exec(canonical) ?? []
  switch (rest) {
    case 'char':
      return { kind: 'base', name: canonical, size: 1, encoding: unsigned ? 'unsigned-char' : 'signed-char', bitSize: undefined }
    case 'short':
      return { kind: 'base', name: canonical, size: 2, encoding: unsigned ? 'unsigned' : 'signed', bitSize: undefined }
    case 'long':
      return { kind: 'base', name: canonical, size: addressSize, encoding: unsigned ? 'unsigned' : 'signed', bitSize: undefined }
    case 'long long':
      return { kind: 'base', name: canonical, size: 8, encoding: unsigned ? 'unsigned' : 'signed', bitSize: undefined }
    default:
      return { kind: 'base', name: canonical, size: 4, encoding: unsigned ? 'unsigned' : 'signed', bitSize: undefined }
  }
}
