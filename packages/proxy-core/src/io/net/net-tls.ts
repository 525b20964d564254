/** Puts TLS on a stream: ALPN is decided from the ClientHello, the chain is checked by OpenSSL, the peer's names by the context's owner. */
import { isIP, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import tls from 'node:tls'
import { MAX_CLIENT_HELLO_BYTES, parseClientHello } from '../../tls/client-hello.ts'
import { subjectAltNames } from '../../tls/subject-alt-names.ts'
import type { ByteStream, StreamFailure, TlsFacts } from '../io-engine.ts'
import { streamFailure } from './node-error.ts'
import { NetStream } from './net-stream.ts'
import { currentHandshake, type NetTlsContext } from './net-tls-context.ts'
import { streamDuplex } from './stream-duplex.ts'
import type { Turn } from './turn.ts'

/** What `startTls` calls back with. */
export type TlsResult = ByteStream | { readonly failure: StreamFailure; readonly detail: string }

/** How long a closed connection waits for TLS to say why. */
const REASON_WAIT_MS = 100

/** @internal the engine's `startTls`. */
export function startNetTls(turn: Turn, stream: ByteStream, context: NetTlsContext, timeoutMs: number, done: (result: TlsResult) => void): void {
  const handshake = new Handshake(turn, stream, context, done)
  handshake.limit(timeoutMs)
  if (context.side === 'client') handshake.connect()
  else if (context.options.alpn && context.options.alpn.length > 0) peekAlpn(stream, context.options.alpn, handshake)
  else handshake.accept(false)
}

/** Collects the ClientHello, gives it back, and goes on with or without ALPN. What is no ClientHello is left to OpenSSL to refuse. */
function peekAlpn(stream: ByteStream, ours: readonly string[], handshake: Handshake): void {
  let seen = new Uint8Array(0)
  let need = 0
  const decide = (withAlpn: boolean): void => {
    stream.unread(seen)
    handshake.accept(withAlpn)
  }
  stream.setEvents({
    onData(bytes, from, to) {
      const grown = new Uint8Array(seen.length + to - from)
      grown.set(seen)
      grown.set(bytes.subarray(from, to), seen.length)
      seen = grown
      if (seen.length < need) return
      const result = parseClientHello(seen, 0, seen.length)
      if (result.kind === 'incomplete' && seen.length < 2 * MAX_CLIENT_HELLO_BYTES) need = result.need
      else decide(result.kind === 'complete' && result.hello.alpn.some(name => ours.includes(name)))
    },
    onEnd: () => handshake.failed(new Error('the peer closed before its ClientHello was complete')),
    onDrain() {},
    onClose: (failure, detail) => handshake.closed(failure ?? 'reset', detail ?? 'the peer closed before its ClientHello was complete'),
  })
}

class Handshake {
  private readonly turn: Turn
  private readonly stream: ByteStream
  private readonly context: NetTlsContext
  private readonly done: (result: TlsResult) => void
  private raw: Socket | Duplex | undefined
  private timer: NodeJS.Timeout | undefined
  private finished = false
  private error: Error | undefined

  constructor(turn: Turn, stream: ByteStream, context: NetTlsContext, done: (result: TlsResult) => void) {
    this.turn = turn
    this.stream = stream
    this.context = context
    this.done = done
  }

  limit(timeoutMs: number): void {
    this.timer = setTimeout(() => this.closed('timeout', `no TLS handshake within ${timeoutMs} ms`), timeoutMs)
    this.timer.unref()
  }

  accept(withAlpn: boolean): void {
    if (this.finished) return
    const raw = this.take()
    const server = this.context.server(withAlpn)
    currentHandshake.run(this, () => server.emit('connection', raw))
  }

  connect(): void {
    const { options } = this.context
    const socket = tls.connect({
      socket: this.take(),
      secureContext: this.context.secureContext,
      // An IP address is no SNI (RFC 6066 3), and the empty string sends none.
      servername: options.sni !== undefined && !isIP(options.sni) ? options.sni : '',
      rejectUnauthorized: options.trustedCaPem !== undefined,
      // Names are checked by verifyPeer below, before a byte of the application is sent or delivered.
      checkServerIdentity: () => undefined,
      ...(options.alpn && options.alpn.length > 0 ? { ALPNProtocols: [...options.alpn] } : {}),
    })
    const onError = (error: Error): void => this.failed(error)
    socket.on('error', onError)
    socket.once('secureConnect', () => {
      socket.off('error', onError)
      this.secure(socket)
    })
  }

  private take(): Socket | Duplex {
    const raw = this.stream instanceof NetStream && !this.stream.tls ? this.stream.detach() : streamDuplex(this.stream)
    this.raw = raw
    raw.on('error', this.onRawError)
    raw.on('close', this.onRawClose)
    return raw
  }

  private readonly onRawError = (error: Error): void => void (this.error ??= error)

  private readonly onRawClose = (): void => {
    // The reason follows from the TLS layer above, an event or two later; the timer is for the case that none does.
    const timer = setTimeout(() => {
      this.closed(this.error ? streamFailure(this.error) : 'tls', this.error?.message ?? 'the peer closed during the TLS handshake')
    }, REASON_WAIT_MS)
    timer.unref()
  }

  failed(error: Error): void {
    this.closed(streamFailure(error) === 'reset' ? 'reset' : 'tls', tlsDetail(error))
  }

  closed(failure: StreamFailure, detail: string): void {
    if (this.finished) return
    this.finish()
    if (this.raw) this.raw.destroy()
    else this.stream.destroy()
    this.turn.enter()
    try {
      this.done({ failure, detail })
    } finally {
      this.turn.leave()
    }
  }

  secure(socket: tls.TLSSocket): void {
    if (this.finished) return void socket.destroy()
    const facts = tlsFacts(socket, this.context)
    const refusal = facts ? refusalOf(facts, this.context, socket) : 'the names in the peer certificate are malformed'
    if (!facts || refusal !== undefined) {
      socket.on('error', () => {})
      socket.destroy()
      return this.closed('tls', refusal ?? 'refused')
    }
    this.finish()
    const stream = new NetStream(this.turn, socket, { readsItself: false, tls: facts, remote: this.stream.remoteAddress, local: this.stream.localAddress })
    stream.within(() => this.done(stream))
  }

  private finish(): void {
    this.finished = true
    clearTimeout(this.timer)
    this.raw?.off('close', this.onRawClose)
  }
}

const untrusted = (socket: tls.TLSSocket): string => `the peer certificate is not trusted: ${String(socket.authorizationError)}`

/** Why the peer is refused after a finished handshake; undefined lets it in. */
function refusalOf(facts: TlsFacts, context: NetTlsContext, socket: tls.TLSSocket): string | undefined {
  const { options } = context
  const hasPeer = facts.peerFingerprint !== undefined
  if (!hasPeer && (options.requireClientCertificate || context.side === 'client')) return 'the peer showed no certificate'
  if (hasPeer && options.trustedCaPem !== undefined && !socket.authorized) return untrusted(socket)
  if (hasPeer && options.verifyPeer) return options.verifyPeer(facts)
  return undefined
}

/** Undefined if the peer's names cannot be read. */
function tlsFacts(socket: tls.TLSSocket, context: NetTlsContext): TlsFacts | undefined {
  const certificate = socket.getPeerX509Certificate()
  const names = certificate && subjectAltNames(certificate.raw)
  if (certificate && !names) return undefined
  const sni = context.side === 'server' ? (socket as unknown as { servername?: string | false }).servername : context.options.sni
  return {
    version: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().name,
    resumed: socket.isSessionReused(),
    peerUris: names?.uris ?? [],
    peerDnsNames: names?.dnsNames ?? [],
    localUris: context.localUris,
    ...(typeof socket.alpnProtocol === 'string' ? { alpn: socket.alpnProtocol } : {}),
    ...(typeof sni === 'string' && sni !== '' ? { sni } : {}),
    ...(certificate ? { peerFingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(), peerSubject: subjectName(certificate.subject) } : {}),
  }
}

/** OpenSSL prints one attribute per line, first to last; RFC 2253, which Envoy shows, wants them last to first with commas. */
const subjectName = (subject: string | undefined): string => (subject ?? '').split('\n').reverse().join(',')

/** OpenSSL's reason without the place in its source: `peer did not return a certificate`. */
function tlsDetail(error: Error): string {
  const parts = error.message.trim().split(':')
  return parts.length >= 6 && parts[1] === 'error' ? (parts[5] ?? error.message) : error.message.trim()
}
