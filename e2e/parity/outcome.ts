/** What a row gave at one proxy, without what may differ; and the same in a few words for the table. */
import type { H2Request } from './h2-origin.ts'
import type { Message } from './message.ts'
import type { ClientRecord } from './raw-client.ts'
import type { OriginRecord } from './raw-origin.ts'

/** Compared as a whole. */
export interface Outcome {
  readonly client: ClientRecord
  readonly origin: readonly OriginRecord[]
  readonly log: readonly string[]
  /** Requests at the origin that speaks HTTP/2. */
  readonly h2: readonly H2Request[]
}

/** Fields of which only the presence is compared: time, random numbers, measured durations, addresses of this machine. */
const VARYING: ReadonlySet<string> = new Set(['date', 'x-request-id', 'x-envoy-upstream-service-time'])

/** Framing fields of a message whose body is empty: `content-length: 0`, no chunks, and nothing at all say the same. */
const EMPTY_FRAMING: ReadonlySet<string> = new Set(['content-length: 0', 'transfer-encoding: chunked'])

/** Our words for what Envoy's parser calls `http1.codec_error` throughout. */
const CODEC_ERRORS = /\bhttp1\.(?:bad_request_line|bad_header_name|obs_fold|bad_chunk|bad_trailers|unexpected_content_length|unknown_method|invalid_url|chunk_extensions_too_large|invalid_scheme)\b/

function plainMessage(message: Message, port: number): Message {
  const empty = message.body === '' && message.trailers.length === 0 && (message.framing === 'length' || message.framing === 'chunked')
  const fields = message.fields.map((field) => plainField(field, port)).filter((field) => !(empty && EMPTY_FRAMING.has(field)))
  // The reason phrase is the origin's through us, the registry's through Envoy; RFC 9112 4 tells clients to ignore it.
  return { ...message, line: message.line.replace(/^(HTTP\/1\.\d \d+).*/, '$1'), fields, framing: empty ? 'none' : message.framing }
}

function plainField(field: string, port: number): string {
  const colon = field.indexOf(':')
  const name = field.slice(0, colon)
  if (VARYING.has(name)) return `${name}: *`
  // White space around a value means nothing; we pass it on as it came. Envoy names the machine's address for a client on loopback.
  return `${name}: ${field.slice(colon + 1).trim().replaceAll(`:${port}`, ':PORT').replace(name === 'x-forwarded-for' ? /[\d.]+$/ : /$^/, 'CLIENT')}`
}

/** Leaves out what may differ in every row: so there is nothing to say about it in one. */
export function comparable(client: ClientRecord, origin: readonly OriginRecord[], log: readonly string[], port: number, h2: readonly H2Request[] = []): Outcome {
  const responses = client.responses.map((message) => plainMessage(message, port))
  return {
    h2,
    // Of a broken message it matters that its end is not a clean one; we reset, so that a client of a body without length sees it too.
    client: { responses, rest: client.rest, ended: client.ended === 'rst' && responses.some(({ whole }) => !whole) ? 'fin' : client.ended },
    origin: onOneConnection(origin).map(({ requests, rest, ended }) => ({
      requests: requests.map((message) => plainMessage(message, port)),
      // A request that is not whole shows as bytes: names in lower case and sorted as in whole ones.
      rest: /^[A-Z]+ \S+ HTTP\//.test(rest) ? sortedHead(rest) : rest,
      // An origin whose answer is no longer wanted sees our reset and Envoy's close.
      ended: ended === 'rst' ? 'fin' : ended,
    })),
    log: log.map((line) => line.replaceAll(`:${port}`, ':PORT').replace(CODEC_ERRORS, 'http1.codec_error').replace(/^\S+ \S+ (HTTP\/1\.1 \d+ DPE .* tries=0)$/, '- - $1')),
  }
}

/** Which of its connections a proxy takes for a request is its own affair. */
function onOneConnection(origin: readonly OriginRecord[]): readonly OriginRecord[] {
  const used = origin.filter(({ requests, rest }) => requests.length > 0 || rest !== '')
  return used.length > 1 && used.every(({ rest }) => rest === '') ? [{ requests: used.flatMap(({ requests }) => requests), rest: '', ended: 'open' }] : used
}

function sortedHead(text: string): string {
  const end = text.indexOf('\r\n\r\n')
  const [line = '', ...fields] = text.slice(0, end).split('\r\n')
  const plain = fields.map((field) => `${field.slice(0, field.indexOf(':')).toLowerCase()}:${field.slice(field.indexOf(':') + 1)}`).map((field) => plainField(field, 0)).sort()
  return [line, ...plain].join('\r\n') + text.slice(end)
}

export const short = (text: string): string => (text === '' ? '' : text.length > 60 ? ` "${text.slice(0, 20)}..." (${text.length} bytes)` : ` ${JSON.stringify(text)}`)

const words = (message: Message): string => {
  const trailers = message.trailers.length > 0 ? ` trailers ${message.trailers.join('; ')}` : ''
  const line = message.line.replace(/^HTTP\/1\.1 (\d+).*/, '$1').replace(/ HTTP\/1\.1$/, '')
  return `${line.length > 60 ? `${line.slice(0, 40)}... (${line.length} bytes)` : line}${short(message.body)}${trailers}${message.whole ? '' : ' (cut off)'}`
}

const END = { open: 'open', fin: 'closed', rst: 'reset' } as const

/** `client | origin | log` in a few words. */
export function tell({ client, origin, log, h2 }: Outcome): string {
  const answers = [...client.responses.map(words), ...(client.rest === '' ? [] : [`bytes${short(client.rest)}`])]
  const asked = origin.map(({ requests, rest, ended }) => [...requests.map(words), ...(rest === '' ? [] : [`bytes${short(rest)}`])].join(', ') + (ended === 'open' ? '' : ` (${END[ended]})`))
  asked.push(...h2.map(tellH2))
  const logged = log.map((line) => (line.length > 260 ? `${line.slice(0, 30)}...${line.slice(-130)}` : line))
  return [`${answers.length === 0 ? 'nothing' : answers.join(', then ')}; ${END[client.ended]}`, asked.length === 0 ? 'nothing' : asked.join(' + '), logged.length === 0 ? '-' : logged.join(' + ')].map(cell).join(' | ')
}

/** An HTTP/2 request in a few words. */
export function tellH2({ fields, body, trailers, reset }: H2Request): string {
  const field = (name: string): string => fields.find((one) => one.startsWith(`${name}: `))?.slice(name.length + 2) ?? ''
  return `${field(':method')} ${field(':path')} HTTP/2${short(body)}${trailers.length > 0 ? ` trailers ${trailers.join('; ')}` : ''}${reset === undefined ? '' : ` (given up with ${reset})`}`
}

export const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/[^\x20-\x7e]/g, (c) => `\\x${(c.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`)
