/** A user's process in a scenario: listens on its targetPort, answers as told, and remembers what reached it. */
import type { IoEngine } from '@istio-ts/proxy-core'
import { bytesOf, formatMessage, readMessage, textOf } from './http-text.ts'

/** A request as the process saw it, after all that proxies did to it. */
export interface SeenRequest {
  readonly program: string
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

/** One process. */
export interface Program {
  /** Statuses of the next answers, in order (0: none at all); 200 when there are none left. */
  answer(statuses: readonly number[]): void
}

/** Header by which the answer says who gave it. */
export const ANSWERED_BY = 'x-answered-by'

/** Starts a process on loopback. `onRequest` is told of everything that arrives. */
export async function startProgram(engine: IoEngine, name: string, port: number, onRequest: (request: SeenRequest) => void): Promise<Program> {
  const planned: number[] = []
  await engine.listen({ kind: 'ip', ip: '127.0.0.1', port }, {}, (stream) => {
    let text = ''
    stream.setEvents({
      onData(bytes, from, to) {
        text += textOf(bytes, from, to)
        for (let read = readMessage(text); read; read = readMessage(text)) {
          text = text.slice(read.length)
          const [method = '', path = ''] = read.message.first.split(' ')
          onRequest({ program: name, method, path, headers: read.message.headers })
          const status = planned.shift() ?? 200
          if (status === 0) continue
          const body = `${name} got ${method} ${path}\n`
          const answer = bytesOf(formatMessage(`HTTP/1.1 ${status} Said`, { 'content-type': 'text/plain', 'content-length': String(body.length), [ANSWERED_BY]: name }, method === 'HEAD' ? '' : body))
          stream.send(answer, 0, answer.length, true)
        }
      },
      onEnd: () => stream.end(),
      onDrain: () => undefined,
      onClose: () => undefined,
    })
  })
  return { answer: (statuses) => void planned.push(...statuses) }
}
