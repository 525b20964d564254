/**
 * Where bytes come from and go to. Everything above this seam is the same on sockets, CONNECT streams, internal listeners and memory.
 * Two engines are planned: `net` (public Node APIs, the default) and `native`; both pass the same tests.
 */

/** An address: `ip` and `port`, or a unix socket path (`pipe`). */
export type Address =
  | { readonly kind: 'ip'; readonly ip: string; readonly port: number }
  | { readonly kind: 'pipe'; readonly path: string }

/** Why a stream ended badly; mapped once per engine from platform errors. */
export type StreamFailure = 'reset' | 'refused' | 'timeout' | 'unreachable' | 'tls' | 'dns' | 'local'

/**
 * What a stream tells its owner. Byte ranges are valid only during the callback: the receiver copies what it keeps.
 * After `onClose` nothing more is called.
 */
export interface StreamEvents {
  onData(bytes: Uint8Array, from: number, to: number): void
  /** The peer will send no more (half close). */
  onEnd(): void
  /** The backlog of `send` is empty again after `send` returned false. */
  onDrain(): void
  /** The stream is gone; `failure` is absent after an orderly close. `detail` is for logs. */
  onClose(failure?: StreamFailure, detail?: string): void
}

/** Formats an address for people: `127.0.0.1:80`, `[::1]:80` or a path. */
export const formatAddress = (address: Address): string =>
  address.kind === 'pipe' ? address.path : address.ip.includes(':') ? `[${address.ip}]:${address.port}` : `${address.ip}:${address.port}`

/** A bidirectional stream of bytes: a socket, a TLS session on one, an HBONE tunnel, an internal connection or memory. */
export interface ByteStream {
  readonly localAddress: Address
  readonly remoteAddress: Address
  /** Facts of the TLS session, present after a handshake. */
  readonly tls?: TlsFacts
  /** Sets who is told. Replacing it hands the stream over (e.g. from an inspector to a codec). */
  setEvents(events: StreamEvents): void
  /**
   * Sends `bytes[from, to)`. With `owned` the engine may keep the range until it is written (the caller never touches it again);
   * without, the engine copies what the kernel does not take at once, so the caller may reuse it after the call.
   * Returns false when a backlog exists: stop sending and wait for `onDrain`.
   */
  send(bytes: Uint8Array, from: number, to: number, owned: boolean): boolean
  pause(): void
  resume(): void
  /** Sends what is queued, then FIN (half close). */
  end(): void
  /**
   * Orderly close for an owner that wants no more input: sends what is queued, then FIN, discards what still arrives, and drops the
   * stream when the peer closes, at the latest after `lingerMs` (default 1000: a peer that is still writing can read the last answer,
   * and a silent one holds no socket for long). `onClose` follows; no other event does.
   */
  close(lingerMs?: number): void
  /** Drops the stream now (RST where the platform allows it). */
  destroy(): void
  /** Gives bytes back that were read too far (ClientHello or preface inspection): they are delivered again first. */
  unread(bytes: Uint8Array): void
}

/** What a finished TLS handshake tells. */
export interface TlsFacts {
  readonly version: string
  readonly cipher: string
  readonly alpn?: string
  readonly sni?: string
  /** True if the session was resumed. */
  readonly resumed: boolean
  /** SHA-256 of the peer's leaf certificate, lower-case hex; absent without one. */
  readonly peerFingerprint?: string
  /** URI SANs (SPIFFE ids) of the verified peer certificate, in order. */
  readonly peerUris: readonly string[]
  readonly peerDnsNames: readonly string[]
  readonly peerSubject?: string
  /** URI SANs of the certificate we presented. */
  readonly localUris: readonly string[]
}

/** Key material and rules of one side of TLS; made once per certificate version and shared by its connections. */
export interface TlsContext {
  readonly side: 'server' | 'client'
  readonly id: string
}

/** What makes a {@link TlsContext}. PEM texts; verification per Envoy's CertificateValidationContext. */
export interface TlsContextOptions {
  readonly side: 'server' | 'client'
  readonly certificateChainPem?: string
  readonly privateKeyPem?: string
  /** Trust anchors; absent = no verification of the peer (client) or no client certificate asked (server). */
  readonly trustedCaPem?: string
  /** Server: ask for a client certificate and refuse without one. */
  readonly requireClientCertificate?: boolean
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3'
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3'
  readonly cipherSuites?: readonly string[]
  /** Server and client: protocols in order of preference; without a common one the handshake goes on without ALPN, as in Envoy. */
  readonly alpn?: readonly string[]
  /** Client: SNI to send. */
  readonly sni?: string
  /** Accepts the peer after chain verification by its SANs; absent = any verified peer. Returns a reason when it refuses. */
  readonly verifyPeer?: (facts: Pick<TlsFacts, 'peerUris' | 'peerDnsNames' | 'peerSubject' | 'peerFingerprint'>) => string | undefined
}

/** A bound socket. */
export interface Listening {
  readonly address: Address
  /** Stops accepting; accepted streams live on. */
  close(): Promise<void>
}

/** A way to do IO. Errors of `listen` reject with a MeshError that names the address; those of `connect` arrive as `onClose`. */
export interface IoEngine {
  readonly name: string
  /** `reusePort` defaults to false, so a second owner of a port is an error instead of a silent share. */
  listen(address: Address, options: { readonly reusePort?: boolean; readonly backlog?: number }, onAccept: (stream: ByteStream) => void): Promise<Listening>
  /** Starts to connect; `send` may be called at once. `onConnect` is called before any other event. */
  connect(address: Address, options: { readonly timeoutMs: number }, events: StreamEvents & { onConnect(stream: ByteStream): void }): ByteStream
  tlsContext(options: TlsContextOptions): TlsContext
  /** Puts TLS on a stream (whose unread bytes come first); calls back once, with the TLS stream or the failure. */
  startTls(stream: ByteStream, context: TlsContext, options: { readonly timeoutMs: number }, done: (result: ByteStream | { readonly failure: StreamFailure; readonly detail: string }) => void): void
  /** Relays both ways with half close until both ended; an engine may shortcut sockets (splice). Counts are bytes a->b and b->a. */
  relay(a: ByteStream, b: ByteStream, onDone: (result: RelayResult) => void, idleTimeoutMs?: number): RelayCounters
}

/** How a relay ended; counts are bytes. */
export interface RelayResult {
  readonly aToB: number
  readonly bToA: number
  readonly failure?: StreamFailure
  /** Whose end or break came first; absent if the relay itself gave up. */
  readonly endedBy?: 'a' | 'b'
}

/** Live byte counts of a relay. */
export interface RelayCounters {
  readonly aToB: number
  readonly bToA: number
}
