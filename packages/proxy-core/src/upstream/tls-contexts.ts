/** TLS contexts by socket, ALPN and secret version: rotation makes new ones, live connections keep theirs. */
import type { IoEngine, TlsContext } from '../io/io-engine.ts'
import type { CompiledSecret } from '../secrets/compiled-secret.ts'
import { checkPeerNames, type SanTest, type TlsSocket } from './transport-socket.ts'
import { compileStringMatcher } from '../match/string-matcher.ts'

/** Reads the present secrets. */
export type SecretLookup = (name: string) => CompiledSecret | undefined

/** Variations that a request brings to a client context. */
export interface ClientTlsVariant {
  readonly alpn?: readonly string[]
  /** Offered if the socket itself names no protocols. */
  readonly alpnFallback?: readonly string[]
  readonly sni?: string
  /** `auto_san_validation`: the peer must carry this DNS name. */
  readonly requiredDnsName?: string
}

/** Why the engine would not take a secret: it is asked, because only the TLS library knows. */
export function secretProblem(engine: IoEngine, secret: CompiledSecret): string | undefined {
  try {
    engine.tlsContext(secret.kind === 'certificate' ? { side: 'server', certificateChainPem: secret.chainPem, privateKeyPem: secret.key.reveal() } : { side: 'client', trustedCaPem: secret.caPem })
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

interface Cached {
  readonly context: TlsContext
  readonly certificate: CompiledSecret | undefined
  readonly trust: CompiledSecret | undefined
}

/** Makes and keeps TLS contexts. */
export class TlsContexts {
  readonly #engine: IoEngine
  readonly #secrets: SecretLookup
  readonly #bySocket = new WeakMap<TlsSocket, Map<string, Cached>>()

  constructor(engine: IoEngine, secrets: SecretLookup) {
    this.#engine = engine
    this.#secrets = secrets
  }

  /** The context for a socket, or the reason why there is none yet (a secret is missing). */
  get(socket: TlsSocket, variant: ClientTlsVariant = {}): TlsContext | { readonly missing: string } {
    const certificate = socket.certificate === undefined ? undefined : this.#secrets(socket.certificate)
    const trust = socket.validation === undefined ? undefined : this.#secrets(socket.validation)
    if (socket.certificate !== undefined && certificate?.kind !== 'certificate') return { missing: socket.certificate }
    if (socket.validation !== undefined && trust?.kind !== 'trust') return { missing: socket.validation }
    const alpn = variant.alpn ?? (socket.alpn.length > 0 ? socket.alpn : variant.alpnFallback ?? [])
    const key = `${alpn.join(',')}|${variant.sni ?? ''}|${variant.requiredDnsName ?? ''}`
    const cache = this.#bySocket.get(socket) ?? new Map<string, Cached>()
    this.#bySocket.set(socket, cache)
    const found = cache.get(key)
    if (found && found.certificate === certificate && found.trust === trust) return found.context
    const context = this.#make(socket, certificate, trust, alpn, variant)
    // SNI and names follow the request's authority: the bound keeps a hostile client from growing the table.
    if (cache.size >= MAX_VARIANTS) cache.clear()
    cache.set(key, { context, certificate, trust })
    return context
  }

  #make(socket: TlsSocket, certificate: CompiledSecret | undefined, trust: CompiledSecret | undefined, alpn: readonly string[], variant: ClientTlsVariant): TlsContext {
    const chainPem = certificate?.kind === 'certificate' ? certificate.chainPem : socket.inlineCertificate?.chainPem
    const keyPem = certificate?.kind === 'certificate' ? certificate.key.reveal() : socket.inlineCertificate?.keyPem
    const caPem = trust?.kind === 'trust' ? trust.caPem : socket.inlineTrustPem
    const sni = variant.sni ?? socket.sni
    const tests = variant.requiredDnsName === undefined ? socket.sanTests : [...socket.sanTests, dnsNameTest(variant.requiredDnsName)]
    return this.#engine.tlsContext({
      side: socket.side,
      ...(chainPem ? { certificateChainPem: chainPem } : {}),
      ...(keyPem ? { privateKeyPem: keyPem } : {}),
      ...(caPem ? { trustedCaPem: caPem } : {}),
      requireClientCertificate: socket.requireClientCertificate,
      minVersion: socket.minVersion,
      maxVersion: socket.maxVersion,
      ...(socket.cipherSuites.length > 0 ? { cipherSuites: socket.cipherSuites } : {}),
      ...(alpn.length > 0 ? { alpn } : {}),
      ...(sni !== '' && socket.side === 'client' ? { sni } : {}),
      // Names are only looked at where the chain is verified; without trust anchors nothing is (Istio's SIMPLE without CA).
      ...(caPem ? { verifyPeer: (facts) => checkPeerNames(tests, facts.peerUris, facts.peerDnsNames) } : {}),
    })
  }
}

const MAX_VARIANTS = 256

const dnsNameTest = (name: string): SanTest => ({ type: 'dns', test: compileStringMatcher({ exact: name, ignoreCase: true }, '', { where: '', problems: [] }) })
