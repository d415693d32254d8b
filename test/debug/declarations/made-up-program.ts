/** A DebugInfo over a table, for types no compiler would make: hostile names, damaged structures. */
import type { DebugInfo, Variable } from '../../../src/symbols/debug-info.ts'
import type { BaseType, CompoundType, EnumType, Member, NamedType, PointerType, Type, TypedefType } from '../../../src/symbols/type.ts'

export const int: BaseType = { kind: 'base', name: 'int', size: 4, encoding: 'signed', bitSize: undefined }
export const unsignedLong: BaseType = { kind: 'base', name: 'long unsigned int', size: 8, encoding: 'unsigned', bitSize: undefined }
export const char: BaseType = { kind: 'base', name: 'char', size: 1, encoding: 'signed-char', bitSize: undefined }

export function pointerTo(target: Type): PointerType {
  return { kind: 'pointer', size: 8, target }
}

export function member(name: string | undefined, type: Type, byteOffset: number): Member {
  return { name, type, bitOffset: byteOffset * 8, bitSize: undefined, line: 1 }
}

export function struct(
  name: string | undefined,
  members: readonly Member[],
  options: { size?: number; file?: string; kind?: 'struct' | 'union'; incomplete?: boolean } = {},
): CompoundType {
  const { size = 8 * members.length, file = '/src/main.c', kind = 'struct', incomplete = false } = options
  return { kind, name, size, incomplete, members, position: { file, line: 1 } }
}

export function enumeration(name: string | undefined, enumerators: Readonly<Record<string, bigint>>, size: number = 4): EnumType {
  return {
    kind: 'enum',
    name,
    size,
    signed: false,
    incomplete: false,
    enumerators: Object.entries(enumerators).map(([label, value]) => ({ name: label, value })),
    position: { file: '/src/main.c', line: 2 },
  }
}

export function typedef(name: string, target: Type): TypedefType {
  return { kind: 'typedef', name, target, position: { file: '/src/main.c', line: 3 } }
}

export function variable(name: string, type: Type, more: Partial<Variable> = {}): Variable {
  return {
    name,
    type,
    external: true,
    location: { kind: 'address', address: 0x1000 },
    position: { file: '/src/main.c', line: 4 },
    unit: '/src/main.c',
    enclosingFunction: undefined,
    ...more,
  }
}

export function madeUpProgram(types: readonly NamedType[], variables: readonly Variable[] = []): DebugInfo {
  return {
    path: '/bin/made-up',
    description: 'made up',
    byteOrder: 'little',
    addressSize: 8,
    findTypes: (name, space) => types.filter((type) => type.name === name && (space === undefined || space === type.kind)),
    findVariables: (name) => variables.filter((each) => each.name === name),
    findFunctions: () => [],
    findEnumerators: () => [],
    unitOf: (type) => ('position' in type ? type.position?.file : undefined),
    types: () => types,
    variables: () => variables,
    names: () => [...types.map((type) => type.name ?? ''), ...variables.map(({ name }) => name)],
    foreignDefinition: undefined,
    [Symbol.dispose]() {},
  }
}
