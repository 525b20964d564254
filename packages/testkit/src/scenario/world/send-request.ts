/** One HTTP/1.1 request on a connection of its own. */
import type { Address, ByteStream, IoEngine } from '@istio-ts/proxy-core'
import { bytesOf, readMessage, textOf, type Message } from './http-text.ts'

/** An answer, or nothing when the connection ended without one. */
export type Answer = Message | undefined

/** Sends the text and waits for one answer. */
export function sendRequest(engine: IoEngine, address: Address, request: string): Promise<Answer> {
  return new Promise((resolve) => {
    let text = ''
    const held: { stream?: ByteStream } = {}
    held.stream = engine.connect(address, { timeoutMs: 10_000 }, {
      onConnect(connected) {
        const bytes = bytesOf(request)
        connected.send(bytes, 0, bytes.length, true)
      },
      onData(bytes, from, to) {
        text += textOf(bytes, from, to)
        const read = readMessage(text, request.startsWith('HEAD '))
        if (!read) return
        held.stream?.destroy()
        resolve(read.message)
      },
      onEnd: () => held.stream?.end(),
      onDrain: () => undefined,
      onClose: () => resolve(undefined),
    })
  })
}
