/**
 * Enum values by name, as GDB prints them: `GREEN`, `(FLAG_A | FLAG_C)`, `(FLAG_A | unknown: 0x8)`, `42`.
 * GDB manual, "Data" / "Expressions".
 */
import type { EnumType } from '../../symbols/type.ts'

export function formatEnum(type: EnumType, value: bigint): string {
  for (const enumerator of type.enumerators) if (enumerator.value === value) return enumerator.name
  if (!isFlagEnum(type)) return value.toString()
  let rest = value
  const names: string[] = []
  for (const enumerator of type.enumerators) {
    if ((rest & enumerator.value) === 0n) continue
    rest &= ~enumerator.value
    names.push(enumerator.name)
  }
  if (rest !== 0n) names.push(`unknown: 0x${BigInt.asUintN(type.size * 8, rest).toString(16)}`)
  return names.length === 0 ? '0' : `(${names.join(' | ')})`
}

/** Every enumerator is a single bit or zero. */
function isFlagEnum(type: EnumType): boolean {
  let flags = flagEnums.get(type)
  if (flags === undefined) {
    flags = type.enumerators.every(({ value }) => value >= 0n && (value & (value - 1n)) === 0n)
    flagEnums.set(type, flags)
  }
  return flags
}

const flagEnums = new WeakMap<EnumType, boolean>()
