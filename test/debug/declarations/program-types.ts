/** Declarations of real files, and the compiler's opinion of them. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DeclaredModule } from '../../../src/debug/declarations/generate.ts'
import { openDebugInfo } from '../../../src/symbols/dwarf/dwarf-info.ts'
import { ElfFile } from '../../../src/symbols/index.ts'
import { root } from '../../support/debuggee.ts'

/** A file as one module of a program; its separate debug file is found. */
export async function moduleOf(path: string): Promise<DeclaredModule> {
  const elf = ElfFile.open(path)
  return { path, buildId: elf.buildId, info: await openDebugInfo(elf, { cacheFolder: false }) }
}

/** A folder for a test's files, gone when disposed. */
export class Folder implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), 'invivo-test-'))

  write(name: string, text: string): string {
    const file = join(this.path, name)
    writeFileSync(file, text)
    return file
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

/** Everything that makes the compiler stricter, `skipLibCheck` left off. */
const strictest = {
  noEmit: true,
  strict: true,
  target: 'esnext',
  lib: ['esnext'],
  types: [],
  module: 'nodenext',
  allowImportingTsExtensions: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitOverride: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  isolatedDeclarations: true,
  declaration: true,
  isolatedModules: true,
  verbatimModuleSyntax: true,
  erasableSyntaxOnly: true,
  paths: { 'invivo/types': [join(root, 'src/debug/value-types.ts')] },
}

/** @returns what tsc says of the modules; empty when it accepts them. */
export function compilerMessages(...texts: string[]): string {
  using folder = new Folder()
  const files = texts.map((text, index) => folder.write(`module${index}.ts`, text))
  folder.write('package.json', '{ "type": "module" }')
  folder.write('tsconfig.json', JSON.stringify({ compilerOptions: strictest, files }))
  const result = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder.path, '--pretty', 'false'], { encoding: 'utf8' })
  return `${result.stdout}${result.stderr}`.slice(0, 4000)
}
