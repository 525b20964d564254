/** Hosts that no configuration lists: the original destination of a connection, or the host a request names. */
import { ipFamily } from '@istio-ts/foundation'
import type { Address } from '../io/io-engine.ts'
import type { Host } from '../upstream/host.ts'
import type { Upstream } from '../upstream/upstream.ts'
import type { Exchange } from './exchange.ts'

/** Why there is no host: the name does not resolve, the address is our own listener, or there is none. */
export type NoHost = 'dns' | 'self' | 'none'

/** Finds the host of an ORIGINAL_DST or DYNAMIC_FORWARD_PROXY cluster; `done` is called once, perhaps at once. */
export function dynamicHost(upstream: Upstream, exchange: Exchange, done: (host: Host | undefined, why: NoHost) => void): void {
  if (upstream.config.kind === 'ORIGINAL_DST') {
    const address = originalDestination(upstream, exchange)
    return address ? give(upstream, address, '', done) : done(undefined, 'none')
  }
  const target = parseAuthority(exchange.head.authority, upstream.config.socket.kind === 'tls' ? 443 : 80)
  if (!target) return done(undefined, 'dns')
  if (ipFamily(target.host) !== undefined) return give(upstream, { kind: 'ip', ip: target.host, port: target.port }, target.host, done)
  exchange.runtime.resolveCached(target.host, upstream.config.dnsFamily, (ip) => {
    if (ip === undefined) done(undefined, 'dns')
    else give(upstream, { kind: 'ip', ip, port: target.port }, target.host, done)
  })
}

function give(upstream: Upstream, address: Address, hostname: string, done: (host: Host | undefined, why: NoHost) => void): void {
  const host = upstream.dynamicHost(address, hostname)
  // A connection back to one of our own listeners would come here again, for ever.
  done(host, 'self')
}

function originalDestination(upstream: Upstream, exchange: Exchange): Address | undefined {
  const { originalDstHeader, originalDstPort } = upstream.config
  if (originalDstHeader !== '') {
    const named = parseAuthority(exchange.head.get(originalDstHeader) ?? '', 0)
    if (named && ipFamily(named.host) !== undefined && named.port > 0) return { kind: 'ip', ip: named.host, port: named.port }
  }
  const { localAddress } = exchange.info.connection
  if (localAddress.kind !== 'ip') return undefined
  return originalDstPort > 0 ? { ...localAddress, port: originalDstPort } : localAddress
}

/** `host`, `host:port` or `[v6]:port`; undefined if it is none of them. */
export function parseAuthority(authority: string, defaultPort: number): { readonly host: string; readonly port: number } | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/@?# ]+))(?::(\d{1,5}))?$/.exec(authority)
  const host = match?.[1] ?? match?.[2]
  const port = match?.[3] === undefined ? defaultPort : Number(match[3])
  if (host === undefined || port > 65_535 || (match?.[3] !== undefined && port === 0)) return undefined
  return { host, port }
}
