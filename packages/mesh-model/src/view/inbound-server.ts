/** What a workload's proxy serves on the workload's behalf. */
import type { HostName, Provenance } from '@istio-ts/foundation'
import type { ConnectionPool, TcpKeepalive } from './destination-policy.ts'
import type { MutualTlsMode } from './security-policy.ts'
import type { Protocol, ServiceFacts } from './service-facts.ts'

/** Where a server hands its traffic to. */
export type DefaultEndpoint =
  | { readonly kind: 'original-dst' }
  | { readonly kind: 'address'; readonly address: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }

/** TLS that the sidecar terminates with the user's own certificate (Sidecar ingress `tls`). */
export interface ServerTls {
  readonly mode: 'SIMPLE' | 'MUTUAL' | 'ISTIO_MUTUAL' | 'PASSTHROUGH' | 'AUTO_PASSTHROUGH' | 'OPTIONAL_MUTUAL'
  readonly credentialName?: string
  readonly credentialNames: readonly string[]
  readonly caCertCredentialName?: string
  readonly serverCertificate?: string
  readonly privateKey?: string
  readonly caCertificates?: string
  readonly caCrl?: string
  readonly subjectAltNames: readonly string[]
  readonly verifyCertificateSpki: readonly string[]
  readonly verifyCertificateHash: readonly string[]
  readonly minProtocolVersion?: string
  readonly maxProtocolVersion?: string
  readonly cipherSuites: readonly string[]
  readonly httpsRedirect: boolean
}

/** One port of the workload. */
export interface InboundServer {
  /** The workload's own port (Istio: the target port); what portLevelMtls and AuthorizationPolicy `ports` speak of. */
  readonly workloadPort: number
  /** The service's port, for names (`inbound|http|<service port>`). */
  readonly servicePort: number
  readonly portName: string
  readonly protocol: Protocol
  /** Where connections arrive: the workload port behind a capture, or the loopback plan's listen port. */
  readonly listenPort: number
  /** Bind address when the port is opened by the proxy itself; `''` when the virtual listener captures it. */
  readonly bind: string
  readonly mtls: MutualTlsMode
  /** Certificate settings of a Sidecar ingress; replaces mesh mTLS. */
  readonly tls?: ServerTls
  readonly defaultEndpoint: DefaultEndpoint
  /** Services reached through this port; the first names it in telemetry. */
  readonly services: readonly ServiceFacts[]
  /** Hosts for route names and decorators, the first service's host or the Sidecar's. */
  readonly host: HostName
  readonly connectionPool: ConnectionPool
  readonly keepalive?: TcpKeepalive
  readonly from: readonly Provenance[]
}

/** All that a workload's proxy serves. Shared by replicas of a workload. */
export interface InboundView {
  readonly key: string
  readonly servers: readonly InboundServer[]
  /** The capture port (15006) with the catch-all chains; absent in a local mesh and for interception mode NONE. */
  readonly virtualListener?: {
    readonly bind: readonly string[]
    readonly port: number
    readonly mtls: MutualTlsMode
    /** Ports that no server takes but a policy speaks of; absent if there are none. */
    readonly otherPorts?: readonly { readonly port: number; readonly mtls: MutualTlsMode }[]
  }
  /** Ports without a service: forwarded as they came (PASSTHROUGH), or to localhost. */
  readonly unknownPorts: 'passthrough' | 'localhost'
}
