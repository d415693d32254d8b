/**
 * The globals of a program as one object (value-types.ts `ProgramGlobals`). A kernel has 30,000 variables and a script wants
 * three, so this is the one place with a Proxy: a name is looked up when it is first used, its accessors are kept.
 */
import { inspect } from 'node:util'
import { isInvivoError } from '../errors.ts'

export interface Accessors {
  get: () => unknown
  set: (value: unknown) => void
}

export interface NameTable {
  /** For messages and console.log: `globals of process 1234 (qemu)`. */
  readonly title: string
  /** @returns undefined when there is no such variable. @throws InvivoError AMBIGUOUS, UNAVAILABLE. */
  find(name: string): Accessors | undefined
  /** @throws InvivoError NOT_FOUND with suggestions. */
  missing(name: string): never
  names(): Iterable<string>
}

/** Asked for by Promise, JSON, node:util and assertion libraries of every object; not a misspelled variable. */
const PROBED = new Set(['then', 'toJSON', 'constructor', 'toString', 'valueOf', 'inspect', 'asymmetricMatch', 'nodeType', '$$typeof'])

/** An object with a property a name of the table, and `methods` as its own. */
export function nameProxy(table: NameTable, methods: Readonly<Record<string, unknown>>): object {
  const known = new Map<string, Accessors>()
  const find = (name: string): Accessors | undefined => {
    const cached = known.get(name)
    if (cached !== undefined) return cached
    const found = table.find(name)
    if (found !== undefined) known.set(name, found)
    return found
  }
  /** A name that several variables have is a name. */
  const exists = (name: string): boolean => {
    try {
      return find(name) !== undefined
    } catch (error) {
      if (isInvivoError(error, 'AMBIGUOUS')) return true
      throw error
    }
  }
  const base: object = Object.assign(Object.create(null) as object, methods, { [inspect.custom]: () => table.title })
  return new Proxy(base, {
    get(target, name) {
      if (typeof name === 'symbol' || Object.hasOwn(target, name)) return Reflect.get(target, name) as unknown
      const found = find(name)
      if (found !== undefined) return found.get()
      if (name === 'toString') return () => table.title
      if (PROBED.has(name)) return undefined
      return table.missing(name)
    },
    set(_target, name, value) {
      if (typeof name === 'symbol') return false
      const found = find(name) ?? table.missing(name)
      found.set(value)
      return true
    },
    has: (target, name) => Reflect.has(target, name) || (typeof name === 'string' && exists(name)),
    ownKeys: (target) => [...new Set([...Reflect.ownKeys(target), ...table.names()])],
    getOwnPropertyDescriptor(target, name) {
      const own = Reflect.getOwnPropertyDescriptor(target, name)
      if (own !== undefined || typeof name === 'symbol') return own
      if (!exists(name)) return undefined
      const accessor = (): Accessors => find(name) ?? table.missing(name)
      return { get: () => accessor().get(), set: (value) => accessor().set(value), enumerable: true, configurable: true }
    },
    defineProperty: () => false,
    deleteProperty: () => false,
  })
}
