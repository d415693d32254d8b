/**
 * 64-bit target addresses as two 32-bit words, `hi` and `lo`, each a signed int32 (what `DataView.getInt32` gives): the form
 * in which values and the page cache carry them. Both words are small integers to V8, so that a pointer read from the target
 * costs no allocation, and every bit pattern is exact: a garbage pointer stays the garbage it is. Numbers (targets, modules)
 * and bigints (what scripts see) are converted at the edges, here. On a 32-bit target `hi` is 0.
 */

const TWO_32 = 4_294_967_296

/** Signed number of the two words; exact only where {@link isExact}. */
export function toNumber(hi: number, lo: number): number {
  return hi * TWO_32 + (lo >>> 0)
}

/** Whether {@link toNumber} is exact for every address of this high word: all canonical addresses of 48-bit machines are. */
export function isExact(hi: number): boolean {
  return hi >= -0x20_0000 && hi < 0x20_0000
}

/** The unsigned address, as scripts and messages show it. */
export function toUnsigned(hi: number, lo: number): bigint {
  return (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0)
}

/** `0x…`, unsigned. */
export function toHex(hi: number, lo: number): string {
  return `0x${toUnsigned(hi, lo).toString(16)}`
}

/** High word of a signed number address. */
export function highOfNumber(address: number): number {
  return Math.floor(address / TWO_32) | 0
}

/** High word of a signed or unsigned bigint address; bits above 64 are cut. */
export function highOf(address: bigint): number {
  return Number(BigInt.asIntN(32, address >> 32n))
}

/** Low word of a signed or unsigned bigint address. */
export function lowOf(address: bigint): number {
  return Number(BigInt.asIntN(32, address))
}

/** High word of `(hi, lo) + offset`, `offset` being a whole number below 2^53 either way. The low word is `(lo + offset) | 0`. */
export function highPlus(hi: number, lo: number, offset: number): number {
  return (hi + Math.floor(((lo >>> 0) + offset) / TWO_32)) | 0
}
