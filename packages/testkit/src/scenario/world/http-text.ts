/** HTTP/1.1 as text: just enough to be a program that calls through the mesh, and one that answers in it. */

/** The head of a message, and what follows it. */
export interface Message {
  /** Request line or status line. */
  readonly first: string
  /** Names in lower case; repeated fields are joined by a comma. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * The first whole message of a text and how long it is; nothing while it is not whole. Bodies have a Content-Length, are chunked, or are
 * empty; `headOnly` is for answers to HEAD, whose Content-Length speaks of a body that does not come.
 */
export function readMessage(text: string, headOnly = false): { readonly message: Message; readonly length: number } | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [first = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    headers[name] = Object.hasOwn(headers, name) ? `${headers[name]},${value}` : value
  }
  const start = end + 4
  if (headOnly) return { message: { first, headers, body: '' }, length: start }
  if (headers['transfer-encoding'] === 'chunked') return chunked(text, start, first, headers)
  const length = start + Number(headers['content-length'] ?? 0)
  return text.length < length ? undefined : { message: { first, headers, body: text.slice(start, length) }, length }
}

function chunked(text: string, start: number, first: string, headers: Readonly<Record<string, string>>): ReturnType<typeof readMessage> {
  let body = ''
  for (let at = start; ;) {
    const line = text.indexOf('\r\n', at)
    if (line < 0) return undefined
    const size = Number.parseInt(text.slice(at, line), 16)
    const next = line + 2 + size + 2
    if (text.length < next) return undefined
    if (size === 0) return { message: { first, headers, body }, length: next }
    body += text.slice(line + 2, line + 2 + size)
    at = next
  }
}

/** A message as text. */
export const formatMessage = (first: string, headers: Readonly<Record<string, string>>, body = ''): string =>
  `${first}\r\n${Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`

/** Text as the bytes of a message (one per letter). */
export const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0))

/** A range of bytes as text. */
export function textOf(bytes: Uint8Array, from: number, to: number): string {
  let text = ''
  for (let i = from; i < to; i++) text += String.fromCharCode(bytes[i] ?? 0)
  return text
}
