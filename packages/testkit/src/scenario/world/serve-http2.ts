/** A process that answers HTTP/2 and gRPC, by Node's own implementation. */
import { performServerHandshake, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { ByteStream } from '@istio-ts/proxy-core'
import { asDuplex } from './duplex.ts'
import { ANSWERED_BY, type Answering } from './answering.ts'

/** Serves a connection until it ends. */
export function serveHttp2(stream: ByteStream, process: Answering): void {
  const session = performServerHandshake(asDuplex(stream))
  // A proxy that goes away takes its connection along.
  session.on('error', () => undefined)
  session.on('stream', (request, headers) => {
    request.on('error', () => undefined)
    request.resume()
    const method = headers[':method'] ?? ''
    const path = headers[':path'] ?? ''
    process.saw({ protocol: 'HTTP/2', method, path, headers: textsOf(headers) }, stream)
    const planned = process.next()
    if (planned && 'status' in planned && planned.status === 0) return
    if (String(headers['content-type']).startsWith('application/grpc')) return answerGrpc(request, process.name, planned && 'grpcStatus' in planned ? planned.grpcStatus : 0)
    request.respond({ ':status': planned && 'status' in planned ? planned.status : 200, 'content-type': 'text/plain', [ANSWERED_BY]: process.name })
    request.end(`${process.name} got ${method} ${path}\n`)
  })
}

/** An empty message and trailers; a failure is told in the head alone, as gRPC servers do. */
function answerGrpc(request: ServerHttp2Stream, name: string, status: number): void {
  const head = { ':status': 200, 'content-type': 'application/grpc', [ANSWERED_BY]: name }
  if (status !== 0) return request.respond({ ...head, 'grpc-status': String(status) }, { endStream: true })
  request.respond(head, { waitForTrailers: true })
  request.on('wantTrailers', () => request.sendTrailers({ 'grpc-status': '0' }))
  request.end(new Uint8Array(5))
}

/** Fields without pseudo fields, repeated ones joined by a comma. */
export const textsOf = (headers: IncomingHttpHeaders): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(':')).map(([name, value]) => [name, String(value)]))
