/**
 * LEB128 numbers (DWARF 5 section 7.6). A value and where it ended: the end is left in `lebEnd`, so that nothing is allocated.
 * More than 53 bits are not exact; the few places where they matter read with `bigSleb` and `bigUleb`.
 */

/** Where the number read last ended. */
export let lebEnd = 0

/** No writer needs more than 10 bytes for 64 bits; padded forms of up to 16 are accepted, longer ones cut there. */
const MAX_BYTES = 16

export function uleb(bytes: Uint8Array, at: number): number {
  let value = bytes[at++] ?? 0
  if (value < 0x80) {
    lebEnd = at
    return value
  }
  value &= 0x7f
  let scale = 0x80
  for (let count = 1; count < MAX_BYTES; count++) {
    const byte = bytes[at++] ?? 0
    value += (byte & 0x7f) * scale
    if (byte < 0x80) break
    scale *= 0x80
  }
  lebEnd = at
  return value
}

export function sleb(bytes: Uint8Array, at: number): number {
  let value = 0
  let scale = 1
  let byte = 0
  for (let count = 0; count < MAX_BYTES; count++) {
    byte = bytes[at++] ?? 0
    value += (byte & 0x7f) * scale
    scale *= 0x80
    if (byte < 0x80) break
  }
  lebEnd = at
  return (byte & 0x40) === 0 ? value : value - scale
}

export function bigUleb(bytes: Uint8Array, at: number): bigint {
  let value = 0n
  for (let count = 0; count < MAX_BYTES * 2; count++) {
    const byte = bytes[at++] ?? 0
    value |= BigInt(byte & 0x7f) << BigInt(7 * count)
    if (byte < 0x80) break
  }
  lebEnd = at
  return value
}

export function bigSleb(bytes: Uint8Array, at: number): bigint {
  const unsigned = bigUleb(bytes, at)
  const bits = 7 * (lebEnd - at)
  return BigInt.asIntN(bits, unsigned)
}

/** First byte after the number at `at`. */
export function skipLeb(bytes: Uint8Array, at: number): number {
  const limit = at + MAX_BYTES * 2
  while (at < limit && (bytes[at++] ?? 0) >= 0x80);
  return at
}
