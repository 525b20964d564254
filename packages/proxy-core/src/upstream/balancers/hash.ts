/** A small, fast 32 bit text hash with good avalanche (murmur3 finaliser); stable across processes and restarts. */

/** Hashes UTF-16 code units; the same text gives the same number everywhere. */
export function hashText(text: string, seed = 0): number {
  let hash = seed ^ 0x9e3779b9
  for (let i = 0; i < text.length; i++) {
    let k = Math.imul(text.charCodeAt(i), 0xcc9e2d51)
    k = (k << 15) | (k >>> 17)
    hash ^= Math.imul(k, 0x1b873593)
    hash = (hash << 13) | (hash >>> 19)
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0
  }
  return finalise(hash ^ text.length)
}

const finalise = (value: number): number => {
  let hash = value
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
