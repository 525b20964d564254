/** How much the peer may still send on the connection, and when it is given more (RFC 9113 6.9). */

/** The connection's own window; streams keep theirs. */
export class ReceiveWindow {
  readonly size: number
  private left: number
  private consumed = 0

  constructor(size: number) {
    this.size = size
    this.left = size
  }

  /** Takes a DATA frame: -1 if it exceeds the window, else the increment to announce now (0 = none; half a window is worth a frame). */
  take(length: number): number {
    this.left -= length
    if (this.left < 0) return -1
    this.consumed += length
    if (this.consumed < this.size / 2) return 0
    const increment = this.consumed
    this.left += increment
    this.consumed = 0
    return increment
  }
}
