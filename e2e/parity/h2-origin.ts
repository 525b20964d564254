/** An origin that speaks HTTP/2 without TLS: it notes requests and answers by a script of functions. */
import http2, { type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import { listenAnywhere } from './listen-anywhere.ts'

/** A request as the origin saw it. */
export interface H2Request {
  readonly fields: readonly string[]
  body: string
  trailers: readonly string[]
  /** Error code with which the proxy gave it up; undefined if it did not. */
  reset: number | undefined
}

/** Answers one stream. */
export type H2Answer = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, attempt: number) => void

const VARYING: ReadonlySet<string> = new Set(['x-request-id'])

const printed = (headers: IncomingHttpHeaders): string[] => Object.entries(headers).map(([name, value]) => `${name}: ${VARYING.has(name) ? '*' : String(value)}`).sort()

/** Answers `ok` when the request is complete. */
export const H2_OK: H2Answer = (stream) => {
  stream.resume().on('end', () => {
    stream.respond({ ':status': 200 })
    stream.end('ok')
  })
}

/** One server for all rows. */
export class H2Origin {
  readonly #server = http2.createServer()
  readonly #sessions = new Set<ServerHttp2Session>()
  #answer: H2Answer = H2_OK
  #requests: H2Request[] = []

  constructor() {
    this.#server.on('session', (session) => {
      this.#sessions.add(session)
      session.on('close', () => this.#sessions.delete(session)).on('error', () => undefined)
    })
    this.#server.on('stream', (stream, headers) => {
      const request: H2Request = { fields: printed(headers), body: '', trailers: [], reset: undefined }
      this.#requests.push(request)
      stream.on('data', (chunk: Buffer) => (request.body += chunk.toString('latin1')))
      stream.on('trailers', (trailers) => (request.trailers = printed(trailers)))
      stream.on('error', () => undefined)
      stream.on('aborted', () => (request.reset = stream.rstCode))
      this.#answer(stream, headers, this.#requests.length)
    })
    this.#server.on('sessionError', () => undefined)
  }

  listen(): Promise<number> {
    return listenAnywhere(this.#server)
  }

  begin(answer: H2Answer): void {
    this.#answer = answer
    this.#requests = []
  }

  end(): readonly H2Request[] {
    for (const session of this.#sessions) session.destroy()
    return this.#requests
  }

  close(): void {
    this.end()
    this.#server.close()
  }
}
