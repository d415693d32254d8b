import assert from 'node:assert/strict'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { checkScript, formatDiagnostics } from '../../src/debug/check-script.ts'
import { generateDeclarations } from '../../src/debug/declarations/generate.ts'
import { compile } from '../support/debuggee.ts'
import { missing } from '../support/requirements.ts'
import { Folder, moduleOf } from './declarations/program-types.ts'

suite('a script is checked before it runs', { skip: missing('gcc') }, () => {
  const head = "import { program } from 'invivo'\nimport type { Declared } from './declared.ts'\nconst all = program<Declared>()\n"

  /** A folder with declarations, without node_modules, tsconfig.json or package.json. */
  async function scriptFolder(): Promise<Folder> {
    const folder = new Folder()
    folder.write('declared.ts', generateDeclarations([await moduleOf(compile('declared.c'))], { name: 'declared' }))
    return folder
  }

  function messages(file: string): string[] {
    return checkScript(file, { cacheFolder: false }).map(({ line, code, message }) => `${line}: ${code} ${message}`)
  }

  test('a misspelled field is found and the right one named', async () => {
    using folder = await scriptFolder()
    const script = folder.write('find.ts', `${head}for (let elem = all.head; elem; elem = elem.link.nxt) console.log(elem.id)\n`)
    const diagnostics = checkScript(script, { cacheFolder: false })
    assert.equal(diagnostics.length, 1)
    const { file, line, column, code, message } = diagnostics[0] ?? assert.fail()
    assert.deepEqual(
      { file, line, column, code, message },
      {
        file: script,
        line: 4,
        column: 50,
        code: 'TS2551',
        message: "Property 'nxt' does not exist on type 'elem$link'. Did you mean 'next'?",
      },
    )
    const text = formatDiagnostics(diagnostics, false)
    assert.match(text, /find\.ts:4:50 - error TS2551: Property 'nxt' does not exist/)
    assert.match(text, /^ +~~~$/m)
    assert.ok(formatDiagnostics(diagnostics, true).includes('\u001B[91merror'))
  })

  test('the types say what C says', async () => {
    using folder = await scriptFolder()
    // Each directive stands for an error on the next line, and is one itself where there is none.
    const script = folder.write(
      'types.ts',
      `${head}
// @ts-expect-error a null pointer has to be handled
all.head.id
const elem = all.head
if (elem === null) throw new Error('empty')
elem.id satisfies number
elem.name?.string() satisfies string | undefined
// @ts-expect-error a char * is no string
elem.name === 'drive'
elem.color satisfies 'RED' | 'GREEN' | 'BLUE' | number
// @ts-expect-error LIME has the value of GREEN and reads as it
elem.color === 'LIME'
elem.bits satisfies bigint
// @ts-expect-error 64 bits are no number
const count: number = elem.bits
elem.low + elem.high satisfies number
elem.ready satisfies number
elem.dirty satisfies boolean
elem.link.next = null
elem.link.next = elem
// @ts-expect-error an embedded struct is not assigned
elem.link = elem.link
// @ts-expect-error a pointer takes its own type
elem.link.next = all.untouched
elem.link.prev?.$value satisfies typeof all.head | undefined
elem.path.at(0)?.at(1)?.x satisfies number | undefined
elem.done?.name satisfies string | undefined
elem.secret?.$bytes(4) satisfies Uint8Array | undefined
// @ts-expect-error what is declared only has no fields
elem.secret?.field
elem.digest.string() satisfies string
elem.tail.take(2).length satisfies number
// @ts-expect-error a flexible array has no length
elem.tail.length
all.class.then satisfies number
all.class.toString satisfies number
all.class.constructor satisfies number
all.class.$field('$dollar') satisfies number
all.$global('$strange') satisfies number
all.$file('declared.c')['next_number::state'] satisfies number
all.$file('declared.c')['other_number::state'] satisfies bigint
all.$cast('struct elem', 0x1000n).link.next satisfies typeof all.head
all.$cast('list', 0x1000n) satisfies number
all.$cast('union list', 0x1000n).a satisfies bigint
// @ts-expect-error there is no such type
all.$type('struct elm')
all.wide satisfies 'SMALL' | 'BIG' | bigint
all.words.at(0)?.string() satisfies string | undefined
all.pointer?.await satisfies number | undefined
all.wave.imaginary satisfies number
for (const each of elem.path) each satisfies Iterable<{ x: number }>
export { count }
`,
    )
    assert.deepEqual(messages(script), [])
  })

  test('Node can run what passes: erasable types, modules without package.json', async () => {
    using folder = await scriptFolder()
    assert.deepEqual(messages(folder.write('good.ts', `${head}await Promise.resolve(all.head)\nprocess.exitCode = 0\n`)), [])
    assert.deepEqual(messages(folder.write('import.ts', "import { Declared } from './declared.ts'\nexport type D = Declared\n")), [
      "1: TS1484 'Declared' is a type and must be imported using a type-only import when 'verbatimModuleSyntax' is enabled.",
    ])
    assert.match(messages(folder.write('enum.ts', 'enum E { A }\nconsole.log(E.A)\n')).join(), /^1: TS1294/)
  })

  test('the strictness is that of the script’s project', async () => {
    using folder = await scriptFolder()
    const script = folder.write('loose.ts', `${head}console.log(all.head.id)\n`)
    assert.match(messages(script).join(), /possibly 'null'/)
    folder.write('base.json', '{ "compilerOptions": { "strict": false, "strictNullChecks": false } }')
    folder.write('tsconfig.json', '{ // a comment\n "extends": "./base.json", "compilerOptions": { "outDir": "out", "composite": true } }')
    assert.deepEqual(messages(script), [])
  })

  test('a right script is remembered until something it depends on changes', async () => {
    using folder = await scriptFolder()
    const cacheFolder = join(folder.path, 'cache')
    const script = folder.write('script.ts', `import { id } from './other.ts'\nid satisfies number\n`)
    folder.write('other.ts', 'export const id = 1\n')
    const remembered = (): number => {
      try {
        return readdirSync(cacheFolder).length
      } catch {
        return 0
      }
    }
    assert.equal(remembered(), 0)
    assert.deepEqual(checkScript(script, { cacheFolder }), [])
    assert.equal(remembered(), 1)
    const before = performance.now()
    assert.deepEqual(checkScript(script, { cacheFolder }), [])
    // Starting the compiler takes a multiple of it.
    assert.ok(performance.now() - before < 50)
    folder.write('other.ts', "export const id = 'one'\n")
    assert.equal(checkScript(script, { cacheFolder }).length, 1)
    folder.write('other.ts', 'export const id = 1\n')
    assert.deepEqual(checkScript(script, { cacheFolder }), [])
    folder.write('tsconfig.json', '{ "compilerOptions": { "strict": true, "noImplicitAny": false } }')
    assert.deepEqual(checkScript(script, { cacheFolder }), [])
    assert.equal(remembered(), 1)
  })

  test('JavaScript is not checked', async () => {
    using folder = await scriptFolder()
    assert.deepEqual(messages(folder.write('script.js', "import { program } from 'invivo'\nprogram().nothing.at.all\n")), [])
  })

  test('nothing is written beside the script', async () => {
    using folder = await scriptFolder()
    const script = folder.write('script.ts', head)
    mkdirSync(join(folder.path, 'sub'))
    const before = readdirSync(folder.path, { recursive: true })
    assert.deepEqual(messages(script), [])
    assert.deepEqual(readdirSync(folder.path, { recursive: true }), before)
  })
})
