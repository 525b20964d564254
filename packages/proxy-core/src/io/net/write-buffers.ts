/** 64 KiB write buffers that streams borrow for one turn. A buffer comes back only when the kernel has taken all of it. */
import { Buffer } from 'node:buffer'

/** Size of a write buffer; what one read can deliver fits into one write. */
export const WRITE_BUFFER_BYTES = 64 * 1024

/** A stack of free buffers; at most 32 are kept (2 MiB), more would only be memory of a past burst. */
export class WriteBuffers {
  private readonly free: Buffer[] = []

  take(): Buffer {
    return this.free.pop() ?? Buffer.allocUnsafeSlow(WRITE_BUFFER_BYTES)
  }

  give(buffer: Buffer): void {
    if (this.free.length < 32) this.free.push(buffer)
  }
}
