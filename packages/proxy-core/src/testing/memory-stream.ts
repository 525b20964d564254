/** Two byte streams that are each other's peer, in memory: deterministic, delivered in microtasks, with back-pressure and half close. */
import type { Cancel, Clock } from '@istio-ts/foundation'
import type { Address, ByteStream, StreamEvents, StreamFailure } from '../io/io-engine.ts'
import { copyOf } from '../io/copy-of.ts'

/** How a pair behaves. */
export interface MemoryPairOptions {
  readonly clock: Pick<Clock, 'after'>
  /** Largest piece delivered at once; small values show whether a reader copes with any segmentation. Default: as sent. */
  readonly maxSegmentBytes?: number
  /** Bytes in flight from which `send` returns false. Default 64 KiB, as a socket would have. */
  readonly highWaterBytes?: number
}

const SILENT: StreamEvents = { onData() {}, onEnd() {}, onDrain() {}, onClose() {} }

/** Makes a connected pair. */
export function memoryPair(a: Address, b: Address, options: MemoryPairOptions): readonly [MemoryStream, MemoryStream] {
  const left = new MemoryStream(a, b, options)
  const right = new MemoryStream(b, a, options)
  left.connectTo(right)
  right.connectTo(left)
  return [left, right]
}

/** One end of a pair. */
export class MemoryStream implements ByteStream {
  readonly localAddress: Address
  readonly remoteAddress: Address
  private readonly options: MemoryPairOptions
  private peer: MemoryStream | undefined
  private events: StreamEvents = SILENT
  private inbox: Uint8Array[] = []
  private inboxBytes = 0
  private scheduled = false
  private paused = false
  /** Nothing is delivered before the connection is made. */
  private open = false
  private ended = false
  private endArrived = false
  private endTold = false
  private owesDrain = false
  private discards = false
  private closed = false
  private closing: { readonly failure?: StreamFailure; readonly detail?: string } | undefined
  private linger: Cancel | undefined

  constructor(local: Address, remote: Address, options: MemoryPairOptions) {
    this.localAddress = local
    this.remoteAddress = remote
    this.options = options
  }

  /** @internal */
  connectTo(peer: MemoryStream): void {
    this.peer = peer
  }

  /** Starts delivery. @internal */
  opened(): void {
    this.open = true
    this.schedule()
  }

  setEvents(events: StreamEvents): void {
    this.events = events
    this.schedule()
  }

  send(bytes: Uint8Array, from: number, to: number, _owned: boolean): boolean {
    const { peer } = this
    if (this.ended || this.closed || !peer || from >= to) return true
    peer.inbox.push(copyOf(bytes, from, to))
    peer.inboxBytes += to - from
    peer.schedule()
    if (peer.inboxBytes < (this.options.highWaterBytes ?? 64 * 1024)) return true
    this.owesDrain = true
    return false
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
    this.schedule()
  }

  end(): void {
    if (this.ended || this.closed) return
    this.ended = true
    if (!this.peer) return
    this.peer.endArrived = true
    this.peer.schedule()
    this.closeWhenBothEnded()
  }

  close(lingerMs = 1000): void {
    if (this.closed || this.discards) return
    this.discards = true
    this.paused = false
    this.end()
    this.linger = this.options.clock.after(lingerMs, () => this.destroy())
    this.schedule()
  }

  destroy(): void {
    if (this.closed || this.closing) return
    this.closing = {}
    this.schedule()
    this.peer?.lose('reset', 'connection reset by peer')
  }

  /** Ends the stream with a failure (a test may call it to break a connection). */
  lose(failure: StreamFailure, detail: string): void {
    if (this.closed || this.closing) return
    this.closing = { failure, detail }
    this.schedule()
  }

  /** Breaks the connection for both ends. */
  cut(): void {
    this.peer?.lose('reset', 'cut by the test')
    this.lose('reset', 'cut by the test')
  }

  unread(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.inbox.unshift(copyOf(bytes))
    this.inboxBytes += bytes.length
    this.schedule()
  }

  private schedule(): void {
    if (this.scheduled || this.closed) return
    this.scheduled = true
    queueMicrotask(() => {
      this.scheduled = false
      this.deliver()
    })
  }

  private deliver(): void {
    if (this.closing) return this.finish(this.closing.failure, this.closing.detail)
    if (!this.open || this.events === SILENT) return
    while (this.inbox.length > 0 && !this.paused && !this.closed && !this.closing) this.deliverOne()
    if (this.inboxBytes === 0) this.peer?.drained()
    if (this.inbox.length === 0 && this.endArrived && !this.endTold && !this.closed && !this.closing) {
      this.endTold = true
      if (!this.discards) this.events.onEnd()
    }
    if (this.endTold) this.closeWhenBothEnded()
  }

  private deliverOne(): void {
    const first = this.inbox.shift()
    if (!first) return
    const limit = this.options.maxSegmentBytes ?? first.length
    if (first.length > limit) this.inbox.unshift(first.subarray(limit))
    const piece = first.subarray(0, limit)
    this.inboxBytes -= piece.length
    if (!this.discards) this.events.onData(piece, 0, piece.length)
  }

  private drained(): void {
    if (!this.owesDrain || this.closed) return
    this.owesDrain = false
    this.events.onDrain()
  }

  private closeWhenBothEnded(): void {
    if (!this.ended || !this.endTold || this.closing) return
    this.closing = {}
    this.schedule()
  }

  private finish(failure?: StreamFailure, detail?: string): void {
    if (this.closed) return
    this.closed = true
    this.linger?.()
    this.inbox = []
    this.events.onClose(failure, detail)
  }
}
