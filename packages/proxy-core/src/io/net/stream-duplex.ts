/** A byte stream as a Node `Duplex`, for `node:tls` on tunnels, internal connections and memory. */
import { Duplex } from 'node:stream'
import type { ByteStream } from '../io-engine.ts'
import { copyOf } from '../copy-of.ts'

/** Wraps `stream`; bytes are copied on the way in, because a range is valid only during the callback. @internal */
export function streamDuplex(stream: ByteStream): Duplex {
  let drained: (() => void) | undefined
  let closed = false
  const duplex = new Duplex({
    allowHalfOpen: true,
    read: () => stream.resume(),
    write(chunk: Uint8Array, _encoding, done) {
      if (stream.send(chunk, 0, chunk.length, true)) done()
      else drained = done
    },
    final(done) {
      stream.end()
      done()
    },
    destroy(error, done) {
      if (!closed) stream.destroy()
      closed = true
      done(error)
    },
  })
  const release = (): void => {
    const done = drained
    drained = undefined
    done?.()
  }
  stream.setEvents({
    onData(bytes, from, to) {
      if (!duplex.push(copyOf(bytes, from, to))) stream.pause()
    },
    onEnd: () => void duplex.push(null),
    onDrain: release,
    onClose(failure, detail) {
      closed = true
      release()
      if (failure) duplex.destroy(new Error(detail ?? failure))
      else duplex.destroy()
    },
  })
  return duplex
}
