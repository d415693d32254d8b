/**
 * Which variable a name means to a script, as the declarations have it (declarations/globals.ts): the first module's external
 * variable, or the only one at file scope; the others through their file.
 */
import { InvivoError } from '../errors.ts'
import type { PlacedVariable } from './inspector.ts'

/** @throws InvivoError AMBIGUOUS when only the file can tell. */
export function chooseGlobal(name: string, variables: readonly PlacedVariable[]): PlacedVariable | undefined {
  const atFileScope = variables.filter(({ variable }) => variable.enclosingFunction === undefined)
  const external = atFileScope.find(({ variable }) => variable.external)
  if (external !== undefined) return external
  if (atFileScope.length <= 1 && (atFileScope.length === 1 || variables.length === 0)) return atFileScope[0]
  const places = variables.map(({ variable }) => `$file('${lastPart(variable.unit)}')${property(fileKey(variable))}`)
  const shown = places.length > 6 ? [...places.slice(0, 6), '…'] : places
  throw new InvivoError(
    'AMBIGUOUS',
    atFileScope.length === 0
      ? `'${name}' is a static variable of a function: ${shown.join(', ')}`
      : `there are ${atFileScope.length} static variables '${name}': ${shown.join(', ')}`,
  )
}

/** Among the variables of one file. */
export function chooseInFile(name: string, file: string, variables: readonly PlacedVariable[]): PlacedVariable | undefined {
  const [, enclosing, local] = /^(.+)::([^:]+)$/.exec(name) ?? []
  return variables.find(
    ({ variable }) => isFile(variable.unit, file) && variable.enclosingFunction === enclosing && variable.name === (local ?? name),
  )
}

/** The variable's own name in `name`, which may be `function::name`. */
export function plainName(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1)
}

/** Whether the source file `path` is meant by `file`: its name, `block.c`, the end of its path, `ui/block.c`, or all of it. */
export function isFile(path: string | undefined, file: string): boolean {
  return path !== undefined && (path === file || path.endsWith(`/${file}`))
}

export function fileKey(variable: { readonly name: string; readonly enclosingFunction: string | undefined }): string {
  return variable.enclosingFunction === undefined ? variable.name : `${variable.enclosingFunction}::${variable.name}`
}

function property(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `['${name}']`
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
