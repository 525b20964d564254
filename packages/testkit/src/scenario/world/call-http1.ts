/** A call in HTTP/1.1; one to a WebSocket says a word and waits for what comes back. */
import type { ByteStream } from '@istio-ts/proxy-core'
import { bytesOf, formatMessage, readMessage, textOf, type Message } from './http-text.ts'
import type { Answer, Request } from './send-request.ts'

const UPGRADE = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'c2NlbmFyaW9zLWFyZS1mdW4=' }

/** Sends the request; nothing when the connection ends without an answer. */
export function callHttp1(stream: ByteStream, { speaks, method, target, host, headers }: Request): Promise<Answer | undefined> {
  const send = (text: string): void => {
    const bytes = bytesOf(text)
    stream.send(bytes, 0, bytes.length, true)
  }
  return new Promise((resolve) => {
    const held: { text: string; switched?: Message } = { text: '' }
    const finish = (message: Message | undefined, body: string): void => {
      stream.destroy()
      resolve(message && { status: Number(message.first.split(' ')[1]), headers: message.headers, body })
    }
    stream.setEvents({
      onData(bytes, from, to) {
        held.text += textOf(bytes, from, to)
        if (held.switched) return finish(held.switched, held.text)
        const read = readMessage(held.text, method === 'HEAD')
        if (!read) return
        if (!read.message.first.startsWith('HTTP/1.1 101')) return finish(read.message, read.message.body)
        held.switched = read.message
        held.text = ''
        send('hello')
      },
      onEnd: () => stream.end(),
      onDrain: () => undefined,
      onClose: () => resolve(undefined),
    })
    send(formatMessage(`${method} ${target} HTTP/1.1`, { host, ...(speaks === 'websocket' ? UPGRADE : {}), ...headers }))
  })
}
