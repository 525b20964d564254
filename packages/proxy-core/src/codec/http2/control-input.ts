/** Control frames from the peer: what they change, and what they are answered with (RFC 9113 6.3-6.5, 6.7-6.9). */
import type { FloodGuard } from './flood-guard.ts'
import type { FrameWriter } from './frame-writer.ts'
import { uint32 } from './header-block.ts'
import type { HpackEncoder } from './hpack/encoder.ts'
import type { Lifetimes } from './lifetimes.ts'
import type { PeerSettings } from './peer-settings.ts'
import { CODE, FLAG, MAX_WINDOW, SETTING } from './protocol.ts'
import type { SendTurns } from './send-turns.ts'
import type { Side } from './side.ts'
import { type Http2Stream, resetReason } from './stream.ts'

/** What control frames act upon; all of one connection. @internal */
export interface Controlled<In, Out> {
  readonly side: Side<In, Out>
  readonly lifetimes: Lifetimes<In, Out>
  readonly guard: FloodGuard
  readonly writer: FrameWriter
  readonly turns: SendTurns<Http2Stream<In, Out>>
  readonly peer: PeerSettings
  readonly encoder: HpackEncoder
}

/** One per connection; keeps nothing of its own. Methods return false when the connection is over. @internal */
export class ControlInput<In, Out> {
  private readonly on: Controlled<In, Out>

  constructor(on: Controlled<In, Out>) {
    this.on = on
  }

  onSettings(flags: number, bytes: Uint8Array, from: number, to: number): boolean {
    if ((flags & FLAG.ack) !== 0) return true
    const { peer, lifetimes, side, turns } = this.on
    if (peer.seen && !lifetimes.allowControlFrame()) return false
    const before = peer.initialWindow
    for (let at = from; at < to; at += 6) {
      const setting = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
      const value = uint32(bytes, at + 2)
      const problem = peer.apply(setting, value, side.isServer)
      if (problem !== undefined) return lifetimes.fail(problem, 'http2.bad_settings')
      if (setting === SETTING.headerTableSize) this.on.encoder.setPeerLimit(value)
    }
    if (!this.moveSendWindows(peer.initialWindow - before)) return false
    peer.seen = true
    if (!this.answered(this.on.writer.settingsAck())) return false
    // What the new windows allow follows the acknowledgement, so that the peer knows by which windows it was sent.
    turns.pumpAll()
    side.onPeerSettings()
    return true
  }

  /** RFC 9113 6.9.2: open streams change by the difference, and may go below zero. */
  private moveSendWindows(difference: number): boolean {
    if (difference === 0) return true
    const { lifetimes } = this.on
    for (const stream of lifetimes.streams.values()) {
      stream.sendWindow += difference
      if (stream.sendWindow > MAX_WINDOW) return lifetimes.fail(CODE.flowControl, 'http2.window_overflow')
    }
    return true
  }

  onWindowUpdate(id: number, bytes: Uint8Array, from: number): boolean {
    const { lifetimes, side } = this.on
    const increment = uint32(bytes, from) & MAX_WINDOW
    if (id === 0) return this.growConnectionWindow(increment)
    const stream = lifetimes.streams.get(id)
    if (!stream) return !side.isIdle(id) || lifetimes.fail(CODE.protocol, 'http2.window_update_on_idle_stream')
    if (increment === 0) return lifetimes.streamError(id, CODE.protocol, 'http2.bad_window_update')
    stream.sendWindow += increment
    if (stream.sendWindow > MAX_WINDOW) return lifetimes.streamError(id, CODE.flowControl, 'http2.window_overflow')
    if (stream.queued) stream.pump()
    return true
  }

  private growConnectionWindow(increment: number): boolean {
    const { lifetimes, turns } = this.on
    if (increment === 0) return lifetimes.fail(CODE.protocol, 'http2.bad_window_update')
    turns.window += increment
    if (turns.window > MAX_WINDOW) return lifetimes.fail(CODE.flowControl, 'http2.window_overflow')
    turns.pumpAll()
    return true
  }

  onReset(id: number, bytes: Uint8Array, from: number): boolean {
    const { lifetimes, side, guard } = this.on
    const stream = lifetimes.streams.get(id)
    if (!stream) return !side.isIdle(id) || lifetimes.fail(CODE.protocol, 'http2.reset_of_idle_stream')
    lifetimes.forget(stream, false)
    const code = uint32(bytes, from)
    const complete = stream.remoteEnded && stream.localEnded
    if (!complete && !(stream.remoteEnded && code === CODE.noError)) stream.lose(resetReason(code), code === CODE.refused ? 'http2.remote_refuse' : 'http2.remote_reset')
    else stream.detach()
    const flood = side.isServer && !stream.localEnded ? guard.onWastedStream() : undefined
    side.onStreamGone()
    return lifetimes.allows(flood)
  }

  onPing(flags: number, bytes: Uint8Array, from: number): boolean {
    if ((flags & FLAG.ack) === 0) return this.answered(this.on.writer.ping(bytes, from, true))
    this.on.side.onPingAck()
    return true
  }

  /** We have answered; a peer that does not read answers but asks on is a flood. */
  private answered(flows: boolean): boolean {
    const { turns, lifetimes, guard } = this.on
    turns.sent(flows)
    return lifetimes.allows(guard.onAnswer(turns.backlogged))
  }

  onPriority(id: number, bytes: Uint8Array, from: number, to: number): boolean {
    if (to - from !== 5) return this.on.lifetimes.streamError(id, CODE.frameSize, 'http2.bad_priority')
    if ((uint32(bytes, from) & MAX_WINDOW) === id) return this.on.lifetimes.streamError(id, CODE.protocol, 'http2.bad_priority')
    return true
  }

  onGoaway(bytes: Uint8Array, from: number): boolean {
    this.on.side.onPeerGoaway(uint32(bytes, from) & MAX_WINDOW)
    return true
  }
}
