/** A server codec on a recording stream, for specs. */
import { DEFAULT_CODEC_OPTIONS, plainResponseHead, type CodecOptions, type MessageStream, type ResponseHead, type ServerConnection, type ServerConnectionEvents } from '../index.ts'
import { Recorder, type RecordedMessage } from './recorder.ts'
import { RecordingStream } from './recording-stream.ts'

/** What a spec does with an exchange. */
export type React = (stream: MessageStream<ResponseHead>, message: RecordedMessage) => void

/** Answers nothing. */
export const silently: React = () => {}
/** Answers 200 without a body. */
export const answerOk: React = stream => stream.sendHead(plainResponseHead(200), true)

/** How a spec serves one connection: `react` is called with the head or at the end of each request. */
export type Serve = (react?: React, options?: Partial<CodecOptions>, at?: 'end' | 'head') => { readonly stream: RecordingStream; readonly recorder: Recorder; readonly streams: MessageStream<ResponseHead>[]; readonly connection: ServerConnection }

/** Serves by this codec. */
export const serving = (server: (stream: RecordingStream, options: CodecOptions, events: ServerConnectionEvents) => ServerConnection): Serve => (react = answerOk, options = {}, at = 'end') => {
  const stream = new RecordingStream()
  const recorder = new Recorder()
  const streams: MessageStream<ResponseHead>[] = []
  const connection = server(stream, { ...DEFAULT_CODEC_OPTIONS, ...options }, {
    onStream(exchange) {
      streams.push(exchange)
      return recorder.events(message => react(exchange, message), at)
    },
    onProtocolError: detail => void recorder.problems.push(detail),
    onClose: () => void recorder.closed++,
  })
  return { stream, recorder, streams, connection }
}

/** The plainest request of HTTP/1.1. */
export const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
