/** A process that answers HTTP/1.1, and WebSocket by saying everything again. */
import type { ByteStream } from '@istio-ts/proxy-core'
import { bytesOf, formatMessage, readMessage, textOf, type Message } from './http-text.ts'
import { ANSWERED_BY, type Answering } from './answering.ts'

/** Serves a connection until it ends. */
export function serveHttp1(stream: ByteStream, process: Answering): void {
  const held = { text: '', echoes: false }
  const send = (text: string): void => {
    const bytes = bytesOf(text)
    stream.send(bytes, 0, bytes.length, true)
  }
  const takeRequests = (): void => {
    for (let read = readMessage(held.text); read && !held.echoes; read = readMessage(held.text)) {
      held.text = held.text.slice(read.length)
      const answer = answerTo(read.message, process, stream)
      if (answer.startsWith('HTTP/1.1 101')) held.echoes = true
      send(answer)
    }
  }
  stream.setEvents({
    onData(bytes, from, to) {
      held.text += textOf(bytes, from, to)
      if (!held.echoes) takeRequests()
      if (!held.echoes || held.text === '') return
      send(`${process.name} heard ${held.text}`)
      held.text = ''
    },
    onEnd: () => stream.end(),
    onDrain: () => undefined,
    onClose: () => undefined,
  })
}

function answerTo({ first, headers }: Message, process: Answering, stream: ByteStream): string {
  const [method = '', path = ''] = first.split(' ')
  process.saw({ protocol: 'HTTP/1.1', method, path, headers }, stream)
  if (headers['upgrade'] === 'websocket') return formatMessage('HTTP/1.1 101 Switching Protocols', { connection: 'Upgrade', upgrade: 'websocket', [ANSWERED_BY]: process.name })
  const planned = process.next()
  const status = planned && 'status' in planned ? planned.status : 200
  if (status === 0) return ''
  const body = `${process.name} got ${method} ${path}\n`
  return formatMessage(`HTTP/1.1 ${status} Said`, { 'content-type': 'text/plain', 'content-length': String(body.length), [ANSWERED_BY]: process.name }, method === 'HEAD' ? '' : body)
}
