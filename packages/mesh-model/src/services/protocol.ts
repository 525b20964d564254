/** Which protocol a service port speaks. @see https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection */
import type { Protocol } from '../view/service-facts.ts'

const BY_NAME: Readonly<Record<string, Protocol | 'udp'>> = {
  http: 'http', http2: 'http2', grpc: 'grpc', 'grpc-web': 'grpc-web', https: 'https', tls: 'tls', tcp: 'tcp',
  mongo: 'mongo', mysql: 'tcp', redis: 'tcp', udp: 'udp', http_proxy: 'http_proxy', hbone: 'hbone',
}

/** Filters for protocols that are off unless the installation switches them on; without one the traffic is plain TCP. */
export interface ProtocolFeatures {
  /** PILOT_ENABLE_MYSQL_FILTER. */
  readonly mysql: boolean
  /** PILOT_ENABLE_REDIS_FILTER. */
  readonly redis: boolean
}

const BY_APP_PROTOCOL: Readonly<Record<string, Protocol>> = {
  'kubernetes.io/h2c': 'http2', 'kubernetes.io/ws': 'http', 'kubernetes.io/wss': 'https',
}

/** Ports whose servers speak first, so that sniffing would wait in vain: SMTP, DNS, MySQL, MongoDB. */
const SERVER_FIRST: ReadonlySet<number> = new Set([25, 53, 3306, 27017])

/** What Istio's protocol names mean; `undefined` for a name it does not know. MySQL and Redis are plain TCP unless switched on. */
export const protocolNamed = (name: string, features?: ProtocolFeatures): Protocol | 'udp' | undefined => {
  const key = name.toLowerCase()
  if ((key === 'mysql' && features?.mysql) || (key === 'redis' && features?.redis)) return key
  return Object.hasOwn(BY_NAME, key) ? BY_NAME[key] : undefined
}

/**
 * Chooses the protocol of a Kubernetes port: `appProtocol`, else the prefix of the port's name (`http-web`), else TCP for ports whose servers
 * speak first, else `auto`. @see istio pkg/config/kube/conversion.go
 */
export function protocolOfPort(port: { readonly name?: string; readonly port: number; readonly protocol?: string; readonly appProtocol?: string }, features?: ProtocolFeatures): Protocol | 'udp' {
  if (port.protocol === 'UDP') return 'udp'
  const byApp = port.appProtocol === undefined ? undefined : (BY_APP_PROTOCOL[port.appProtocol] ?? protocolNamed(port.appProtocol, features))
  if (byApp !== undefined) return byApp
  const name = (port.appProtocol ?? port.name ?? '').toLowerCase()
  const byName = name.startsWith('grpc-web') ? 'grpc-web' : protocolNamed(name.split('-')[0] ?? '', features)
  return byName ?? (SERVER_FIRST.has(port.port) ? 'tcp' : 'auto')
}
