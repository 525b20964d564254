/** Stream events that remember what came, with promises for what is awaited. */
import type { ByteStream, StreamEvents, StreamFailure } from '../io-engine.ts'

/** Collects everything a stream tells. */
export class Collector implements StreamEvents {
  bytes = 0
  text = ''
  ended = false
  drains = 0
  closedWith: { failure?: StreamFailure | undefined; detail?: string | undefined } | undefined
  private waiters: { readonly isMet: () => boolean; readonly met: () => void }[] = []

  onConnect(_stream: ByteStream): void {
    this.check()
  }

  onData(bytes: Uint8Array, from: number, to: number): void {
    this.bytes += to - from
    if (this.text.length < 65536) this.text += Buffer.from(bytes.subarray(from, to)).toString('latin1')
    this.check()
  }

  onEnd(): void {
    this.ended = true
    this.check()
  }

  onDrain(): void {
    this.drains++
    this.check()
  }

  onClose(failure?: StreamFailure, detail?: string): void {
    this.closedWith = { failure, detail }
    this.check()
  }

  until(isMet: () => boolean): Promise<void> {
    return new Promise(met => {
      this.waiters.push({ isMet, met })
      this.check()
    })
  }

  private check(): void {
    this.waiters = this.waiters.filter(waiter => {
      if (!waiter.isMet()) return true
      waiter.met()
      return false
    })
  }
}

/** Sends a text. */
export const sendText = (stream: ByteStream, text: string): boolean => stream.send(Buffer.from(text, 'latin1'), 0, text.length, true)
