/**
 * Which of the declared types a script can come to hold. A script gets at a value by a global's name, by a type's name, and
 * from there by fields' names; so a type is used when it is reached over names that the script's text contains, anywhere:
 * code, strings and comments alike. That errs to the safe side, and needs no TypeScript parser.
 */
import type { DeclarationsFile } from './parse.ts'

/** Every word of a text that could be an identifier. */
export function wordsOf(text: string): Set<string> {
  return new Set(text.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu))
}

/** @returns TypeScript identifiers of the types. */
export function usedTypes(declarations: DeclarationsFile, words: ReadonlySet<string>): Set<string> {
  const { types, globals, fileVariables } = declarations
  const used = new Set<string>()
  const reach = (text: string): void => {
    // Words in quotes are enumerators, not types.
    for (const word of wordsOf(text.replaceAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, ''))) if (types.has(word)) used.add(word)
  }
  for (const { identifier, spelling } of types.values()) {
    if (words.has(identifier) || (spelling !== undefined && words.has(lastWord(spelling)))) used.add(identifier)
  }
  for (const { name, text } of globals.values()) if (words.has(name)) reach(text)
  if (words.has('$file')) for (const { name, text } of fileVariables) if (words.has(name)) reach(text)
  // A Set's iteration takes in what is added on the way.
  for (const identifier of used) {
    const type = types.get(identifier)
    if (type === undefined) continue
    reach(type.text)
    for (const { name, text } of type.fields) if (words.has(name)) reach(text)
  }
  return used
}

/** `elem` of `struct elem`. The dots of an anonymous member's path are no words' end: it is reached through its field. */
function lastWord(spelling: string): string {
  return spelling.slice(spelling.lastIndexOf(' ') + 1)
}
