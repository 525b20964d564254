/** IP addresses and CIDR ranges, IPv4 and IPv6, as 16 bytes. */

/** A range: 16 address bytes (IPv4 mapped to ::ffff:0:0/96) and a prefix length in those 128 bits. */
export interface Cidr {
  readonly bytes: Uint8Array
  readonly prefix: number
  readonly family: 4 | 6
}

/** Parses `10.0.0.1` or `2001:db8::1` into 16 bytes; undefined if it is no address. Zones (`%eth0`) are refused. */
export function parseIp(text: string): Uint8Array | undefined {
  const v4 = parseIpv4(text)
  if (v4) return Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...v4)
  return parseIpv6(text)
}

/** 4 or 6; undefined if the text is no address. */
export const ipFamily = (text: string): 4 | 6 | undefined => (parseIpv4(text) ? 4 : parseIpv6(text) ? 6 : undefined)

/** Parses `10.0.0.0/8`, `2001:db8::/32` or a bare address (a range of one); undefined if it is neither. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/')
  const address = slash < 0 ? text : text.slice(0, slash)
  const bytes = parseIp(address)
  const family = ipFamily(address)
  if (!bytes || !family) return undefined
  const bits = family === 4 ? 32 : 128
  if (slash < 0) return { bytes, prefix: 128, family }
  const length = text.slice(slash + 1)
  if (!/^(0|[1-9]\d{0,2})$/.test(length) || Number(length) > bits) return undefined
  return { bytes, prefix: Number(length) + 128 - bits, family }
}

/** True if the address (16 bytes, see {@link parseIp}) lies in the range. */
export function cidrContains(range: Cidr, address: Uint8Array): boolean {
  const whole = range.prefix >> 3
  for (let i = 0; i < whole; i++) if (range.bytes[i] !== address[i]) return false
  const rest = range.prefix & 7
  if (rest === 0) return true
  const mask = 0xff << (8 - rest)
  return ((range.bytes[whole] ?? 0) & mask) === ((address[whole] ?? 0) & mask)
}

function parseIpv4(text: string): readonly number[] | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) return undefined
  return parts.map(Number)
}

function parseIpv6(text: string): Uint8Array | undefined {
  if (!text.includes(':') || text.includes('%')) return undefined
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const head = groups(halves[0] ?? '')
  const tail = halves.length === 2 ? groups(halves[1] ?? '') : []
  if (!head || !tail) return undefined
  const missing = 8 - head.length - tail.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  return Uint8Array.from([...head, ...Array<number>(halves.length === 2 ? missing : 0).fill(0), ...tail].flatMap((group) => [group >> 8, group & 255]))
}

function groups(text: string): readonly number[] | undefined {
  if (text === '') return []
  const out: number[] = []
  const parts = text.split(':')
  for (const [i, part] of parts.entries()) {
    const v4 = i === parts.length - 1 ? parseIpv4(part) : undefined
    if (v4) out.push(((v4[0] ?? 0) << 8) | (v4[1] ?? 0), ((v4[2] ?? 0) << 8) | (v4[3] ?? 0))
    else if (/^[0-9a-fA-F]{1,4}$/.test(part)) out.push(parseInt(part, 16))
    else return undefined
  }
  return out
}
