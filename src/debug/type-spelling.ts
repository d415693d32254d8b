/**
 * The C spellings of types that `$type` and `$cast` take: `struct elem`, `size_t`, `unsigned long`, with stars and array bounds
 * behind: `struct elem *[4]`. Full type names with functions in them: expression/.
 */
import { InvivoError } from '../errors.ts'
import type { Type } from '../symbols/type.ts'

const MAX_LENGTH = 1000

/**
 * @param named finds a type by its plain name; throws when there is none.
 * @throws InvivoError SYNTAX.
 */
export function typeOfSpelling(text: string, pointerSize: 4 | 8, named: (name: string) => Type): Type {
  // Single spaces, so that no part of the pattern can share them with another in many ways.
  const plain =
    text.length > MAX_LENGTH
      ? ''
      : text
          .trim()
          .replace(/\s+/g, ' ')
          .replace(/ ?([*[\]]) ?/g, '$1')
  const match =
    /^([\p{L}_$][\p{L}\p{M}\p{N}_$]*(?: [\p{L}_$][\p{L}\p{M}\p{N}_$]*)*)((?:\*(?:(?:const|volatile)\b ?)*)*)((?:\[\d*\])*)$/u.exec(plain)
  if (match === null) {
    throw new InvivoError(
      'SYNTAX',
      `'${text.slice(0, 80)}' is no type: expected a name like 'struct s', with stars and array bounds behind it`,
    )
  }
  const [, name = '', pointers = '', bounds = ''] = match
  const words = name.split(/\s+/).filter((word) => word !== 'const' && word !== 'volatile')
  let type = named(words.join(' '))
  for (const star of pointers) if (star === '*') type = { kind: 'pointer', size: pointerSize, target: type }
  const counts = [...bounds.matchAll(/\[\s*(\d*)\s*\]/g)].map(([, count = '']) => (count === '' ? undefined : Number(count)))
  for (const count of counts.reverse()) type = { kind: 'array', element: type, count, vector: false }
  return type
}
