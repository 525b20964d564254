/**
 * A fast synchronous content hash for versions: MurmurHash3 x86 128 (public domain, Austin Appleby), the first 64 bits as text.
 * Not for security: a colliding pair only keeps its own author's change from being sent.
 */

const C1 = 0x239b961b, C2 = 0xab0e9789, C3 = 0x38b34ae5, C4 = 0xa1e38b93
const rotl = (x: number, r: number): number => (x << r) | (x >>> (32 - r))

function mix(h: number): number {
  let x = h ^ (h >>> 16)
  x = Math.imul(x, 0x85ebca6b)
  x ^= x >>> 13
  x = Math.imul(x, 0xc2b2ae35)
  return x ^ (x >>> 16)
}

const word = (b: Uint8Array, i: number): number => (b[i] ?? 0) | ((b[i + 1] ?? 0) << 8) | ((b[i + 2] ?? 0) << 16) | ((b[i + 3] ?? 0) << 24)
const hex = (x: number): string => (x >>> 0).toString(16).padStart(8, '0')

/** 16 hex digits that depend on the bytes alone. */
export function contentHash(bytes: Uint8Array): string {
  let h1 = 0, h2 = 0, h3 = 0, h4 = 0
  const blocks = bytes.length - (bytes.length % 16)
  for (let i = 0; i < blocks; i += 16) {
    h1 ^= Math.imul(rotl(Math.imul(word(bytes, i), C1), 15), C2)
    h1 = (Math.imul(rotl(h1, 19) + h2, 5) + 0x561ccd1b) | 0
    h2 ^= Math.imul(rotl(Math.imul(word(bytes, i + 4), C2), 16), C3)
    h2 = (Math.imul(rotl(h2, 17) + h3, 5) + 0x0bcaa747) | 0
    h3 ^= Math.imul(rotl(Math.imul(word(bytes, i + 8), C3), 17), C4)
    h3 = (Math.imul(rotl(h3, 15) + h4, 5) + 0x96cd1c35) | 0
    h4 ^= Math.imul(rotl(Math.imul(word(bytes, i + 12), C4), 18), C1)
    h4 = (Math.imul(rotl(h4, 13) + h1, 5) + 0x32ac3b17) | 0
  }
  // The tail is zero-padded to a block: the length below keeps `ab` and `ab\0` apart.
  h4 ^= Math.imul(rotl(Math.imul(word(bytes, blocks + 12), C4), 18), C1)
  h3 ^= Math.imul(rotl(Math.imul(word(bytes, blocks + 8), C3), 17), C4)
  h2 ^= Math.imul(rotl(Math.imul(word(bytes, blocks + 4), C2), 16), C3)
  h1 ^= Math.imul(rotl(Math.imul(word(bytes, blocks), C1), 15), C2)
  h1 ^= bytes.length; h2 ^= bytes.length; h3 ^= bytes.length; h4 ^= bytes.length
  h1 = (h1 + h2 + h3 + h4) | 0
  h2 = (h2 + h1) | 0; h3 = (h3 + h1) | 0; h4 = (h4 + h1) | 0
  h1 = mix(h1); h2 = mix(h2); h3 = mix(h3); h4 = mix(h4)
  h1 = (h1 + h2 + h3 + h4) | 0
  return hex(h1) + hex((h2 + h1) | 0)
}
