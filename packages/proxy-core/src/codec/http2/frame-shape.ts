/** What can be wrong with a frame by itself, whatever the state of its stream: the stream it names and its length (RFC 9113 6). */
import { CODE, FLAG, FRAME } from './protocol.ts'

/** A connection error. */
export interface FrameProblem {
  readonly code: number
  readonly detail: string
}

const protocol = (detail: string): FrameProblem => ({ code: CODE.protocol, detail })
const size = (detail: string): FrameProblem => ({ code: CODE.frameSize, detail })

const ON_CONNECTION = {
  headers: protocol('http2.headers_on_connection'), reset: protocol('http2.reset_on_connection'), priority: protocol('http2.priority_on_connection'),
}
const ON_STREAM = { settings: protocol('http2.settings_on_stream'), ping: protocol('http2.ping_on_stream'), goaway: protocol('http2.bad_goaway') }
const SIZE = {
  settings: size('http2.bad_settings'), ping: size('http2.bad_ping'), goaway: size('http2.bad_goaway'), reset: size('http2.bad_reset'), windowUpdate: size('http2.bad_window_update'),
}
const PUSH = protocol('http2.unexpected_push')

/** The problem of a frame that cannot be right; undefined if it may be. The length of PRIORITY concerns only its stream, DATA and CONTINUATION depend on what came before. */
export function frameProblem(type: number, flags: number, id: number, length: number): FrameProblem | undefined {
  switch (type) {
    case FRAME.headers:
      return id === 0 ? ON_CONNECTION.headers : undefined
    case FRAME.priority:
      return id === 0 ? ON_CONNECTION.priority : undefined
    case FRAME.reset:
      return id === 0 ? ON_CONNECTION.reset : length === 4 ? undefined : SIZE.reset
    case FRAME.settings:
      if (id !== 0) return ON_STREAM.settings
      return ((flags & FLAG.ack) === 0 ? length % 6 : length) === 0 ? undefined : SIZE.settings
    case FRAME.ping:
      return id !== 0 ? ON_STREAM.ping : length === 8 ? undefined : SIZE.ping
    case FRAME.goaway:
      return id !== 0 ? ON_STREAM.goaway : length >= 8 ? undefined : SIZE.goaway
    case FRAME.windowUpdate:
      return length === 4 ? undefined : SIZE.windowUpdate
    case FRAME.pushPromise:
      return PUSH
    default:
      return undefined
  }
}
