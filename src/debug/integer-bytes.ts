/** Integers of any size as the bytes they have in the target's memory, two's complement. */

export function decodeInteger(bytes: Uint8Array, signed: boolean, little: boolean): bigint {
  let value = 0n
  const last = bytes.length - 1
  for (let i = last; i >= 0; i--) value = (value << 8n) | BigInt(bytes[little ? i : last - i] ?? 0)
  return signed ? BigInt.asIntN(bytes.length * 8, value) : value
}

/** The low `size` bytes of the number. */
export function encodeInteger(value: bigint, size: number, little: boolean): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size)
  let rest = BigInt.asUintN(size * 8, value)
  for (let i = 0; i < size; i++) {
    bytes[little ? i : size - 1 - i] = Number(rest & 0xffn)
    rest >>= 8n
  }
  return bytes
}
