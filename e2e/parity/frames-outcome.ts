/** A row in frames, told in a few words. */
import type { FramesRecord, StreamRecord } from './frames-client.ts'
import { cell, short, tell, tellH2 } from './outcome.ts'
import type { FramesOutcome } from './two-proxies.ts'

const status = (head: readonly string[]): string => head.find((field) => field.startsWith(':status: '))?.slice(9) ?? `trailers ${head.join('; ')}`

function tellStream([id, { heads, body, ended, reset }]: readonly [string, StreamRecord]): string {
  return `${id === '1' ? '' : `stream ${id}: `}${heads.map(status).join(', ')}${short(body)}${reset === undefined ? (ended ? '' : ' (no end)') : ` ${reset}`}`.trim()
}

/** `client | origin | log`. */
export function tellFrames({ client, origin, h2, log }: FramesOutcome): string {
  const streams = Object.entries(client.streams)
  const shown = streams.length > 4 ? [`${streams.length} streams`] : streams.map(tellStream)
  const [, asked = '', logged = ''] = tell({ client: { responses: [], rest: '', ended: 'open' }, origin: (isRefused(client) ? origin.filter(({ rest }) => rest === '') : origin).slice(0, 3), log: log.slice(0, 3), h2: [] }).split(/(?<!\\) \| /)
  const answers = [...shown, ...(client.goaway === undefined ? [] : [`GOAWAY ${client.goaway}`]), ...(client.pongs > 0 ? [client.pongs > 100 ? 'many PING answers' : `${client.pongs} PING answered`] : [])]
  const seen = [...(asked === 'nothing' ? [] : [asked]), ...h2.map(tellH2).map(cell)]
  return `${cell(answers.length === 0 ? 'nothing' : answers.join(', '))}; ${client.ended ? 'closed' : 'open'} | ${seen.length === 0 ? 'nothing' : seen.join(' + ')} | ${log.length > 3 ? `${log.length} lines` : logged}`
}

/** How a malformed stream or a broken connection is refused. */
const REFUSALS: ReadonlySet<string | undefined> = new Set(['PROTOCOL_ERROR', 'INTERNAL_ERROR', 'STREAM_CLOSED', 'ENHANCE_YOUR_CALM'])

/**
 * Leaves out how a refusal is told. A malformed stream costs its client the stream here (RFC 9113 8.1.1) and the connection in Envoy (Istio leaves
 * `stream_error_on_invalid_http_message` off); a broken connection is told why by GOAWAY here, and often just closed there. The details word of the
 * log is ours where Envoy's is that of its library.
 */
export function comparableFrames({ client, origin, h2, log }: FramesOutcome): unknown {
  const plainLog = log.filter((line) => !line.startsWith('- - HTTP/2 ')).map((line) => line.replace(/ DPE \S+ /, ' DPE * '))
  // How much of a refused request is already on its way is a matter of luck.
  return { client: comparableClient(client), origin: isRefused(client) ? [] : origin, h2, log: plainLog }
}

const isRefused = ({ streams, goaway, ended }: FramesRecord): boolean => ended || goaway !== undefined || Object.values(streams).some(({ reset }) => REFUSALS.has(reset))

function comparableClient(client: FramesRecord): unknown {
  if (!isRefused(client)) return client
  const streams = Object.values(client.streams)
  return { refused: true, heads: streams.filter(({ heads }) => heads.length > 0).map(({ heads, body }) => ({ heads, body })) }
}
