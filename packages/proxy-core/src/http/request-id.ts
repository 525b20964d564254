/** Random (version 4) UUIDs for `x-request-id`. */

/** Makes UUIDs from a source of numbers in [0, 1). */
export function requestIds(random: () => number): () => string {
  const word = (): number => (random() * 0x1_0000_0000) >>> 0
  return () => {
    const a = hex8(word())
    const b = hex8(((word() & 0xffff0fff) | 0x4000) >>> 0)
    const c = hex8(((word() & 0x3fffffff) | 0x80000000) >>> 0)
    const d = hex8(word())
    return `${a}-${b.slice(0, 4)}-${b.slice(4)}-${c.slice(0, 4)}-${c.slice(4)}${d}`
  }
}

const hex8 = (word: number): string => (word + 0x1_0000_0000).toString(16).slice(1)
