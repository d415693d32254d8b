/**
 * A program that is looked at: a live process, a core dump or a file, with the types and variables of all its modules. What a
 * script holds beside its typed globals, and what the printer, the expression evaluator and the declarations generator ask
 * (inspector.ts). Values are made in values/, memory is cached in memory.ts, modules are read in module-set.ts.
 */
import { InvivoError } from '../errors.ts'
import type { DebugInfo, FunctionInfo, TypeSpace, Variable } from '../symbols/debug-info.ts'
import { EM } from '../symbols/elf/constants.ts'
import { isCompound, sizeOf, stripTypedefs, type NamedType, type Type } from '../symbols/type.ts'
import type { CoreOptions } from '../target/core.ts'
import { ProcessTarget } from '../target/process.ts'
import type { Target, Thread } from '../target/target.ts'
import { writeCore } from '../target/write-core.ts'
import { highOf, isExact, lowOf, toNumber } from './address.ts'
import { baseTypeNames, canonicalBaseName, makeBaseType } from './base-types.ts'
import { CValue } from './c-value.ts'
import { formatValue } from './format/format-value.ts'
import { nameProxy, type Accessors } from './globals.ts'
import type { EnumeratorMatch, Inspector, PlacedFunction, PlacedVariable, SymbolMatch } from './inspector.ts'
import { MemoryFault } from './memory-fault.ts'
import { Memory } from './memory.ts'
import { ModuleSet, type Module, type ModuleOptions } from './module-set.ts'
import { nearNames } from './near-names.ts'
import { typeOfSpelling } from './type-spelling.ts'
import type { Located, ProgramGlobals, TypeToken } from './value-types.ts'
import { ValueSpace } from './values/value-space.ts'
import { chooseGlobal, chooseInFile, fileKey, isFile, plainName } from './variables.ts'

export interface ProgramOptions extends ModuleOptions {
  /** Bytes of target memory kept; default 64 MiB. */
  readonly cacheCapacity?: number
}

/** Longest description of a variable's part in a message. */
const MAX_PARTS = 20

export class Program implements Inspector, Disposable {
  readonly target: Target
  readonly memory: Memory
  readonly #modules: ModuleSet
  readonly #space: ValueSpace
  #globals: object | undefined

  /**
   * A running process. It is neither stopped nor changed.
   * @throws InvivoError NOT_FOUND, PERMISSION, TARGET_GONE.
   */
  static async attach(pid: number, options: ProgramOptions = {}): Promise<Program> {
    return Program.fromTarget(ProcessTarget.attach(pid), options)
  }

  /** A core dump. @throws InvivoError NOT_FOUND, BAD_CORE. */
  static async openCore(path: string, options: ProgramOptions & CoreOptions = {}): Promise<Program> {
    const { CoreTarget } = await import('../target/core.ts')
    return Program.fromTarget(CoreTarget.open(path, options), options)
  }

  /** A program or library that does not run: its variables' initial values. @throws InvivoError NOT_FOUND, NOT_ELF, BAD_ELF. */
  static async openFile(path: string, options: ProgramOptions = {}): Promise<Program> {
    const { FileTarget } = await import('../target/file.ts')
    return Program.fromTarget(FileTarget.open(path), options)
  }

  /** Over any target, which is disposed with this. The program's own debug information is read. */
  static async fromTarget(target: Target, options: ProgramOptions = {}): Promise<Program> {
    const program = new Program(target, options)
    await program.#modules.main?.load()
    return program
  }

  private constructor(target: Target, options: ProgramOptions) {
    this.target = target
    this.memory = new Memory(target, options.cacheCapacity === undefined ? {} : { capacity: options.cacheCapacity })
    this.#modules = new ModuleSet(target, options)
    const machine = this.#modules.main?.elf?.header.machine
    const abi = {
      little: target.byteOrder === 'little',
      pointerSize: target.addressSize,
      longDouble: machine === undefined || machine === EM.X86_64 || machine === EM.I386 ? 'x87' : 'binary128',
    } as const
    this.#space = new ValueSpace(this.memory, abi, {
      symbolName: (address) => this.#symbolName(address),
      format: (type, address) => formatValue(this, CValue.at(this, type, address)),
      formatPointer: (type, address) => {
        const pointer: Type = { kind: 'pointer', size: target.addressSize, target: type }
        return formatValue(this, CValue.integer(this, pointer, address))
      },
      describe: (address) => this.#describe(address),
    })
  }

  get byteOrder(): 'little' | 'big' {
    return this.target.byteOrder
  }

  get addressSize(): 4 | 8 {
    return this.target.addressSize
  }

  /** `process 1234 (qemu-system-x86)`. */
  get description(): string {
    return this.target.description
  }

  get pid(): number | undefined {
    return this.target.pid
  }

  get threads(): readonly Thread[] {
    return this.target.threads()
  }

  /** The program first, then its libraries. Debug information of each is read when its `info` is asked for. */
  get modules(): readonly Module[] {
    return this.#modules.all
  }

  [Symbol.dispose](): void {
    this.#modules[Symbol.dispose]()
    this.target[Symbol.dispose]()
  }

  // Values

  /** The typed globals: a property a variable, and `$type`, `$cast`, `$file`, `$global`. */
  globals<T = ProgramGlobals>(): T {
    this.#globals ??= nameProxy(
      {
        title: `globals of ${this.description}`,
        find: (name) => this.#global(name),
        missing: (name) => this.#missingVariable(name),
        names: () => this.#variableNames(),
      },
      {
        $type: (name: string) => this.type(name),
        $cast: (name: string, address: bigint | Located) => this.cast(name, address),
        $file: (file: string) => this.file(file),
        $global: (name: string) => this.global(name),
      },
    )
    return this.#globals as T
  }

  /** A type by its C spelling: `struct elem`, `size_t`, `char *[4]`. @throws InvivoError NOT_FOUND, SYNTAX. */
  type<T = unknown>(spelling: string): TypeToken<T> {
    return this.#space.token<T>(this.#typeOf(spelling))
  }

  /** What is at `address`, as a value of that type. */
  cast(spelling: string, address: bigint | Located): unknown {
    return this.#space.read(this.#typeOf(spelling), typeof address === 'bigint' ? address : address.$address)
  }

  /** The value of a type at an address, for who has the type. */
  valueAt(type: Type, address: bigint): unknown {
    return this.#space.read(type, address)
  }

  /** The value of a variable; of `function::variable`, too. @throws InvivoError NOT_FOUND, AMBIGUOUS, UNAVAILABLE. */
  global(name: string): unknown {
    const found = this.#global(name) ?? this.#missingVariable(name)
    return found.get()
  }

  /** Variables of one source file: `block.c`, or more of its path. @throws InvivoError NOT_FOUND. */
  file(file: string): object {
    const inFile = (name: string) => chooseInFile(name, file, this.findVariables(plainName(name)))
    const names = () => {
      const own = new Set<string>()
      for (const { info } of this.#modules.all) {
        for (const variable of info?.variables() ?? []) if (isFile(variable.unit, file)) own.add(fileKey(variable))
      }
      return own
    }
    return nameProxy(
      {
        title: `variables of ${file}`,
        find: (name) => {
          const found = inFile(name)
          return found === undefined ? undefined : this.#accessors(name, found)
        },
        missing: (name) => {
          const own = names()
          if (own.size === 0) {
            throw new InvivoError('NOT_FOUND', `no variable of ${this.description} is in a source file '${file}'`)
          }
          throw new InvivoError('NOT_FOUND', `no variable '${name}' in ${file}${nearNames(name, own)}`)
        },
        names,
      },
      {},
    )
  }

  // Execution

  /**
   * Stops all threads until the result is disposed, or while `look` runs (also when it throws). What was read before is
   * forgotten, so that all that is read meanwhile is of one moment; and again afterwards.
   */
  pause(): Disposable
  pause<T>(look: () => T): T
  pause<T>(look?: () => T): T | Disposable {
    const stopped = this.target.pause()
    this.refresh()
    let paused = true
    const resume = (): void => {
      if (!paused) return
      paused = false
      this.memory.refresh()
      stopped[Symbol.dispose]()
    }
    if (look === undefined) return { [Symbol.dispose]: resume }
    let result: T
    try {
      result = look()
    } catch (error) {
      resume()
      throw error
    }
    if (isPromise(result)) return result.finally(resume) as T
    resume()
    return result
  }

  /** Forgets what was read of a running process, so that what is read next is what it holds then; takes up new libraries. */
  refresh(): void {
    this.memory.refresh()
    if (!this.target.immutable) this.#modules.refresh()
  }

  /** Writes a core dump of the process, paused meanwhile. @throws InvivoError UNSUPPORTED for other targets. */
  dumpCore(path: string): void {
    if (!(this.target instanceof ProcessTarget)) {
      throw new InvivoError('UNSUPPORTED', `cannot write a core dump of ${this.description}: only a running process can be dumped`)
    }
    writeCore(this.target, path)
  }

  // Inspector

  readBytes(address: bigint, length: number, path?: string): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length)
    const got = this.memory.copy(highOf(address), lowOf(address), length, bytes, 0)
    if (got === length) return bytes
    const fault = BigInt.asUintN(64, address + BigInt(got))
    const where = path === undefined || path === '' ? `memory` : path
    throw new MemoryFault('read', where, length, fault, this.#explain(fault))
  }

  readAvailable(address: bigint, length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length)
    const got = this.memory.copy(highOf(address), lowOf(address), length, bytes, 0)
    return got === length ? bytes : bytes.slice(0, got)
  }

  writeBytes(address: bigint, bytes: Uint8Array): void {
    if (this.memory.write(highOf(address), lowOf(address), bytes)) return
    throw new MemoryFault('write', 'memory', bytes.length, address, this.#explain(address))
  }

  symbolAt(address: bigint): SymbolMatch | undefined {
    const hi = highOf(address)
    if (!isExact(hi)) return undefined
    const at = this.#number(address)
    const module = this.#modules.at(at)
    const symbol = module?.symbols?.at(at - module.bias)
    if (module === undefined || symbol === undefined) return undefined
    return {
      name: symbol.name,
      address: this.#unsigned(symbol.address + module.bias),
      offset: at - (symbol.address + module.bias),
      size: symbol.size,
      kind: symbol.kind === 'tls' ? 'other' : symbol.kind,
    }
  }

  findSymbols(name: string): readonly SymbolMatch[] {
    return this.#modules
      .findSymbols(name)
      .filter(({ symbol }) => symbol.kind !== 'tls')
      .map(({ module, symbol }) => ({
        name: symbol.name,
        address: this.#unsigned(symbol.absolute ? symbol.address : symbol.address + module.bias),
        offset: 0,
        size: symbol.size,
        kind: symbol.kind === 'tls' ? 'other' : symbol.kind,
      }))
  }

  findTypes(name: string, space?: TypeSpace): readonly NamedType[] {
    const found = this.#modules.lookUp((info) => info.findTypes(name, space))
    const complete = found.filter((type) => !('incomplete' in type && type.incomplete))
    return complete.length > 0 ? complete : found
  }

  findVariables(name: string): readonly PlacedVariable[] {
    return this.#modules.lookUp((info, module) => info.findVariables(name).map((variable) => this.#place(variable, module)))
  }

  findFunctions(name: string): readonly PlacedFunction[] {
    return this.#modules.lookUp((info, module) => info.findFunctions(name).map((found) => this.#placeFunction(found, module)))
  }

  findEnumerators(name: string): readonly EnumeratorMatch[] {
    return this.#modules.lookUp((info) => {
      const found: EnumeratorMatch[] = []
      for (const type of info.findEnumerators(name)) {
        const enumerator = type.enumerators.find((each) => each.name === name)
        if (enumerator !== undefined) found.push({ type, value: enumerator.value })
      }
      return found
    })
  }

  baseType(name: string): Type {
    const canonical = canonicalBaseName(name)
    for (const each of canonical === undefined ? [name] : [name, ...baseTypeNames(canonical)]) {
      const [found] = this.#modules.main?.info?.findTypes(each, 'base') ?? []
      if (found !== undefined) return found
    }
    return makeBaseType(canonical ?? 'int', this.addressSize)
  }

  whyNoDebugInfo(): string {
    const { main } = this.#modules
    if (main !== undefined) return main.info === undefined ? main.whyNoDebugInfo : ''
    const { problem } = this.target
    return `${this.description} tells of no program${problem === undefined ? '' : `: ${problem}`}`
  }

  suggest(name: string): string {
    const why = this.whyNoDebugInfo()
    if (why !== '') return `: ${why}`
    return nearNames(
      name,
      this.#modules.all.values().flatMap((module) => module.loadedInfo?.names() ?? []),
    )
  }

  // Names

  #global(name: string): Accessors | undefined {
    const variables = this.findVariables(plainName(name))
    const [, enclosing] = /^(.+)::[^:]+$/.exec(name) ?? []
    const chosen =
      enclosing === undefined ? chooseGlobal(name, variables) : variables.find(({ variable }) => variable.enclosingFunction === enclosing)
    if (chosen !== undefined) return this.#accessors(name, chosen)
    // A variable of a file without debug information: where it is, at least.
    const symbol = this.findSymbols(name).find(({ kind }) => kind !== 'other')
    if (symbol === undefined) return undefined
    const type: Type = symbol.kind === 'function' ? this.#functionType(name) : { kind: 'void' }
    return this.#space.variable(name, type, symbol.address)
  }

  #functionType(name: string): Type {
    const [found] = this.findFunctions(name)
    return found?.type ?? { kind: 'function', returns: { kind: 'void' }, parameters: [], variadic: false, prototyped: false }
  }

  #accessors(name: string, placed: PlacedVariable): Accessors {
    const { variable, address } = placed
    if (address !== undefined) return this.#space.variable(name, variable.type, address)
    const { location } = variable
    if (location.kind === 'constant') {
      const refuse = (): never => {
        throw new InvivoError('READ_ONLY', `cannot assign to ${name}: the compiler made it a constant, it is in no memory`)
      }
      return { get: () => this.#space.constant(name, variable.type, location.bytes), set: refuse }
    }
    const reason =
      location.kind === 'thread-local'
        ? 'it is thread-local, and each thread has its own'
        : location.kind === 'unavailable'
          ? location.reason
          : ''
    const unavailable = (): never => {
      throw new InvivoError('UNAVAILABLE', `${name} cannot be looked at: ${reason}`)
    }
    return { get: unavailable, set: unavailable }
  }

  #missingVariable(name: string): never {
    const why = this.whyNoDebugInfo()
    if (why !== '') throw new InvivoError('NO_DEBUG_INFO', `no variable '${name}': ${why}`)
    throw new InvivoError(
      'NOT_FOUND',
      `no variable '${name}' in ${this.description}${this.#near(name, (info, near) => info.findVariables(near).length > 0)}`,
    )
  }

  *#variableNames(): Generator<string> {
    for (const module of this.#modules.all) {
      for (const variable of module.loadedInfo?.variables() ?? []) yield variable.name
    }
  }

  #typeOf(spelling: string): Type {
    return typeOfSpelling(spelling, this.addressSize, (name) => this.#namedType(name))
  }

  #namedType(name: string): Type {
    const [, tag, rest] = /^(struct|union|enum|class) (.+)$/.exec(name) ?? []
    if (tag === 'struct' || tag === 'union' || tag === 'enum' || tag === 'class') {
      const [found] = this.findTypes(rest ?? '', tag)
      if (found !== undefined) return found
      this.#missingType(name, rest ?? '')
    }
    if (name === 'void') return { kind: 'void' }
    const found =
      this.findTypes(name, 'typedef')[0] ?? (canonicalBaseName(name) === undefined ? this.findTypes(name, 'base')[0] : this.baseType(name))
    if (found !== undefined) return found
    // C wants the keyword, a person may forget it.
    return this.findTypes(name)[0] ?? this.#missingType(name, name)
  }

  #missingType(spelling: string, name: string): never {
    const near = this.#near(name, (info, candidate) => info.findTypes(candidate).length > 0)
    throw new InvivoError('NOT_FOUND', `no type '${spelling}' in ${this.description}${near}`)
  }

  /** Suggestions for a name, from what was read so far. */
  #near(name: string, fits: (info: DebugInfo, candidate: string) => boolean): string {
    const infos = this.#modules.all.flatMap(({ loadedInfo }) => loadedInfo ?? [])
    const names = function* (): Generator<string> {
      for (const info of infos) yield* info.names()
    }
    return nearNames(name, names(), (candidate) => infos.some((info) => fits(info, candidate)))
  }

  #place(variable: Variable, module: Module): PlacedVariable {
    const { location, name, external } = variable
    const isPlaced = location.kind === 'address'
    const shared = external && (isPlaced || location.kind === 'unavailable')
    const local = isPlaced ? location.address + module.bias : undefined
    const at = shared ? this.#modules.placeOf(name, isPlaced ? location.address : undefined, module) : local
    return { variable, address: at === undefined ? undefined : this.#unsigned(at), module: module.path }
  }

  #placeFunction(found: FunctionInfo, module: Module): PlacedFunction {
    const address = found.address === undefined ? undefined : this.#unsigned(found.address + module.bias)
    return { name: found.name, type: found.type, address, unit: found.unit, module: module.path }
  }

  // Addresses

  #number(address: bigint): number {
    return toNumber(this.addressSize === 4 ? 0 : highOf(address), lowOf(address))
  }

  #unsigned(address: number): bigint {
    return BigInt.asUintN(this.addressSize * 8, BigInt(address))
  }

  #explain(address: bigint): string {
    return isExact(highOf(address)) ? this.target.explainFault(this.#number(address)) : 'not an address of this machine'
  }

  #symbolName(address: bigint): string | undefined {
    const symbol = this.symbolAt(address)
    if (symbol === undefined) return undefined
    return symbol.offset === 0 ? symbol.name : `${symbol.name}+${symbol.offset}`
  }

  /** `block_backends.tqh_first` for an address within a variable. */
  #describe(address: bigint): string | undefined {
    const symbol = this.symbolAt(address)
    if (symbol === undefined || symbol.kind !== 'object' || symbol.offset >= symbol.size) return undefined
    const placed = this.findVariables(symbol.name).find((each) => each.address === symbol.address)
    if (placed === undefined) return `${symbol.name}${symbol.offset === 0 ? '' : `+${symbol.offset}`}`
    return `${symbol.name}${pathAt(placed.variable.type, symbol.offset)}`
  }
}

/** The member path to byte `offset` of a type: `.link.tqe_next`, `[3].x`. */
function pathAt(type: Type, offset: number): string {
  let path = ''
  let current = stripTypedefs(type)
  let rest = offset
  for (let depth = 0; depth < MAX_PARTS; depth++) {
    if (isCompound(current)) {
      const member = current.members.findLast((each) => {
        const start = Math.floor(each.bitOffset / 8)
        return rest >= start && rest < start + Math.max(1, sizeOf(each.type) ?? 1)
      })
      if (member === undefined) break
      if (member.name !== undefined) path += `.${member.name}`
      rest -= Math.floor(member.bitOffset / 8)
      current = stripTypedefs(member.type)
    } else if (current.kind === 'array') {
      const size = sizeOf(current.element) ?? 0
      if (size === 0) break
      const index = Math.floor(rest / size)
      path += `[${index}]`
      rest -= index * size
      current = stripTypedefs(current.element)
    } else break
  }
  return path
}

function isPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise
}
