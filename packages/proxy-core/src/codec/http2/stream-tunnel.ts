/** The DATA of a CONNECT stream as bytes (RFC 9113 8.5): what HBONE and WebSockets over HTTP/2 run on. */
import type { MessageEvents, ResetReason } from '../codec.ts'
import { ByteWriter } from '../bytes/byte-writer.ts'
import type { Address, ByteStream, StreamEvents, StreamFailure, TlsFacts } from '../../io/io-engine.ts'
import { copyOf } from '../../io/copy-of.ts'

/** What the tunnel needs of its stream. */
interface TunnelledStream {
  sendData(bytes: Uint8Array, from: number, to: number, end: boolean, owned: boolean): boolean
  reset(reason: ResetReason): void
  pause(): void
  resume(): void
}

/** From this size on gathered bytes are sent without waiting for the end of the turn. */
const GATHER_BYTES = 16 * 1024

const SILENT: StreamEvents = { onData() {}, onEnd() {}, onDrain() {}, onClose() {} }
const NOTHING = new Uint8Array(0)

/** @internal made by `Http2Stream.tunnel`. */
export class StreamTunnel implements ByteStream {
  readonly localAddress: Address
  readonly remoteAddress: Address
  readonly tls?: TlsFacts
  /** What the stream tells from now on. */
  readonly messageEvents: MessageEvents<unknown>
  private readonly stream: TunnelledStream
  private readonly out = new ByteWriter(1024)
  private events: StreamEvents = SILENT
  private flushing = false
  private blocked = false
  private paused = false
  private ended = false
  private remoteEnd = false
  private endTold = false
  private closed = false
  private unreadBytes: Uint8Array[] = []

  constructor(stream: TunnelledStream, under: Pick<ByteStream, 'localAddress' | 'remoteAddress' | 'tls'>) {
    this.stream = stream
    this.localAddress = under.localAddress
    this.remoteAddress = under.remoteAddress
    if (under.tls) this.tls = under.tls
    this.messageEvents = {
      onHead() {},
      onData: (bytes, from, to, end) => this.received(bytes, from, to, end),
      onTrailers: () => this.endReceived(),
      onReset: (_reason, detail) => this.gone('reset', detail),
      onDrain: () => this.drained(),
    }
  }

  setEvents(events: StreamEvents): void {
    this.events = events
    if (this.unreadBytes.length > 0 || this.remoteEnd) queueMicrotask(() => this.deliver())
  }

  send(bytes: Uint8Array, from: number, to: number, owned: boolean): boolean {
    if (this.closed || this.ended) return true
    if (to - from >= GATHER_BYTES) {
      this.flush()
      this.blocked = !this.stream.sendData(bytes, from, to, false, owned)
      return !this.blocked
    }
    this.out.copy(bytes, from, to)
    if (this.out.length >= GATHER_BYTES) this.flush()
    else this.flushLater()
    return !this.blocked
  }

  private flushLater(): void {
    if (this.flushing) return
    this.flushing = true
    queueMicrotask(() => {
      this.flushing = false
      this.flush()
    })
  }

  private flush(): void {
    const { length, bytes } = this.out
    if (length === 0 || this.closed) return
    this.out.reset()
    if (!this.stream.sendData(bytes, 0, length, false, false)) this.blocked = true
  }

  pause(): void {
    this.paused = true
    this.stream.pause()
  }

  resume(): void {
    if (!this.paused) return
    this.paused = false
    this.stream.resume()
    if (this.unreadBytes.length > 0 || this.remoteEnd) queueMicrotask(() => this.deliver())
  }

  end(): void {
    if (this.ended || this.closed) return
    this.flush()
    this.ended = true
    this.stream.sendData(NOTHING, 0, 0, true, true)
    this.closeWhenBothEnded()
  }

  /** The peer's end is waited for without a limit of time: an open half costs nothing but its number. */
  close(): void {
    const { events } = this
    this.events = { ...SILENT, onClose: (failure, detail) => events.onClose(failure, detail) }
    this.unreadBytes = []
    this.endTold = true
    this.end()
    this.resume()
    this.closeWhenBothEnded()
  }

  destroy(): void {
    if (this.closed) return
    this.stream.reset('cancel')
    this.closeLater()
  }

  unread(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.unreadBytes.unshift(copyOf(bytes))
    queueMicrotask(() => this.deliver())
  }

  private received(bytes: Uint8Array, from: number, to: number, end: boolean): void {
    if (to > from) {
      if (this.unreadBytes.length > 0) this.unreadBytes.push(copyOf(bytes, from, to))
      else this.events.onData(bytes, from, to)
    }
    if (end) this.endReceived()
  }

  /** The peer has ended its direction. @internal */
  endReceived(): void {
    this.remoteEnd = true
    this.deliver()
  }

  private deliver(): void {
    if (this.events === SILENT) return
    while (this.unreadBytes.length > 0 && !this.paused && !this.closed) {
      const bytes = this.unreadBytes.shift()
      if (bytes) this.events.onData(bytes, 0, bytes.length)
    }
    if (!this.remoteEnd || this.unreadBytes.length > 0) return
    if (!this.endTold) {
      this.endTold = true
      this.events.onEnd()
    }
    this.closeWhenBothEnded()
  }

  private drained(): void {
    if (!this.blocked) return
    this.blocked = false
    this.events.onDrain()
  }

  private closeWhenBothEnded(): void {
    if (this.ended && this.remoteEnd && this.endTold) this.closeLater()
  }

  private closeLater(): void {
    queueMicrotask(() => this.gone(undefined, undefined))
  }

  private gone(failure: StreamFailure | undefined, detail: string | undefined): void {
    if (this.closed) return
    this.closed = true
    this.events.onClose(failure, detail)
  }
}
