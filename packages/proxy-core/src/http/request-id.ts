/** Random (version 4) UUIDs for `x-request-id`. */

/** Makes UUIDs from a source of numbers in [0, 1). */
export function requestIds(random: () => number): () => string {
  const hex = Array.from({ length: 256 }, (_, value) => (value + 256).toString(16).slice(1))
  const byte = (): number => (random() * 256) & 255
  const two = (value: number): string => hex[value] ?? ''
  const next = (): string => two(byte())
  return () =>
    `${next()}${next()}${next()}${next()}-${next()}${next()}-${two((byte() & 0x0f) | 0x40)}${next()}-${two((byte() & 0x3f) | 0x80)}${next()}-${next()}${next()}${next()}${next()}${next()}${next()}`
}
