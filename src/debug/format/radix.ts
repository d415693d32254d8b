/**
 * Scalars in a format of the user's choice, as the letters of GDB's `print/F` and `x/F` name them.
 * GDB manual, "Data" / "Output Formats".
 */
import { InvivoError } from '../../errors.ts'

/**
 * `x` hexadecimal, `d` signed, `u` unsigned, `o` octal, `t` binary, `z` hexadecimal with leading zeros, `c` character,
 * `a` address with its symbol, `f` floating point, `s` as usual, with strings.
 */
export type Format = (typeof formats)[number]

const formats = ['x', 'd', 'u', 'o', 't', 'z', 'c', 'a', 'f', 's'] as const

/** @throws InvivoError USAGE. */
export function parseFormat(text: string): Format {
  const format = formats.find((each) => each === text.replace(/^\//, ''))
  if (format === undefined) throw new InvivoError('USAGE', `unknown format '${text}': it is one of ${formats.join(', ')}`)
  return format
}

/** @param value the bits, unsigned. */
export function formatBits(value: bigint, bytes: number, format: 'x' | 'd' | 'u' | 'o' | 't' | 'z'): string {
  switch (format) {
    case 'x':
      return `0x${value.toString(16)}`
    case 'z':
      return `0x${value.toString(16).padStart(bytes * 2, '0')}`
    case 'o':
      return value === 0n ? '0' : `0${value.toString(8)}`
    case 't':
      return value.toString(2)
    case 'u':
      return value.toString()
    case 'd':
      return BigInt.asIntN(bytes * 8, value).toString()
  }
}
