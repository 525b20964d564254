/** An HTTP/1.1 exchange as text on any engine, for tests. */
import type { Address, ByteStream, IoEngine } from '../../io/io-engine.ts'

/** Sends bytes and collects what comes until the peer closes or `until` is satisfied. */
export function exchange(engine: IoEngine, address: Address, request: string, until: (received: string) => boolean = complete): Promise<string> {
  return new Promise((resolve) => {
    let received = ''
    const held: { stream?: ByteStream } = {}
    const finish = (): void => {
      held.stream?.destroy()
      resolve(received)
    }
    held.stream = engine.connect(address, { timeoutMs: 5000 }, {
      onConnect: (connected) => {
        const bytes = latin1(request)
        connected.send(bytes, 0, bytes.length, true)
      },
      onData(bytes, from, to) {
        for (let i = from; i < to; i++) received += String.fromCharCode(bytes[i] ?? 0)
        if (until(received)) finish()
      },
      onEnd: finish,
      onDrain: () => undefined,
      onClose: () => resolve(received),
    })
  })
}

/** True when a response with a Content-Length is whole. */
export function complete(received: string): boolean {
  const end = received.indexOf('\r\n\r\n')
  if (end < 0) return false
  const length = /content-length: *(\d+)/i.exec(received.slice(0, end))
  return length !== null && received.length >= end + 4 + Number(length[1])
}

/** Listens and answers every request with its own head as the body; returns the port. */
export async function echoOrigin(engine: IoEngine, port: number, answer: (head: string) => string = ok): Promise<readonly string[]> {
  const seen: string[] = []
  await engine.listen({ kind: 'ip', ip: '127.0.0.1', port }, {}, (stream) => {
    let buffer = ''
    stream.setEvents({
      onData(bytes, from, to) {
        for (let i = from; i < to; i++) buffer += String.fromCharCode(bytes[i] ?? 0)
        for (let end = buffer.indexOf('\r\n\r\n'); end >= 0; end = buffer.indexOf('\r\n\r\n')) {
          const head = buffer.slice(0, end)
          buffer = buffer.slice(end + 4)
          seen.push(head)
          const reply = latin1(answer(head))
          if (reply.length > 0) stream.send(reply, 0, reply.length, true)
        }
      },
      onEnd: () => stream.end(),
      onDrain: () => undefined,
      onClose: () => undefined,
    })
  })
  return seen
}

const ok = (head: string): string => `HTTP/1.1 200 OK\r\ncontent-length: ${head.length}\r\n\r\n${head}`

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0))
