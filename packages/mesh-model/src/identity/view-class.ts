/** What all proxies of a class have in common; as JSON it is the key of their view, so nothing else can reach the view. */
import type { MeshProxyConfigOverlay } from '@istio-ts/api-types'
import type { Labels } from '@istio-ts/foundation'
import type { InboundClass } from '../inbound/inbound-class.ts'
import type { OutboundClass } from '../outbound/outbound-class.ts'
import type { ProxyClass } from '../view/proxy-view.ts'

/** The class; sets are lists here, because the key is text. */
export interface ViewClass {
  readonly proxy: Omit<ProxyClass, 'extensions'> & { readonly extensions: 'all' | readonly string[] }
  readonly outbound: OutboundClass
  readonly inbound: InboundClass
  /** Labels that security policies and Telemetry of its namespaces select by. */
  readonly policyLabels: Labels
  /** ProxyConfig of the proxy itself (metadata PROXY_CONFIG). */
  readonly proxyConfig: MeshProxyConfigOverlay
}

/** Node metadata that shapes configuration and is therefore part of the class. */
export const SHAPING_METADATA: readonly string[] = [
  'HTTP10', 'DNS_CAPTURE', 'DNS_AUTO_ALLOCATE', 'IDLE_TIMEOUT', 'ROUTER_MODE', 'UNPRIVILEGED_POD', 'GENERATOR', 'METADATA_DISCOVERY', 'ENABLE_HBONE',
  'ENABLE_SELF_DISCOVERY', 'TLS_CLIENT_CERT_CHAIN', 'TLS_CLIENT_KEY', 'TLS_CLIENT_ROOT_CERT', 'TLS_SERVER_CERT_CHAIN', 'TLS_SERVER_KEY', 'TLS_SERVER_ROOT_CERT',
  'REQUESTED_NETWORK_VIEW', 'INBOUND_LISTENER_EXACT_BALANCE', 'OUTBOUND_LISTENER_EXACT_BALANCE', 'FILE_ROOT_SYSTEM', 'DISABLE_REDIRECT_HTTP3', 'WORKLOAD_NAME', 'BIND_INBOUND_TO_IP',
]

/** The key of a class. */
export const viewKey = (one: ViewClass): string => JSON.stringify(one)

/** The inverse of {@link viewKey}. */
export const viewOfKey = (key: string): ViewClass => JSON.parse(key) as ViewClass
