/** Symbol tables against readelf (names, addresses, sizes) and gdb (`info symbol`: which symbol has an address). */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test, type TestContext } from 'node:test'
import { ElfFile } from '../../../src/symbols/elf/elf-file.ts'
import { missing } from '../../support/requirements.ts'

const python = '/usr/bin/python3.11d'
const libc = '/lib/x86_64-linux-gnu/libc.so.6'

/** `name address size` of every defined symbol that readelf lists, sorted. */
function readelfSymbols(path: string, table: '.symtab' | '.dynsym'): string[] {
  const text = execFileSync('readelf', ['-sW', path], { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] })
  const rows: string[] = []
  let current = ''
  for (const line of text.split('\n')) {
    current = /^Symbol table '(.*)'/.exec(line)?.[1] ?? current
    const match = /^ *\d+: ([0-9a-f]+) +(\d+|0x[0-9a-f]+) (\w+) +\w+ +\w+ +(?:\[.*\] +)?(\w+) (.*)$/.exec(line)
    if (match === null || current !== table) continue
    const [, value, size, type = '', section = '', name = ''] = match
    if (section === 'UND' || section === 'COM' || type === 'SECTION' || type === 'FILE' || name === '') continue
    rows.push(`${name.replace(/(?<=.)@.*$/, '')} ${Number(BigInt.asIntN(64, BigInt(`0x${value}`)))} ${Number(size)}`)
  }
  return rows.sort()
}

suite('symbol tables', () => {
  for (const [path, table, needs] of [
    [python, '.symtab', missing('readelf', python)],
    [libc, '.dynsym', missing('readelf', '/usr/lib/debug/.build-id')],
  ] as const)
    test(`${path}: names, addresses and sizes are those readelf lists`, { skip: needs }, (context) => {
      using elf = ElfFile.open(path)
      const expected = readelfSymbols(path, table)
      const symbols = [...elf.symbols]
      assert.deepEqual(symbols.map(({ name, address, size }) => `${name} ${address} ${size}`).sort(), expected)
      for (const { name, address, kind } of symbols) {
        assert.ok(
          elf.symbols.findAll(name).some((symbol) => symbol.address === address && symbol.kind === kind),
          name,
        )
        assert.equal(elf.symbols.find(name)?.name, name)
      }
      context.diagnostic(`${symbols.length} of ${expected.length} symbols`)
      assert.equal(elf.symbols.find('no_such_symbol'), undefined)
      assert.equal(elf.symbols.find(''), undefined)
    })

  const programs: [string, string | false, () => string][] = [
    ['python3.11d', missing('gdb', python), () => python],
    ['the C library', missing('gdb', '/usr/lib/debug/.build-id'), () => libc],
    ['a fixed-address program', missing('gdb', 'gcc'), () => compileCalls('-no-pie')],
    ['a program with CET stubs', missing('gdb', 'gcc'), () => compileCalls('-no-pie', '-fcf-protection', '-Wl,-z,ibtplt')],
    ['a program bound at start', missing('gdb', 'gcc'), () => compileCalls('-Wl,-z,now')],
  ]
  for (const [name, skip, find] of programs)
    test(`which symbol has an address: as gdb tells, ${name}`, { skip }, (context) => compareWithGdb(find(), context))

  function compileCalls(...flags: string[]): string {
    const source = join(folder, 'calls.c')
    writeFileSync(
      source,
      '#include <stdio.h>\n#include <stdlib.h>\nint (*p)(const char *) = puts;\nint main(void) { puts(getenv("A")); return abs(1); }\n',
    )
    const program = join(folder, flags.join(''))
    execFileSync('gcc', [...flags, source, '-o', program])
    return program
  }

  function compareWithGdb(path: string, context: TestContext): void {
    using elf = ElfFile.open(path)
    const addresses: number[] = []
    // Every section that is loaded, evenly (but the GOT, for whose slots gdb makes up symbols); and both sides of symbols' ends.
    for (const section of elf.sections)
      if ((section.flags & 2) !== 0 && (section.flags & 0x400) === 0 && !section.name.startsWith('.got'))
        for (let at = 0; at < section.size; at += Math.max(1, Math.floor(section.size / 60))) addresses.push(section.address + at)
    const symbols = [...elf.symbols]
    for (let index = 0; index < symbols.length; index += 97) {
      const symbol = symbols[index]
      if (symbol !== undefined && symbol.kind !== 'tls' && !symbol.absolute)
        addresses.push(symbol.address, symbol.address + symbol.size - 1, symbol.address + symbol.size)
    }
    const script = addresses.map((at) => `echo @${at}\\n\ninfo symbol ${at}`).join('\n')
    const file = join(folder, 'symbols.gdb')
    writeFileSync(file, script)
    const { stdout } = spawnSync(
      'gdb',
      ['-nx', '-batch', '-iex', 'set auto-load off', '-iex', 'set debug-file-directory /none', '-x', file, path],
      {
        encoding: 'utf8',
        maxBuffer: 1 << 28,
      },
    )
    let asked = 0
    let compared = 0
    const answers = new Map<number, string>()
    for (const line of stdout.split('\n')) {
      if (line.startsWith('@')) asked = Number(line.slice(1))
      else if (line !== '') answers.set(asked, line)
    }
    const differences: string[] = []
    for (const at of addresses) {
      const answer = answers.get(at)
      if (answer === undefined) continue
      const match = /^(\S+?)(?: \+ (\d+))? in section (\S+)/.exec(answer)
      const own = elf.symbols.at(at)
      const theirs = match === null ? undefined : at - Number(match[2] ?? 0)
      if (match?.[1]?.includes('@got') === true) continue
      compared++
      // Of several names for one address gdb's choice is that of an unstable sort; and it takes `a__b` for mangled `a.b`.
      // One of several versions of a table, which is longer than the one gdb looks at.
      if (theirs === undefined && own !== undefined && own.size > at - own.address) continue
      const alias =
        own?.name.endsWith('@plt') === true
          ? own.name === match?.[1] && own.address === theirs
          : own !== undefined && elf.symbols.findAll(own.name).some(({ address }) => address === theirs)
      if (theirs === undefined ? own !== undefined : !alias)
        differences.push(`0x${at.toString(16)}: ${answer} / ${own?.name} + ${at - (own?.address ?? 0)}`)
    }
    context.diagnostic(`${compared - differences.length} of ${compared} addresses`)
    assert.ok(compared > 100)
    assert.deepEqual(differences, [])
  }

  const folder = mkdtempSync(join(tmpdir(), 'invivo-symbols-'))
  after(() => rmSync(folder, { recursive: true }))
})
