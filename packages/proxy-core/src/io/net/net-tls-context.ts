/** Key material and rules of one side of TLS, prepared once per certificate version. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { constants, randomBytes, X509Certificate } from 'node:crypto'
import tls from 'node:tls'
import { subjectAltNames } from '../../tls/subject-alt-names.ts'
import { badTlsContext } from '../errors.ts'
import type { TlsContext, TlsContextOptions } from '../io-engine.ts'

/** How a server handshake ends; the current one is found by {@link currentHandshake}. @internal */
export interface ServerHandshake {
  secure(socket: tls.TLSSocket): void
  failed(error: Error): void
}

/**
 * The handshake that a `tls.Server` event belongs to. Node's events do not name the raw connection that was handed in; the asynchronous
 * context of the hand-over does. @internal
 */
export const currentHandshake = new AsyncLocalStorage<ServerHandshake>()

/** @internal made by `NetEngine.tlsContext`. */
export class NetTlsContext implements TlsContext {
  readonly side: 'server' | 'client'
  readonly id: string
  readonly options: TlsContextOptions
  /** URI SANs of our own certificate. */
  readonly localUris: readonly string[]
  private readonly settings: tls.SecureContextOptions
  private clientContext: tls.SecureContext | undefined
  private plainServer: tls.Server | undefined
  private alpnServer: tls.Server | undefined

  /** @throws MeshError MESH0704 if the PEM texts are not usable. */
  constructor(options: TlsContextOptions) {
    this.side = options.side
    this.id = randomBytes(8).toString('hex')
    this.options = options
    this.settings = secureSettings(options)
    try {
      this.localUris = options.certificateChainPem === undefined ? [] : (subjectAltNames(new X509Certificate(options.certificateChainPem).raw)?.uris ?? [])
      // A bad key shows now, not at the first connection.
      if (options.side === 'client') this.clientContext = tls.createSecureContext(this.settings)
      else this.plainServer = this.makeServer(false)
    } catch (cause) {
      throw badTlsContext(cause)
    }
  }

  get secureContext(): tls.SecureContext {
    return (this.clientContext ??= tls.createSecureContext(this.settings))
  }

  /** The server that runs handshakes; the one with ALPN only for clients that share a protocol, because Node aborts otherwise. */
  server(withAlpn: boolean): tls.Server {
    if (withAlpn) return (this.alpnServer ??= this.makeServer(true))
    return (this.plainServer ??= this.makeServer(false))
  }

  private makeServer(withAlpn: boolean): tls.Server {
    const { options } = this
    const server = tls.createServer({
      ...this.settings,
      requestCert: options.trustedCaPem !== undefined || options.requireClientCertificate === true,
      // Refused in `secure` instead (see `refusalOf`): Node would close without telling anybody why.
      rejectUnauthorized: false,
      // Own session ticket keys: a session can never outlive the trust it was made under.
      ticketKeys: randomBytes(48),
      handshakeTimeout: 0x7fffffff, // startTls has its own timer
      ...(withAlpn ? { ALPNProtocols: [...(options.alpn ?? [])] } : {}),
    })
    server.on('secureConnection', socket => currentHandshake.getStore()?.secure(socket))
    server.on('tlsClientError', error => currentHandshake.getStore()?.failed(error))
    return server
  }
}

/** No renegotiation: it costs a server far more than its peer, and nothing in a mesh needs it. */
function secureSettings(options: TlsContextOptions): tls.SecureContextOptions {
  return {
    minVersion: options.minVersion ?? 'TLSv1.2',
    maxVersion: options.maxVersion ?? 'TLSv1.3',
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    honorCipherOrder: true,
    ...(options.certificateChainPem === undefined ? {} : { cert: options.certificateChainPem }),
    ...(options.privateKeyPem === undefined ? {} : { key: options.privateKeyPem }),
    ...(options.trustedCaPem === undefined ? {} : { ca: options.trustedCaPem }),
    ...(options.cipherSuites === undefined || options.cipherSuites.length === 0 ? {} : { ciphers: cipherList(options.cipherSuites) }),
  }
}

/** Envoy's lists name TLS 1.2 suites only; TLS 1.3 keeps its three, as in Envoy, where they are not configurable. */
const cipherList = (suites: readonly string[]): string =>
  ['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256', ...suites].join(':')
