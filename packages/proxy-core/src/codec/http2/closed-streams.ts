/** Remembers the streams that closed last, to tell late frames from wrong ones; older ones are forgotten. */

const REMEMBERED = 256

/** A ring by stream number: numbers rise, so a slot is taken over by a stream that is 512 numbers younger. */
export class ClosedStreams {
  private readonly ids = new Int32Array(REMEMBERED)
  private readonly reset = new Uint8Array(REMEMBERED)

  add(id: number, resetByUs: boolean): void {
    const slot = (id >> 1) & (REMEMBERED - 1)
    this.ids[slot] = id
    this.reset[slot] = resetByUs ? 1 : 0
  }

  /** True if we reset the stream, so that frames on their way are no fault of the peer; undefined if it is not remembered. */
  get(id: number): boolean | undefined {
    const slot = (id >> 1) & (REMEMBERED - 1)
    return this.ids[slot] === id ? this.reset[slot] === 1 : undefined
  }
}
