/** Random (version 4) UUIDs for `x-request-id`. */

/** Makes UUIDs from a source of numbers in [0, 1). */
export function requestIds(random: () => number): () => string {
  // Four digits per entry: a UUID is eight lookups.
  const hex = Array.from({ length: 0x10000 }, (_, value) => (value + 0x10000).toString(16).slice(1))
  const word = (): number => (random() * 0x1_0000_0000) >>> 0
  const four = (value: number): string => hex[value & 0xffff] ?? ''
  return () => {
    const a = word()
    const b = word()
    const c = word()
    const d = word()
    return `${four(a >>> 16)}${four(a)}-${four(b >>> 16)}-${four((b & 0x0fff) | 0x4000)}-${four((c >>> 18) | 0x8000)}-${four(c)}${four(d >>> 16)}${four(d)}`
  }
}
