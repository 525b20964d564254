/** Reads what was on a wire as HTTP/1 messages, leniently: a test looks at what somebody sent, it does not judge it. */

/** One message. */
export interface Message {
  /** First line. */
  readonly line: string
  /** Fields in lower case and sorted, because both proxies may order them as they like. */
  readonly fields: readonly string[]
  readonly framing: 'none' | 'length' | 'chunked' | 'close'
  readonly body: string
  readonly trailers: readonly string[]
  /** False if the connection ended inside. */
  readonly whole: boolean
}

/** Cuts text into messages. `methods` are those of the requests, for responses; `closed` if no more will come. */
export function parseMessages(text: string, kind: 'request' | 'response', methods: readonly string[] = [], closed = false): { readonly messages: readonly Message[]; readonly rest: string } {
  const messages: Message[] = []
  let rest = text
  let answered = 0
  for (;;) {
    const end = rest.indexOf('\r\n\r\n')
    if (end < 0) return { messages, rest }
    const [line = '', ...fields] = rest.slice(0, end).split('\r\n')
    if (!/HTTP\/\d/.test(line)) return { messages, rest }
    const status = kind === 'response' ? Number(line.split(' ')[1]) : 0
    const method = methods[answered] ?? ''
    const bodyless = kind === 'response' && (status < 200 || status === 204 || status === 304 || method === 'HEAD' || (method === 'CONNECT' && status < 300))
    const body = readBody(rest.slice(end + 4), fields, kind, bodyless, closed)
    if (!body) return { messages, rest }
    messages.push({ line, fields: fields.map(lowerName).sort(), framing: body.framing, body: body.text, trailers: body.trailers.map(lowerName).sort(), whole: body.whole })
    rest = body.rest
    if (status === 0 || status >= 200) answered++
    if (status === 101 || (method === 'CONNECT' && status < 300 && status >= 200) || /^CONNECT /.test(line) || fields.some((field) => /^upgrade:/i.test(field) && kind === 'request')) return { messages, rest }
  }
}

interface Body {
  readonly framing: Message['framing']
  readonly text: string
  readonly trailers: readonly string[]
  readonly rest: string
  readonly whole: boolean
}

function readBody(text: string, fields: readonly string[], kind: 'request' | 'response', bodyless: boolean, closed: boolean): Body | undefined {
  const value = (name: string): string | undefined => fields.find((field) => field.toLowerCase().startsWith(`${name}:`))?.slice(name.length + 1).trim()
  if (bodyless) return { framing: 'none', text: '', trailers: [], rest: text, whole: true }
  if (/chunked/i.test(value('transfer-encoding') ?? '')) return readChunks(text, closed)
  const length = value('content-length')
  if (length !== undefined) {
    if (text.length < Number(length)) return closed ? { framing: 'length', text, trailers: [], rest: '', whole: false } : undefined
    return { framing: 'length', text: text.slice(0, Number(length)), trailers: [], rest: text.slice(Number(length)), whole: true }
  }
  if (kind === 'request') return { framing: 'none', text: '', trailers: [], rest: text, whole: true }
  return closed ? { framing: 'close', text, trailers: [], rest: '', whole: true } : undefined
}

function readChunks(text: string, closed: boolean): Body | undefined {
  let at = 0
  let body = ''
  const broken = (): Body | undefined => (closed ? { framing: 'chunked', text: body, trailers: [], rest: '', whole: false } : undefined)
  for (;;) {
    const line = text.indexOf('\r\n', at)
    if (line < 0) return broken()
    const size = Number.parseInt(text.slice(at, line), 16)
    if (Number.isNaN(size)) return { framing: 'chunked', text: body, trailers: [], rest: text.slice(at), whole: false }
    if (size === 0) {
      if (text.startsWith('\r\n', line + 2)) return { framing: 'chunked', text: body, trailers: [], rest: text.slice(line + 4), whole: true }
      const end = text.indexOf('\r\n\r\n', line)
      return end < 0 ? broken() : { framing: 'chunked', text: body, trailers: text.slice(line + 2, end).split('\r\n'), rest: text.slice(end + 4), whole: true }
    }
    if (text.length < line + 2 + size + 2) {
      body += text.slice(line + 2, line + 2 + size)
      return broken()
    }
    body += text.slice(line + 2, line + 2 + size)
    at = line + 2 + size + 2
  }
}

const lowerName = (field: string): string => {
  const colon = field.indexOf(':')
  return colon < 0 ? field : `${field.slice(0, colon).toLowerCase()}:${field.slice(colon + 1)}`
}
