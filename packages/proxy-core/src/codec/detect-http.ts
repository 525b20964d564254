/** Tells HTTP from other protocols by the first bytes (Envoy's http_inspector). */
import { TOKEN } from './bytes/byte-classes.ts'
import { latin1Bytes } from './bytes/latin1.ts'

/** What the bytes look like; `need-more` if they are a possible beginning. */
export type DetectedHttp = 'http/1.0' | 'http/1.1' | 'h2c' | 'not-http' | 'need-more'

/** RFC 9113 3.4. */
export const HTTP2_PREFACE = latin1Bytes('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

/** A request line longer than this is not waited for (Envoy's inspector stops at 8 KiB too). */
const MAX_LINE = 8192
const MAX_METHOD = 32

/** Looks at `bytes[from, to)`, everything received so far. */
export function detectHttp(bytes: Uint8Array, from = 0, to = bytes.length): DetectedHttp {
  const length = to - from
  if (length === 0) return 'need-more'
  let i = 0
  while (i < length && i < HTTP2_PREFACE.length && bytes[from + i] === HTTP2_PREFACE[i]) i++
  if (i === HTTP2_PREFACE.length) return 'h2c'
  if (i === length) return 'need-more'
  return detectHttp1(bytes, from, to)
}

function detectHttp1(bytes: Uint8Array, from: number, to: number): DetectedHttp {
  let i = from
  while (i < to && TOKEN[bytes[i] ?? 0] === 1) i++
  if (i - from > MAX_METHOD) return 'not-http'
  if (i === to) return 'need-more'
  if (i === from || bytes[i] !== 0x20) return 'not-http'
  i++
  while (i < to && (bytes[i] ?? 0) > 0x20 && i - from < MAX_LINE) i++
  if (i - from >= MAX_LINE) return 'not-http'
  if (i === to) return 'need-more'
  return bytes[i] === 0x20 ? detectVersion(bytes, i + 1, to) : 'not-http'
}

function detectVersion(bytes: Uint8Array, from: number, to: number): DetectedHttp {
  const version = 'HTTP/1.'
  for (let i = 0; i < version.length; i++) {
    if (from + i >= to) return 'need-more'
    if (bytes[from + i] !== version.charCodeAt(i)) return 'not-http'
  }
  if (from + 7 >= to) return 'need-more'
  const minor = bytes[from + 7]
  return minor === 0x31 ? 'http/1.1' : minor === 0x30 ? 'http/1.0' : 'not-http'
}
