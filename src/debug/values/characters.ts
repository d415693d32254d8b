/** Which C types are characters, so that a pointer to them is a CString and an array of them a CharArray. */
import type { Type } from '../../symbols/type.ts'

/** Typedefs of plain integers that are characters all the same: `wchar_t` is one in C, `char16_t` in older C libraries. */
const CHARACTER_TYPEDEFS = new Set(['wchar_t', '__wchar_t', 'char8_t', 'char16_t', 'char32_t'])

/** Bytes of one character; undefined for types that are none. Characters of 8 bits are all char types: `char`, `uint8_t`, … */
export function characterSize(type: Type): 1 | 2 | 4 | undefined {
  let named = false
  let current = type
  for (let depth = 0; depth < 1000; depth++) {
    switch (current.kind) {
      case 'typedef':
        named ||= CHARACTER_TYPEDEFS.has(current.name)
        current = current.target
        break
      case 'const':
      case 'volatile':
      case 'restrict':
      case 'atomic':
        current = current.target
        break
      case 'base': {
        const { encoding, size } = current
        const character = encoding === 'utf' || (size === 1 && (encoding === 'signed-char' || encoding === 'unsigned-char'))
        if (!character && !(named && (encoding === 'signed' || encoding === 'unsigned'))) return undefined
        return size === 1 || size === 2 || size === 4 ? size : undefined
      }
      default:
        return undefined
    }
  }
  return undefined
}
