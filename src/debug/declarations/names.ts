/**
 * C names made fit for TypeScript (ECMA-262 12.7 for identifiers, 12.9.4 for strings): identifiers of types, property names,
 * string literals and the insides of comments. Whatever a target calls its types, files and variables stays data: nothing
 * that comes in here can end the comment or the string it is put in.
 */

/** What a type cannot be called: reserved and contextual words, predefined types. */
const reservedTypeNames = new Set(
  (
    'abstract accessor any as asserts assert async await bigint boolean break case catch class const constructor continue debugger ' +
    'declare default delete do else enum export extends false finally for from function get global if implements import in infer ' +
    'instanceof interface intrinsic is keyof let module namespace never new null number object of out override package private ' +
    'protected public readonly require return satisfies set static string super switch symbol this throw true try type typeof ' +
    'undefined unique unknown using var void while with yield Omit'
  ).split(' '),
)

/** Gives out identifiers, each once. */
export class IdentifierTable {
  readonly #taken: Set<string>

  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken)
  }

  /**
   * @param name wanted: the C name, or a made-up one.
   * @param distinction appended as `name$distinction` when the name is taken: a file, or the kind of type.
   */
  take(name: string, distinction: string): string {
    const plain = identifier(name)
    if (this.#claim(plain)) return plain
    if (reservedTypeNames.has(plain) && this.#claim(`${plain}$`)) return `${plain}$`
    const distinct = `${plain}$${identifierPart(distinction)}`
    if (this.#claim(distinct)) return distinct
    // Real programs need a handful; a number is found after as many tries as there are types of that name.
    for (let number = 2; ; number++) {
      const numbered = `${distinct}$${number}`
      if (this.#claim(numbered)) return numbered
    }
  }

  #claim(name: string): boolean {
    if (this.#taken.has(name) || reservedTypeNames.has(name)) return false
    this.#taken.add(name)
    return true
  }
}

/** Longer names are cut: the whole name is in the doc comment. C++ and hostile files make names of megabytes. */
const maxIdentifier = 200

function identifier(name: string): string {
  const part = identifierPart(name)
  return /^[A-Za-z_$]/.test(part) ? part : `_${part}`
}

function identifierPart(name: string): string {
  return name.slice(0, maxIdentifier).replaceAll(/[^\w$]/g, '_')
}

/** `qemu-system-x86_64` as `QemuSystemX8664`: the interface of a whole program is called after its file. */
export function interfaceName(fileName: string): string {
  const words = fileName.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
  if (name === '') return 'Program'
  return /^\d/.test(name) ? `Program${name}` : name
}

/** A property's name in an interface: bare when it can be, quoted otherwise. */
export function propertyName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : stringLiteral(name)
}

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const unfitForString = /[\\'\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]|\p{Surrogate}/gu

/** In single quotes; characters that cannot stand there as escapes. */
export function stringLiteral(text: string): string {
  return `'${text.replaceAll(unfitForString, (character) => (character === '\\' || character === "'" ? `\\${character}` : unicodeEscape(character)))}'`
}

/** The text a {@link stringLiteral} or a bare property name stands for. */
export function unquote(name: string): string {
  if (!name.startsWith("'") && !name.startsWith('"')) return name
  return name
    .slice(1, -1)
    .replaceAll(/\\(?:u([0-9a-f]{4})|(.))/gs, (_, hex: string | undefined, character: string | undefined) =>
      hex === undefined ? (character ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
    )
}

// oxlint-disable-next-line no-control-regex -- as above
const unfitForComment = /\*\/|[`\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]|\p{Surrogate}/gu

/** For a block comment, on one line, fit to stand between backticks too. */
export function commentText(text: string): string {
  if (!/[^ -_a-~]|\*\//.test(text)) return text
  return text.replaceAll(unfitForComment, (found) => (found === '*/' ? '*\\/' : unicodeEscape(found)))
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
