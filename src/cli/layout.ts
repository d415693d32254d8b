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
  const types = names.length > 0 ? names.map((name) => namedType(program, name)) : ownTypes(program)
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
    text += `${index > 0 ? '\n' : ''}${printable(formatLayout(type))}`
    // A kernel has 100 MB of it: no string holds a multiple of that.
    if (text.length > 1 << 20) {
      process.stdout.write(text)
      text = ''
    }
  }
  process.stdout.write(text)
}

function namedType(program: Program, name: string): NamedType {
  const { type } = program.type(name)
  switch (type.kind) {
    case 'base':
    case 'struct':
    case 'union':
    case 'class':
    case 'enum':
    case 'typedef':
      return type
    default:
      throw new InvivoError('TYPE_ERROR', `${name} has no layout of its own: name a struct, union, enum or typedef`)
  }
}

/** Structs and unions of the program itself: its libraries' are shown when named. */
function ownTypes(program: Program): NamedType[] {
  const [main] = program.modules
  if (main?.info === undefined) throw new InvivoError('NO_DEBUG_INFO', main?.whyNoDebugInfo ?? `${program.description} has no modules`)
  return [...main.info.types()].filter((type) => isCompound(type) && !type.incomplete)
}

function compoundLayout(type: NamedType): Layout | undefined {
  const stripped = stripTypedefs(type)
  return isCompound(stripped) ? layoutOf(stripped, { name: type.name }) : undefined
}
