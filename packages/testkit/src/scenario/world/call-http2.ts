/** A call in HTTP/2 or gRPC, by Node's own implementation. */
import { connect } from 'node:http2'
import type { ByteStream } from '@istio-ts/proxy-core'
import { asDuplex } from './duplex.ts'
import type { Answer, Request } from './send-request.ts'
import { textsOf } from './serve-http2.ts'

/** Sends the request; nothing when the connection ends without an answer. */
export function callHttp2(stream: ByteStream, { speaks, method, target, host, headers, tls }: Request): Promise<Answer | undefined> {
  const session = connect(`http://${host}`, { createConnection: () => asDuplex(stream) })
  return new Promise((resolve) => {
    const held: { status?: number; headers: Readonly<Record<string, string>>; body: string } = { headers: {}, body: '' }
    const finish = (): void => {
      session.destroy()
      resolve(held.status === undefined ? undefined : { status: held.status, headers: held.headers, body: held.body })
    }
    session.on('error', finish)
    session.on('close', finish)
    const request = session.request({
      ':method': method, ':path': target, ':authority': host, ':scheme': tls ? 'https' : 'http', ...(speaks === 'grpc' ? { 'content-type': 'application/grpc', te: 'trailers' } : {}), ...headers,
    })
    request.on('response', (fields) => {
      held.status = fields[':status'] ?? 0
      held.headers = textsOf(fields)
    })
    request.on('trailers', (fields) => void (held.headers = { ...held.headers, ...textsOf(fields) }))
    request.setEncoding('latin1')
    request.on('data', (text: string) => void (held.body += text))
    request.on('error', finish)
    request.on('close', finish)
    request.end(speaks === 'grpc' ? new Uint8Array(5) : undefined)
  })
}
