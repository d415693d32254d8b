/**
 * The program a script runs on: `import { program } from 'invivo'`, then `program<Qemu>()` for its typed globals, and
 * `program.pause()` and all else that {@link Program} has. Set by `invivo run` before the script is loaded.
 */
import { InvivoError } from '../errors.ts'
import { Program } from './program.ts'
import type { ProgramGlobals } from './value-types.ts'

/** The target named on the command line: callable for its typed globals, with the members of {@link Program}. */
export interface ScriptProgram extends Omit<Program, 'globals' | typeof Symbol.dispose> {
  /** The typed globals; `T` is the root interface that `invivo types` wrote. */
  <T = ProgramGlobals>(): T
}

let current: Program | undefined

/** What `program` of scripts is from now on. */
export function setCurrentProgram(next: Program | undefined): void {
  current = next
}

/** @throws InvivoError USAGE outside `invivo run`. */
export function currentProgram(): Program {
  if (current === undefined) {
    throw new InvivoError(
      'USAGE',
      'this script has no target: run it by `invivo run SCRIPT.ts --pid N`, or open one in the script: `using p = await Program.attach(pid)`',
    )
  }
  return current
}

export const program: ScriptProgram = makeScriptProgram()

function makeScriptProgram(): ScriptProgram {
  const globals = <T = ProgramGlobals>(): T => currentProgram().globals<T>()
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(Program.prototype))) {
    if (name === 'constructor' || name === 'globals') continue
    const forward: PropertyDescriptor =
      typeof descriptor.value === 'function'
        ? { value: (...args: unknown[]): unknown => Reflect.apply(descriptor.value as () => unknown, currentProgram(), args) }
        : { get: (): unknown => Reflect.get(currentProgram(), name) }
    Object.defineProperty(globals, name, { ...forward, enumerable: true })
  }
  for (const name of ['target', 'memory'] as const) Object.defineProperty(globals, name, { get: () => currentProgram()[name] })
  return globals as unknown as ScriptProgram
}
