/** What `formatValue` prints is what GDB prints, for every global of values.c and each of its leaves, by three compilers' ways. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { suite, test } from 'node:test'
import { isCompound, stripTypedefs, type Type } from '../../../src/symbols/type.ts'
import { evaluate } from '../../../src/debug/expression/evaluate.ts'
import { formatValue } from '../../../src/debug/format/format-value.ts'
import { Program } from '../../../src/debug/program.ts'
import { isInvivoError } from '../../../src/errors.ts'
import { typeName } from '../../../src/symbols/type-name.ts'
import { compile, start } from '../../support/debuggee.ts'
import { missing } from '../../support/requirements.ts'
import { askGdb } from './gdb-oracle.ts'

const builds = [
  { name: 'gcc -gdwarf-5', compiler: 'gcc', flags: ['-gdwarf-5', '-O0', '-w'] },
  { name: 'gcc -gdwarf-4', compiler: 'gcc', flags: ['-gdwarf-4', '-O0', '-w'] },
  { name: 'clang', compiler: 'clang', flags: ['-g', '-O0', '-w'] },
] as const

/** What GDB 13 cannot print, and what we do instead. */
const differences = new Map<string, RegExp>([
  // GDB: "That operation is not available on integers of more than 8 bytes."
  ['bits_packed', /^\{a = 5, b = 3074457345618258602, c = -60, d = 100 'd', e = 357913941\}$/],
  ['bits_packed.b', /^3074457345618258602$/],
  // GDB loses the character before a sequence that is cut off.
  ['str_cut', /^0x[\da-f]+ "abc", <incomplete sequence \\303>$/],
  // GDB shows the address of an array declared without a bound, though its definition has one.
  ['defined_elsewhere', /^\{7, 8, 9\}$/],
  // GDB takes the number of an unsigned enum as signed.
  ['e_huge_unknown', /^18446744073709551600$/],
  // Each thread has its own.
  ['thread_local_int', /^<thread-local: each thread has its own>$/],
])

/**
 * Questions whose answers differ for reasons of GDB's: what &x points to ends in a cut-off sequence (see str_cut); elements of
 * character vectors lose their text in GDB; `const` of an array's typedef is lost by its elements with Clang; the spelling
 * `unsigned int __int128`.
 */
const skipped = /^(?:print &(?:c16_[ae]|vec8c\[\d\])|print vec8c\[\d\]|whatis const_named\[\d+\]|whatis u128_\w+|print &u128_\w+)$/

/** Globals of the linked program by the linker's symbol table, those of values.c and values-2.c only. */
function globalNames(program: string): string[] {
  const { stdout } = spawnSync('nm', [program], { encoding: 'utf8' })
  return stdout
    .split('\n')
    .flatMap((line) => /^\S* *[BbDdRrVvGgSs] (\w+)$/.exec(line)?.[1] ?? [])
    .filter((name) => !/^_|^(?:completed|data_start|edata|end|stdin|stdout)\b/.test(name) && name !== 'shared_name')
    .concat(
      "'values.c'::shared_name",
      "'values-2.c'::shared_name",
      'counter::calls',
      'counter::label',
      'other_file::calls',
      'main::storage',
    )
}

/** A path to every scalar: all members, and of arrays the first, the second and the last element. */
function leaves(path: string, type: Type, into: string[]): void {
  const stripped = stripTypedefs(type)
  if (isCompound(stripped)) {
    for (const member of stripped.members) leaves(member.name === undefined ? path : `${path}.${member.name}`, member.type, into)
  } else if (stripped.kind === 'array') {
    const count = stripped.count ?? 0
    for (const index of new Set([0, 1, count - 1])) {
      if (index >= 0 && index < count) leaves(`${path}[${index}]`, stripped.element, into)
    }
  }
  into.push(path)
}

/** The text, or the start of the error, with the causes of differences that are no differences evened out. */
function ours(path: string, how: (path: string) => string): string {
  try {
    return how(path)
  } catch (error) {
    if (isInvivoError(error)) return `error: ${error.message}`
    throw error
  }
}

suite('values print as gdb prints them', { skip: missing('gdb', 'gcc', 'readelf') }, () => {
  for (const { name, compiler, flags } of builds) {
    test(name, { skip: missing(compiler) }, async (context) => {
      const executable = compile(['values.c', 'values-2.c'], { compiler, flags: [...flags], name: `values-${name.replace(/\W+/g, '-')}` })
      await using debuggee = await start(executable)
      using program = await Program.attach(debuggee.pid)
      const paths: string[] = []
      for (const path of globalNames(executable)) leaves(path, evaluate(program, path).type, paths)
      const unique = [...new Set(paths)].filter((path) => !differences.has(path))
      const questions = unique.flatMap((path) => [`print ${path}`, `whatis ${path}`, `print/x ${path}`, `print &${path}`])
      const answers = askGdb(debuggee.pid, questions)
      const wrong: string[] = []
      let right = 0
      const compare = (question: string, text: string, index: number): void => {
        if (skipped.test(question)) return
        const answer = answers[index]
        const expected = answer === undefined ? 'nothing' : 'text' in answer ? answer.text : `error: ${answer.error}`
        // A bit field's address, which C does not have; GDB gives that of its first byte.
        if (text.startsWith('error: a bit field has no address')) return
        if (text === expected) right++
        else wrong.push(`${question}\n  gdb   ${expected}\n  here  ${text}`)
      }
      for (const [index, path] of unique.entries()) {
        const at = index * 4
        compare(
          `print ${path}`,
          ours(path, (each) => formatValue(program, evaluate(program, each))),
          at,
        )
        compare(
          `whatis ${path}`,
          ours(path, (each) => typeName(evaluate(program, each).type)),
          at + 1,
        )
        compare(
          `print/x ${path}`,
          ours(path, (each) => formatValue(program, evaluate(program, each), { format: 'x' })),
          at + 2,
        )
        compare(
          `print &${path}`,
          ours(path, (each) => formatValue(program, evaluate(program, `&${each}`))),
          at + 3,
        )
      }
      context.diagnostic(`${name}: ${right} of ${right + wrong.length} answers about ${unique.length} values equal gdb's`)
      assert.deepEqual(wrong, [])
      for (const [path, expected] of differences) assert.match(formatValue(program, evaluate(program, path)), expected)
    })
  }
})
