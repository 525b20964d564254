/** The forms of a request target (RFC 9112 3.2): which are allowed with which method, and where host and path lie in them. */
import { allIn, AUTHORITY, TARGET } from '../bytes/byte-classes.ts'
import { latin1Bytes } from '../bytes/latin1.ts'

/** Parts of a target as offsets; reused. */
export class RequestTarget {
  form: 'origin' | 'absolute' | 'authority' | 'asterisk' = 'origin'
  /** Authority of absolute- and authority-form. */
  hostFrom = 0
  hostTo = 0
  https = false
  /** Path and query; empty range in absolute-form without a path. */
  pathFrom = 0
  pathTo = 0

  /** Reads `bytes[from, to)`; false if the target is malformed or not allowed with the method. */
  read(bytes: Uint8Array, from: number, to: number, method: string): boolean {
    if (from >= to || !allIn(TARGET, bytes, from, to)) return false
    this.pathFrom = from
    this.pathTo = to
    if (method === 'CONNECT') return this.readAuthority(bytes, from, to)
    if (bytes[from] === 0x2f) {
      this.form = 'origin'
      return true
    }
    if (to - from === 1 && bytes[from] === 0x2a) {
      this.form = 'asterisk'
      return method === 'OPTIONS'
    }
    return this.readAbsolute(bytes, from, to)
  }

  /** `host:port` of CONNECT; the port is not optional (RFC 9110 9.3.6). */
  private readAuthority(bytes: Uint8Array, from: number, to: number): boolean {
    this.form = 'authority'
    this.hostFrom = from
    this.hostTo = to
    this.pathFrom = this.pathTo = to
    return isHostPort(bytes, from, to, true)
  }

  private readAbsolute(bytes: Uint8Array, from: number, to: number): boolean {
    const length = startsWithScheme(bytes, from, to)
    if (length === 0) return false
    this.form = 'absolute'
    this.https = length === 8
    this.hostFrom = from + length
    let at = this.hostFrom
    while (at < to && bytes[at] !== 0x2f && bytes[at] !== 0x3f && bytes[at] !== 0x23) at++
    this.hostTo = at
    this.pathFrom = at
    return isHostPort(bytes, this.hostFrom, at, false)
  }
}

const SCHEMES = [latin1Bytes('http://'), latin1Bytes('https://')]

/** Length of `http://` or `https://` (in any case) at the start, else 0. */
function startsWithScheme(bytes: Uint8Array, from: number, to: number): number {
  for (const scheme of SCHEMES) {
    if (to - from > scheme.length && scheme.every((byte, i) => bytes[from + i] === byte || (byte >= 0x61 && ((bytes[from + i] ?? 0) | 0x20) === byte))) return scheme.length
  }
  return 0
}

/** `host` or `host:port` with a non-empty host and a port of 1 to 5 digits up to 65535; IPv6 in brackets. */
export function isHostPort(bytes: Uint8Array, from: number, to: number, needsPort: boolean): boolean {
  if (from >= to || !allIn(AUTHORITY, bytes, from, to)) return false
  const hostEnd = bytes[from] === 0x5b ? bracketEnd(bytes, from, to) : colonOrEnd(bytes, from, to)
  if (hostEnd <= from) return false
  if (hostEnd === to) return !needsPort
  return bytes[hostEnd] === 0x3a && isPort(bytes, hostEnd + 1, to, needsPort)
}

/** After `]`, or -1; between the brackets stand hexadecimal digits, colons and dots. */
function bracketEnd(bytes: Uint8Array, from: number, to: number): number {
  for (let i = from + 1; i < to; i++) {
    const byte = bytes[i] ?? 0
    if (byte === 0x5d) return i > from + 2 ? i + 1 : -1
    const hex = (byte >= 0x30 && byte <= 0x3a) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66)
    if (!hex && byte !== 0x2e) return -1
  }
  return -1
}

function colonOrEnd(bytes: Uint8Array, from: number, to: number): number {
  for (let i = from; i < to; i++) {
    const byte = bytes[i]
    if (byte === 0x3a) return i
    if (byte === 0x5b || byte === 0x5d) return -1
  }
  return to
}

/** Digits up to 65535; empty is allowed where the port is optional (RFC 3986 3.2.3). */
function isPort(bytes: Uint8Array, from: number, to: number, needed: boolean): boolean {
  if (to - from > 5 || (needed && from === to)) return false
  let port = 0
  for (let i = from; i < to; i++) {
    const digit = (bytes[i] ?? 0) - 0x30
    if (digit < 0 || digit > 9) return false
    port = port * 10 + digit
  }
  return port <= 65535 && !(needed && port === 0)
}
