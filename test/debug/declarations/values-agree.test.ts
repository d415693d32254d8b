import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { generateDeclarations } from '../../../src/debug/declarations/generate.ts'
import { parseDeclarations, type DeclarationsFile } from '../../../src/debug/declarations/parse.ts'
import { Program } from '../../../src/debug/program.ts'
import type { Struct } from '../../../src/debug/value-types.ts'
import { compile, start } from '../../support/debuggee.ts'
import { missing } from '../../support/requirements.ts'

suite('values are what the declarations say', () => {
  const programs: [string, () => string, string | false][] = [
    ['GCC', () => compile(['values.c', 'values-2.c']), missing('gcc')],
    ['Clang', () => compile(['values.c', 'values-2.c'], { compiler: 'clang' }), missing('clang')],
  ]
  for (const [name, program, skip] of programs) {
    test(`every global of values.c and its fields, ${name}`, { skip }, async (context) => {
      await using debuggee = await start(program())
      using opened = await Program.attach(debuggee.pid)
      const modules = opened.modules.slice(0, 1)
      const declared = parseDeclarations(generateDeclarations(modules, { name: 'values' }))
      const walk = new Walk(declared)
      const globals = opened.globals<Record<string, unknown>>()
      for (const [name, { text }] of declared.globals) walk.check(name, text, () => globals[name])
      context.diagnostic(`${walk.checked} values`)
      assert.deepEqual(walk.different, [])
      assert.ok(walk.checked > 500)
    })
  }
})

class Walk {
  readonly different: string[] = []
  checked = 0
  readonly #declared: DeclarationsFile

  constructor(declared: DeclarationsFile) {
    this.#declared = declared
  }

  check(path: string, text: string, read: () => unknown, depth: number = 0): void {
    let value: unknown
    try {
      value = read()
    } catch (error) {
      // Garbage pointers lead nowhere, and what is optimised out has no value.
      if (error instanceof Error && 'code' in error && /MEMORY_FAULT|UNAVAILABLE/.test(String(error.code))) return
      throw error
    }
    this.checked++
    const reason = this.#reason(path, text, value, depth)
    if (reason !== undefined) this.different.push(`${path}: ${text}, but ${reason}`)
  }

  /** Why a value is not of a type; undefined when it is. */
  #reason(path: string, text: string, value: unknown, depth: number): string | undefined {
    if (text.endsWith(' | null')) return value === null ? undefined : this.#reason(path, text.slice(0, -' | null'.length), value, depth)
    const alias = this.#declared.types.get(text)
    if (alias !== undefined && alias.text !== '') return this.#reason(path, alias.text, value, depth)
    const [, generic = '', parameter = ''] = /^(\w+)(?:<(.*)>)?$/.exec(text) ?? []
    switch (generic) {
      case 'number':
      case 'bigint':
      case 'boolean':
        return typeof value === generic ? undefined : `a ${typeof value}`
      case 'CArray':
      case 'CharArray': {
        if (!has(value, 'toArray', 'length')) return 'no array'
        if ((generic === 'CharArray') !== has(value, 'string')) return 'no text, or text'
        const at = (index: number): unknown => (value as { at(index: number): unknown }).at(index)
        const length = Number((value as { length: unknown }).length)
        if (length > 0 && depth < 4) this.check(`${path}[0]`, parameter === '' ? 'number' : parameter, () => at(0), depth + 1)
        return undefined
      }
      case 'FlexArray':
        return has(value, 'take') && !has(value, 'length') ? undefined : 'no flexible array'
      case 'CString':
        return has(value, 'string', '$at') ? undefined : 'no string'
      case 'Pointer': {
        if (!has(value, '$set', '$slice') || has(value, 'string')) return 'no pointer'
        if (depth < 4) this.check(`*${path}`, parameter, () => (value as { $value: unknown }).$value, depth + 1)
        return undefined
      }
      case 'Opaque':
        return has(value, '$bytes') && !has(value, '$fields') ? undefined : 'not opaque'
      case 'FunctionPointer':
        return has(value, 'name') && !has(value, '$fields') ? undefined : 'no function pointer'
      case 'Complex':
        return has(value, 'real', 'imaginary') ? undefined : 'no complex number'
    }
    if (alias !== undefined) return this.#struct(path, alias.fields, value, depth)
    // An enum: a name that is listed, or a number.
    const names = [...text.matchAll(/'((?:[^'\\]|\\.)*)'/g)].map(([, name]) => name)
    if (typeof value === 'string') return names.includes(value) ? undefined : `${value} is not listed`
    return typeof value === (text.endsWith('bigint') ? 'bigint' : 'number') ? undefined : `a ${typeof value}`
  }

  #struct(path: string, fields: readonly { name: string; text: string }[], value: unknown, depth: number): string | undefined {
    if (!has(value, '$fields')) return 'no struct'
    const struct = value as Struct
    const names = struct.$fields()
    // Fields whose names begin with `$` stand last in the declarations.
    if (
      names.toSorted().join() !==
      fields
        .map(({ name }) => name)
        .toSorted()
        .join()
    )
      return `its fields are ${names.join()}`
    if (depth < 4) for (const { name, text } of fields) this.check(`${path}.${name}`, text, () => struct.$field(name), depth + 1)
    return undefined
  }
}

function has(value: unknown, ...names: string[]): boolean {
  return typeof value === 'object' && value !== null && names.every((name) => name in value)
}
