/**
 * Which variable is a property of the globals and which is reached through its file: C's linkage (ISO C 6.2.2) as a script
 * meets it. A name means the first module's external variable, or the only variable at file scope; statics of one name and
 * static locals (`function::name`) are told apart by their source file.
 */
import type { DebugInfo, Variable } from '../../symbols/debug-info.ts'

export interface PlacedVariables {
  /** By name, sorted. */
  readonly globals: ReadonlyMap<string, Variable>
  /** Source file (Variable.unit) to variables by name or `function::name`, sorted. */
  readonly files: ReadonlyMap<string, ReadonlyMap<string, Variable>>
}

/** @param modules in the order in which names are looked up. */
export function placeVariables(modules: readonly DebugInfo[]): PlacedVariables {
  const byName = new Map<string, Variable[]>()
  for (const info of modules) {
    for (const variable of info.variables()) {
      const others = byName.get(variable.name)
      if (others === undefined) byName.set(variable.name, [variable])
      else others.push(variable)
    }
  }
  const globals = new Map<string, Variable>()
  const files = new Map<string, Map<string, Variable>>()
  for (const [name, variables] of sorted(byName)) {
    const atFileScope = variables.filter(({ enclosingFunction }) => enclosingFunction === undefined)
    const global = atFileScope.find(({ external }) => external) ?? (atFileScope.length === 1 ? atFileScope[0] : undefined)
    if (global !== undefined) globals.set(name, global)
    for (const variable of variables) {
      if (variable === global && variables.length === 1) continue
      let inFile = files.get(variable.unit)
      if (inFile === undefined) files.set(variable.unit, (inFile = new Map()))
      const key = variable.enclosingFunction === undefined ? name : `${variable.enclosingFunction}::${name}`
      // Two of one name in one function are in different blocks, which C itself has no name for.
      if (!inFile.has(key)) inFile.set(key, variable)
    }
  }
  for (const [unit, inFile] of files) files.set(unit, new Map(sorted(inFile)))
  return { globals, files }
}

/** The shortest end of each path, at a slash, that no other path has: `block.c`, or `ui/block.c` where there are two. */
export function fileKeys(paths: readonly string[]): Map<string, string> {
  const keys = new Map<string, string>()
  let open = [...new Set(paths)]
  for (let parts = 1; open.length > 0; parts++) {
    const ends = new Map<string, string[]>()
    for (const path of open) {
      const end = lastParts(path, parts)
      const sharing = ends.get(end)
      if (sharing === undefined) ends.set(end, [path])
      else sharing.push(path)
    }
    open = []
    for (const [end, sharing] of ends) {
      for (const path of sharing) {
        if (sharing.length === 1 || end === path) keys.set(path, end)
        else open.push(path)
      }
    }
  }
  return keys
}

function lastParts(path: string, parts: number): string {
  let start = path.length
  for (let part = 0; part < parts && start > 0; part++) start = path.lastIndexOf('/', start - 1)
  return path.slice(start + 1)
}

function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].toSorted(([a], [b]) => (a < b ? -1 : 1))
}
