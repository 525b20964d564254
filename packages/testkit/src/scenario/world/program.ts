/** A user's process in a scenario: listens on its targetPort, speaks what its caller speaks, answers as told, and remembers what reached it. */
import type { ByteStream, IoEngine, TlsContextOptions } from '@istio-ts/proxy-core'
import type { Answering, PlannedAnswer, SeenRequest } from './answering.ts'
import { serveHttp1 } from './serve-http1.ts'
import { serveHttp2 } from './serve-http2.ts'

/** One process. */
export interface Program {
  /** The next answers, in order; 200 (gRPC: 0) when there are none left. */
  answer(planned: readonly PlannedAnswer[]): void
  /** How many requests have reached it since this was last asked. */
  asked(): number
  /** From now on the process takes TLS too. */
  secure(options: Omit<TlsContextOptions, 'side'>): void
}

/** First byte of a TLS record with a handshake, and of HTTP/2's preface (no method of HTTP/1.1 in a scenario begins with it and goes on `RI`). */
const [TLS_RECORD, PREFACE] = [0x16, 'PRI ']

/** Starts a process on ports of loopback. `onRequest` is told of everything that arrives. */
export async function startProgram(engine: IoEngine, name: string, ports: readonly number[], onRequest: (request: SeenRequest) => void): Promise<Program> {
  const planned: PlannedAnswer[] = []
  const held: { asked: number; tls?: Omit<TlsContextOptions, 'side'> } = { asked: 0 }
  const process: Answering = {
    name,
    next: () => planned.shift(),
    saw(request, { tls }) {
      held.asked++
      onRequest({ ...request, program: name, serverName: tls?.sni ?? '', certificate: tls?.peerDnsNames[0] ?? '' })
    },
  }
  const serve = (stream: ByteStream): void => onFirstBytes(stream, (first) => {
    if (first.startsWith(PREFACE)) return serveHttp2(stream, process)
    if (first.charCodeAt(0) !== TLS_RECORD) return serveHttp1(stream, process)
    if (!held.tls) return stream.destroy()
    engine.startTls(stream, engine.tlsContext({ side: 'server', ...held.tls }), { timeoutMs: 10_000 }, (secured) => {
      if (!('failure' in secured)) serve(secured)
    })
  })
  for (const port of ports) await engine.listen({ kind: 'ip', ip: '127.0.0.1', port }, {}, serve)
  return {
    answer: (answers) => void planned.push(...answers),
    asked() {
      const { asked } = held
      held.asked = 0
      return asked
    },
    secure: (options) => void (held.tls = options),
  }
}

/** Looks at the first bytes and gives them back. */
function onFirstBytes(stream: ByteStream, decide: (first: string) => void): void {
  stream.setEvents({
    onData(bytes, from, to) {
      const first = bytes.slice(from, to)
      stream.setEvents({ onData() {}, onEnd() {}, onDrain() {}, onClose() {} })
      stream.unread(first)
      decide(String.fromCharCode(...first.subarray(0, PREFACE.length)))
    },
    onEnd: () => stream.end(),
    onDrain: () => undefined,
    onClose: () => undefined,
  })
}
