/** A byte stream for codec specs: synchronous, remembers what was sent, is fed by hand. */
import type { Address, ByteStream, StreamEvents } from '../../io/io-engine.ts'
import { copyOf } from '../../io/copy-of.ts'

const NOWHERE: Address = { kind: 'ip', ip: '127.0.0.1', port: 1 }

/** Bytes of a text, one per character. */
export const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, character => character.charCodeAt(0))

/** Text of bytes, one character per byte. */
export const textOf = (bytes: Uint8Array): string => Array.from(bytes, byte => String.fromCharCode(byte)).join('')

/** Records a codec's output and plays its peer. */
export class RecordingStream implements ByteStream {
  readonly localAddress = NOWHERE
  readonly remoteAddress = NOWHERE
  sent: number[] = []
  paused = false
  state: 'open' | 'ended' | 'closing' | 'destroyed' = 'open'
  /** What `send` answers. */
  flows = true
  private events: StreamEvents | undefined
  private unreadBytes: Uint8Array[] = []
  private delivering = false

  setEvents(events: StreamEvents): void {
    this.events = events
  }

  send(bytes: Uint8Array, from: number, to: number): boolean {
    for (let i = from; i < to; i++) this.sent.push(bytes[i] ?? 0)
    return this.flows
  }

  /** Output so far, which is then forgotten. */
  take(): Uint8Array {
    const bytes = Uint8Array.from(this.sent)
    this.sent = []
    return bytes
  }

  takeText(): string {
    return textOf(this.take())
  }

  /** Bytes arrive in pieces of `size`, in a buffer that is overwritten afterwards, as a shared read buffer would be. */
  feed(data: string | Uint8Array, size = Infinity): void {
    const bytes = typeof data === 'string' ? bytesOf(data) : data
    for (let at = 0; at < bytes.length; at += size) this.deliver(copyOf(bytes, at, Math.min(bytes.length, at + size)))
  }

  private deliver(piece: Uint8Array): void {
    if (this.state === 'closing' || this.state === 'destroyed') return
    this.delivering = true
    this.events?.onData(piece, 0, piece.length)
    piece.fill(0x21)
    this.delivering = false
    this.deliverUnread()
  }

  private deliverUnread(): void {
    while (this.unreadBytes.length > 0 && !this.delivering) {
      const next = this.unreadBytes.shift()
      if (next) this.deliver(next)
    }
  }

  unread(bytes: Uint8Array): void {
    this.unreadBytes.unshift(copyOf(bytes))
  }

  /** Delivers what was unread outside a delivery. */
  settle(): void {
    this.deliverUnread()
  }

  peerEnds(): void {
    this.events?.onEnd()
  }

  peerVanishes(): void {
    this.events?.onClose('reset', 'reset by peer')
  }

  drain(): void {
    this.flows = true
    this.events?.onDrain()
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
  }

  end(): void {
    if (this.state === 'open') this.state = 'ended'
  }

  close(): void {
    this.state = 'closing'
  }

  destroy(): void {
    this.state = 'destroyed'
  }
}
