/** What an outbound view depends on of the proxies that share it; nothing else of a proxy may be read while it is made. */
import type { ClusterId, Labels } from '@istio-ts/foundation'
import type { Locality, ProxyType } from '../identity/proxy-identity.ts'

/** A class of clients. As JSON it is the key of its outbound view. */
export interface OutboundClass {
  readonly type: ProxyType
  readonly namespace: string
  /** Only labels that some rule in the mesh asks clients for (`sourceLabels`, DestinationRule selectors). */
  readonly labels: Labels
  /** `namespace/name` of the Sidecar resource in force; `''` for none. */
  readonly sidecar: string
  readonly dnsDomain: string
  readonly cluster: ClusterId
  readonly network: string
  readonly locality: Locality
  readonly ipFamilies: readonly ('IPv4' | 'IPv6')[]
  /** False without interception: ports are opened instead of captured. */
  readonly captured: boolean
  /** Key of the loopback plan; `''` outside of local meshes. */
  readonly loopback: string
  /** Gateways (`namespace/name`) that a router serves, sorted; empty for sidecars. */
  readonly gateways: readonly string[]
  /** True if the process may not open ports below 1024 (metadata UNPRIVILEGED_POD). */
  readonly isUnprivileged: boolean
  /** Server port to target port of the services in front of a router. */
  readonly gatewayPorts: readonly { readonly port: number; readonly targetPort: number }[]
  /** Own addresses, only for classes that share nothing anyhow (headless services listen on all addresses but one's own). */
  readonly ownAddresses: readonly string[]
}

/** The key of a class. */
export const classKey = (one: OutboundClass): string => JSON.stringify(one)

/** The class of a key; keys are made by {@link classKey} alone. */
export const classOfKey = (key: string): OutboundClass => JSON.parse(key) as OutboundClass
