/** A byte stream of the memory network as a Node `Duplex`, so that Node's own HTTP/2 can be a program in a scenario. */
import { Duplex } from 'node:stream'
import type { ByteStream } from '@istio-ts/proxy-core'

/** Wraps the stream; bytes are copied, because a range is valid only while it is told of. */
export function asDuplex(stream: ByteStream): Duplex {
  const held: { drained?: (() => void) | undefined } = {}
  const release = (): void => {
    const { drained } = held
    held.drained = undefined
    drained?.()
  }
  const duplex = new Duplex({
    read: () => stream.resume(),
    write(chunk: Uint8Array, _encoding, done) {
      if (stream.send(chunk.slice(), 0, chunk.length, true)) done()
      else held.drained = done
    },
    final(done) {
      stream.end()
      done()
    },
    destroy(error, done) {
      stream.destroy()
      done(error)
    },
  })
  // A connection that breaks is told as the end of its streams; nobody waits for it as an error.
  duplex.on('error', () => undefined)
  stream.setEvents({
    onData(bytes, from, to) {
      if (!duplex.push(bytes.slice(from, to))) stream.pause()
    },
    onEnd: () => void duplex.push(null),
    onDrain: release,
    onClose() {
      release()
      duplex.destroy()
    },
  })
  return duplex
}
