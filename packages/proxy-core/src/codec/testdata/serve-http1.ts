/** An HTTP/1.1 server on a recording stream, for specs. */
import { DEFAULT_CODEC_OPTIONS, plainResponseHead, type CodecOptions, type MessageStream, type ResponseHead } from '../index.ts'
import { http1Server } from '../http1/http1-server.ts'
import { Recorder, type RecordedMessage } from './recorder.ts'
import { RecordingStream } from './recording-stream.ts'

/** What a spec does with an exchange. */
export type React = (stream: MessageStream<ResponseHead>, message: RecordedMessage) => void

/** Answers nothing. */
export const silently: React = () => {}
/** Answers 200 without a body. */
export const answerOk: React = stream => stream.sendHead(plainResponseHead(200), true)

/** Serves one connection; `react` is called with the head or at the end of each request. */
export function serve(react: React = answerOk, options: Partial<CodecOptions> = {}, at: 'end' | 'head' = 'end') {
  const stream = new RecordingStream()
  const recorder = new Recorder()
  const streams: MessageStream<ResponseHead>[] = []
  const connection = http1Server(stream, { ...DEFAULT_CODEC_OPTIONS, ...options }, {
    onStream(exchange) {
      streams.push(exchange)
      return recorder.events(message => react(exchange, message), at)
    },
    onProtocolError: detail => void recorder.problems.push(detail),
    onClose: () => void recorder.closed++,
  })
  return { stream, recorder, streams, connection }
}

/** The plainest request. */
export const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
