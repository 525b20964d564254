/** Which frame may come now, and who takes it (RFC 9113 3.4, 4.1, 6). */
import type { ControlInput } from './control-input.ts'
import type { DataInput } from './data-input.ts'
import type { FrameSink } from './frame-reader.ts'
import { frameProblem } from './frame-shape.ts'
import type { HeaderInput } from './header-input.ts'
import type { Lifetimes } from './lifetimes.ts'
import type { PeerSettings } from './peer-settings.ts'
import { CODE, FLAG, FRAME } from './protocol.ts'

/** One per connection; keeps nothing of its own. @internal */
export class FrameInput<In, Out> implements FrameSink {
  private readonly lifetimes: Lifetimes<In, Out>
  private readonly peer: PeerSettings
  private readonly data: DataInput<In, Out>
  private readonly headers: HeaderInput<In, Out>
  private readonly control: ControlInput<In, Out>

  constructor(lifetimes: Lifetimes<In, Out>, peer: PeerSettings, data: DataInput<In, Out>, headers: HeaderInput<In, Out>, control: ControlInput<In, Out>) {
    this.lifetimes = lifetimes
    this.peer = peer
    this.data = data
    this.headers = headers
    this.control = control
  }

  onFrame(type: number, flags: number, id: number, length: number): boolean {
    if (!this.peer.seen && !(type === FRAME.settings && (flags & FLAG.ack) === 0)) return this.lifetimes.fail(CODE.protocol, 'http2.settings_expected')
    const { awaited } = this.headers
    if (awaited !== 0 && !(type === FRAME.continuation && id === awaited)) return this.lifetimes.fail(CODE.protocol, 'http2.continuation_expected')
    return type !== FRAME.data || this.data.onFrame(flags, id, length)
  }

  onBadFrame(kind: 'size' | 'padding'): void {
    if (kind === 'size') this.lifetimes.fail(CODE.frameSize, 'http2.frame_too_large')
    else this.lifetimes.fail(CODE.protocol, 'http2.bad_padding')
  }

  onDataPiece(id: number, bytes: Uint8Array, from: number, to: number, end: boolean): boolean {
    return this.data.onPiece(id, bytes, from, to, end)
  }

  onPayload(type: number, flags: number, id: number, bytes: Uint8Array, from: number, to: number): boolean {
    const { lifetimes } = this
    const problem = frameProblem(type, flags, id, to - from)
    if (problem) return lifetimes.fail(problem.code, problem.detail)
    return this.take(type, flags, id, bytes, from, to) && !lifetimes.closed
  }

  private take(type: number, flags: number, id: number, bytes: Uint8Array, from: number, to: number): boolean {
    const { lifetimes, headers, control } = this
    switch (type) {
      case FRAME.headers:
        return headers.onHeaders(flags, id, bytes, from, to)
      case FRAME.continuation:
        return headers.onContinuation(flags, bytes, from, to)
      case FRAME.settings:
        return control.onSettings(flags, bytes, from, to)
      case FRAME.windowUpdate:
        return lifetimes.allowControlFrame() && control.onWindowUpdate(id, bytes, from)
      case FRAME.reset:
        return lifetimes.allowControlFrame() && control.onReset(id, bytes, from)
      case FRAME.ping:
        return lifetimes.allowControlFrame() && control.onPing(flags, bytes, from)
      case FRAME.goaway:
        return control.onGoaway(bytes, from)
      case FRAME.priority:
        return lifetimes.allowControlFrame() && control.onPriority(id, bytes, from, to)
      default:
        return lifetimes.allowControlFrame() // RFC 9113 4.1: unknown types are ignored
    }
  }
}
