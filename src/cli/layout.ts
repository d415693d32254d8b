/** `invivo layout`: where a struct's bytes go, as pahole shows it; of a typedef or enum its declaration. */
import { formatLayout } from '../debug/layout/format-layout.ts'
import { layoutOf, type Layout } from '../debug/layout/layout.ts'
import type { Program } from '../debug/program.ts'
import { InvivoError } from '../errors.ts'
import { isCompound, stripTypedefs, type NamedType } from '../symbols/type.ts'
import { openTarget, type TargetOptions } from './target-options.ts'
import { printable } from './terminal.ts'

export interface LayoutOptions extends TargetOptions {
  readonly json?: boolean
}

export async function layout(names: readonly string[], options: LayoutOptions): Promise<void> {
  using program = await openTarget(options)
  const types = names.length > 0 ? names.flatMap((name) => namedTypes(program, name)) : ownTypes(program)
  if (options.json === true) {
    console.log(
      JSON.stringify(
        types.flatMap((type) => compoundLayout(type) ?? []),
        undefined,
        2,
      ),
    )
    return
  }
  let text = ''
  for (const [index, type] of types.entries()) {
    text += `${index > 0 ? '\n' : ''}${printable(`${sourceOf(type, types)}${formatLayout(type)}`)}`
    // A kernel has 100 MB of it: no string holds a multiple of that.
    if (text.length > 1 << 20) {
      process.stdout.write(text)
      text = ''
    }
  }
  process.stdout.write(text)
}

/** All definitions: two source files may each have a struct of one name. */
function namedTypes(program: Program, name: string): readonly NamedType[] {
  const { type } = program.type(name)
  switch (type.kind) {
    case 'base':
      return [type]
    case 'struct':
    case 'union':
    case 'class':
    case 'enum':
    case 'typedef': {
      const all = type.name === undefined ? [] : program.findTypes(type.name, type.kind)
      return all.length > 0 ? all : [type]
    }
    default:
      throw new InvivoError('TYPE_ERROR', `${name} has no layout of its own: name a struct, union, enum or typedef`)
  }
}

/** A comment line that tells `type` from others of its name. */
function sourceOf(type: NamedType, types: readonly NamedType[]): string {
  if (types.length > maxTold || type.kind === 'base' || type.position === undefined) return ''
  const isShared = types.some((other) => other !== type && other.kind === type.kind && other.name === type.name)
  return isShared ? `/* ${type.position.file}:${type.position.line} */\n` : ''
}

/** Types named on a command line, not all of a program. */
const maxTold = 100

/** Structs and unions of the program itself: its libraries' are shown when named. */
function ownTypes(program: Program): NamedType[] {
  const [main] = program.modules
  if (main?.info === undefined) throw new InvivoError('NO_DEBUG_INFO', program.whyNoDebugInfo())
  return [...main.info.types()].filter((type) => isCompound(type) && !type.incomplete)
}

function compoundLayout(type: NamedType): Layout | undefined {
  const stripped = stripTypedefs(type)
  return isCompound(stripped) ? layoutOf(stripped, { name: type.name }) : undefined
}
