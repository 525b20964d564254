/** DATA from the peer: the windows it counts against, and the stream that it belongs to (RFC 9113 6.1, 6.9). */
import type { FrameWriter } from './frame-writer.ts'
import type { Lifetimes } from './lifetimes.ts'
import { CODE, FLAG } from './protocol.ts'
import type { ReceiveWindow } from './receive-window.ts'
import type { Side } from './side.ts'

/** One per connection; streams and the window keep the counts. @internal */
export class DataInput<In, Out> {
  private readonly window: ReceiveWindow
  private readonly side: Side<In, Out>
  private readonly lifetimes: Lifetimes<In, Out>
  private readonly writer: FrameWriter

  constructor(side: Side<In, Out>, lifetimes: Lifetimes<In, Out>, writer: FrameWriter, window: ReceiveWindow) {
    this.side = side
    this.lifetimes = lifetimes
    this.writer = writer
    this.window = window
  }

  /** A frame begins; false if reading must stop. */
  onFrame(flags: number, id: number, length: number): boolean {
    const { lifetimes } = this
    if (id === 0) return lifetimes.fail(CODE.protocol, 'http2.data_on_connection')
    const increment = this.window.take(length)
    if (increment < 0) return lifetimes.fail(CODE.flowControl, 'http2.connection_window_exceeded')
    if (increment > 0) this.writer.windowUpdate(0, increment)
    if ((flags & FLAG.padded) !== 0 && length === 0) return lifetimes.fail(CODE.frameSize, 'http2.bad_padding')
    if (length === 0 && (flags & FLAG.endStream) === 0 && !lifetimes.allowControlFrame()) return false
    const stream = lifetimes.streams.get(id)
    if (!stream) return this.onFrameOfNoStream(id)
    if (stream.remoteEnded) return lifetimes.streamError(id, CODE.streamClosed, 'http2.data_after_end')
    if (!stream.headReceived) return lifetimes.streamError(id, CODE.protocol, 'http2.data_before_headers')
    stream.receiveLeft -= length
    stream.consumed += length
    return stream.receiveLeft >= 0 || lifetimes.streamError(id, CODE.flowControl, 'http2.stream_window_exceeded')
  }

  private onFrameOfNoStream(id: number): boolean {
    const { lifetimes } = this
    if (this.side.isIdle(id)) return lifetimes.fail(CODE.protocol, 'http2.data_on_idle_stream')
    if (lifetimes.wasResetByUs(id) === true) return true
    this.writer.reset(id, CODE.streamClosed)
    return lifetimes.allowControlFrame()
  }

  /** A piece of the frame's payload; a stream that was reset since then takes none. */
  onPiece(id: number, bytes: Uint8Array, from: number, to: number, end: boolean): boolean {
    const { lifetimes } = this
    const problem = lifetimes.streams.get(id)?.receive(bytes, from, to, end)
    if (problem) lifetimes.streamError(id, CODE.protocol, problem)
    return !lifetimes.closed
  }
}
