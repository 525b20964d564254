/** Remembers what message streams tell, as plain data that two runs can be compared by. */
import type { HeaderFields, MessageEvents, MessageStream, RequestHead, ResetReason, ResponseHead } from '../codec.ts'
import { textOf } from './recording-stream.ts'

/** One exchange as its receiver saw it. */
export interface RecordedMessage {
  head: Record<string, string | number | boolean | undefined>
  fields: [string, string][]
  body: string
  trailers?: [string, string][]
  ended: boolean
  reset?: string
  informational: number[]
}

const pairs = (fields: HeaderFields): [string, string][] => {
  const list: [string, string][] = []
  fields.forEach((name, value) => list.push([name, value]))
  return list
}

const empty = (): RecordedMessage => ({ head: {}, fields: [], body: '', ended: false, informational: [] })

/** Records the messages of one direction of a connection. */
export class Recorder {
  readonly messages: RecordedMessage[] = []
  readonly problems: string[] = []
  drains = 0
  closed = 0

  /** Events of a new exchange; `react` is called when its message is complete (or its head has come, for `at: 'head'`). */
  events(react?: (message: RecordedMessage, head: RequestHead | ResponseHead) => void, at: 'end' | 'head' = 'end'): MessageEvents<RequestHead> & MessageEvents<ResponseHead> {
    const message = empty()
    this.messages.push(message)
    let kept: RequestHead | ResponseHead | undefined
    const end = (): void => {
      message.ended = true
      if (kept && at === 'end') react?.(message, kept)
    }
    return {
      onHead: (head: RequestHead | ResponseHead, ended: boolean) => {
        kept = head.keep()
        message.head = 'status' in head ? { status: head.status, length: head.contentLength } : requestFacts(head)
        message.fields = pairs(head)
        if (at === 'head') react?.(message, kept)
        if (ended) end()
      },
      onInformational: (head: RequestHead | ResponseHead) => void message.informational.push('status' in head ? head.status : 0),
      onData: (bytes, from, to, ended) => {
        message.body += textOf(bytes.subarray(from, to))
        if (ended) end()
      },
      onTrailers: trailers => {
        message.trailers = pairs(trailers)
        end()
      },
      onReset: (reason: ResetReason, detail: string) => void (message.reset = `${reason}: ${detail}`),
      onDrain: () => void this.drains++,
    }
  }
}

const requestFacts = (head: RequestHead): RecordedMessage['head'] => ({
  method: head.method,
  path: head.path,
  authority: head.authority,
  scheme: head.scheme,
  protocol: head.protocol,
  upgrade: head.upgrade,
  absoluteForm: head.absoluteForm,
  length: head.contentLength,
})

/** Sends a whole text as a body. */
export function sendBody(stream: MessageStream<never>, text: string, end = true): boolean {
  const bytes = Uint8Array.from(text, character => character.charCodeAt(0))
  return stream.sendData(bytes, 0, bytes.length, end, false)
}
