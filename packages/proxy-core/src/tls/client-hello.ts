/** Reads SNI and ALPN from a TLS ClientHello without decrypting anything (RFC 8446 4.1.2, RFC 6066 3, RFC 7301 3.1). */

/** What filter-chain matching needs of a ClientHello. */
export interface ClientHello {
  /** Server name, lower case; absent if none or not a DNS name. */
  readonly sni?: string
  /** Protocols offered, in the client's order. */
  readonly alpn: readonly string[]
  /** True if the client offers TLS 1.3. */
  readonly tls13: boolean
}

/**
 * Result of {@link parseClientHello}: `need` is the least number of bytes (from the start) for which another try makes sense.
 * `not-tls`: the first bytes are not a TLS handshake record. `invalid`: they are, but the message is broken or too long.
 */
export type ClientHelloResult =
  | { readonly kind: 'complete'; readonly hello: ClientHello }
  | { readonly kind: 'incomplete'; readonly need: number }
  | { readonly kind: 'not-tls' }
  | { readonly kind: 'invalid'; readonly detail: string }

/** Default limit of a ClientHello, Envoy's `max_client_hello_size`. */
export const MAX_CLIENT_HELLO_BYTES = 16 * 1024

const HANDSHAKE_RECORD = 22
const CLIENT_HELLO = 1
const NOT_TLS: ClientHelloResult = { kind: 'not-tls' }
const invalid = (detail: string): ClientHelloResult => ({ kind: 'invalid', detail })
const incomplete = (need: number): ClientHelloResult => ({ kind: 'incomplete', need })

/**
 * Parses the bytes received so far, `bytes[from, to)`. Total and pure: any input gives a result; nothing is kept.
 * The message may be split over records (`maxBytes` counts the handshake message).
 */
export function parseClientHello(bytes: Uint8Array, from: number, to: number, maxBytes = MAX_CLIENT_HELLO_BYTES): ClientHelloResult {
  const message = handshakeMessage(bytes, from, to, maxBytes)
  return message instanceof Uint8Array ? parseMessage(new Cursor(message)) : message
}

/** The whole first handshake message (with its 4-byte header), joined from its records. */
function handshakeMessage(bytes: Uint8Array, from: number, to: number, maxBytes: number): Uint8Array | ClientHelloResult {
  const fragments: Uint8Array[] = []
  let got = 0
  let at = from
  for (;;) {
    const left = to - at
    if (left > 0 && bytes[at] !== HANDSHAKE_RECORD) return fragments.length === 0 ? NOT_TLS : invalid('a record of another type interrupts the ClientHello')
    if (left > 1 && bytes[at + 1] !== 3) return fragments.length === 0 ? NOT_TLS : invalid('bad record version')
    if (left < 5) return incomplete(at + 5 - from)
    const length = uint16(bytes, at + 3)
    if (length === 0 || length > 16384) return invalid('bad record length')
    if (left > 5 && fragments.length === 0 && bytes[at + 5] !== CLIENT_HELLO) return invalid('the first message is not a ClientHello')
    if (left < 5 + length) return incomplete(at + 5 + length - from)
    fragments.push(bytes.subarray(at + 5, at + 5 + length))
    got += length
    at += 5 + length
    if (got > maxBytes + 4 + 16384) return invalid('ClientHello too long')
    const message = wholeMessage(fragments, got, maxBytes)
    if (message) return message
  }
}

function wholeMessage(fragments: readonly Uint8Array[], got: number, maxBytes: number): Uint8Array | ClientHelloResult | undefined {
  if (got < 4) return undefined
  const first = fragments[0]
  const joined = fragments.length === 1 && first ? first : join(fragments, got)
  const length = ((joined[1] ?? 0) << 16) | uint16(joined, 2)
  if (length > maxBytes) return invalid('ClientHello too long')
  return got >= 4 + length ? joined.subarray(0, 4 + length) : undefined
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

const uint16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)

/** Reads inside bounds; a read past the end makes the cursor broken, which is asked once at the end of each structure. */
class Cursor {
  readonly bytes: Uint8Array
  at = 0
  broken = false

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  get left(): number {
    return this.bytes.length - this.at
  }

  number(width: 1 | 2): number {
    if (this.left < width) {
      this.broken = true
      return 0
    }
    const value = width === 1 ? (this.bytes[this.at] ?? 0) : uint16(this.bytes, this.at)
    this.at += width
    return value
  }

  take(length: number): Cursor {
    if (this.left < length) {
      this.broken = true
      return new Cursor(this.bytes.subarray(0, 0))
    }
    this.at += length
    return new Cursor(this.bytes.subarray(this.at - length, this.at))
  }

  /** A vector with its length in front. */
  vector(width: 1 | 2): Cursor {
    return this.take(this.number(width))
  }
}

function parseMessage(message: Cursor): ClientHelloResult {
  message.take(4 + 2 + 32) // header, legacy version, random
  message.vector(1) // session id
  message.vector(2) // cipher suites
  message.vector(1) // compression methods
  if (message.broken) return invalid('truncated ClientHello')
  if (message.left === 0) return { kind: 'complete', hello: { alpn: [], tls13: false } }
  const extensions = message.vector(2)
  if (message.broken || message.left > 0) return invalid('bad extensions length')
  return parseExtensions(extensions)
}

function parseExtensions(extensions: Cursor): ClientHelloResult {
  let sni: string | undefined
  let alpn: readonly string[] = []
  let tls13 = false
  const seen = new Set<number>()
  while (extensions.left > 0) {
    const type = extensions.number(2)
    const body = extensions.vector(2)
    if (extensions.broken) return invalid('truncated extension')
    if (seen.has(type)) return invalid('repeated extension') // RFC 8446 4.2
    seen.add(type)
    if (type === 0) sni = serverName(body)
    else if (type === 16) alpn = protocolNames(body)
    else if (type === 43) tls13 = offersTls13(body)
    if (body.broken) return invalid('bad extension')
  }
  return { kind: 'complete', hello: sni === undefined ? { alpn, tls13 } : { sni, alpn, tls13 } }
}

function serverName(body: Cursor): string | undefined {
  const list = body.vector(2)
  while (list.left > 0) {
    const type = list.number(1)
    const name = list.vector(2)
    if (list.broken) body.broken = true
    if (list.broken) return undefined
    if (type === 0) return dnsName(name.bytes)
  }
  return undefined
}

/** A host name of letters, digits, `-`, `_` and dots, at most 255 bytes; anything else cannot match and could harm a log. */
function dnsName(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0 || bytes.length > 255) return undefined
  let name = ''
  for (const byte of bytes) {
    const letter = (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a)
    if (!letter && !(byte >= 0x30 && byte <= 0x39) && byte !== 0x2d && byte !== 0x2e && byte !== 0x5f) return undefined
    name += String.fromCharCode(letter ? byte | 0x20 : byte)
  }
  return name
}

function protocolNames(body: Cursor): readonly string[] {
  const list = body.vector(2)
  const names: string[] = []
  while (list.left > 0) {
    const name = list.vector(1)
    if (list.broken || name.left === 0) {
      body.broken = true
      return names
    }
    names.push(String.fromCharCode(...name.bytes))
  }
  return names
}

function offersTls13(body: Cursor): boolean {
  const versions = body.vector(1)
  while (versions.left > 1) if (versions.number(2) === 0x0304) return true
  return false
}
