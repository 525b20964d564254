/** Names by the operating system (getaddrinfo: hosts file, search domains, DNS). */
import { lookup } from 'node:dns'
import type { Resolver } from '@istio-ts/proxy-core'

/** The resolver of the host. */
export const systemResolver = (): Resolver => ({
  resolve(host, family, done) {
    lookup(host, { all: true, family: family === 'V4_ONLY' ? 4 : family === 'V6_ONLY' ? 6 : 0 }, (error, addresses) => {
      if (error) return done({ ok: false, detail: error.message })
      const sorted = family === 'V4_PREFERRED' || family === 'AUTO' ? [...addresses].sort((a, b) => (family === 'AUTO' ? b.family - a.family : a.family - b.family)) : addresses
      // AUTO prefers IPv6 in Envoy; on a host without it nothing but IPv4 comes back.
      done({ ok: true, addresses: sorted.map(({ address }) => address) })
    })
  },
})
