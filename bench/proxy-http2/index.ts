// CPU per HTTP/2 request (cleartext on both sides) of the proxy with a mesh's features on; peers: Envoy, haproxy
import { freePorts } from '../../packages/testkit/src/loopback/ports.ts'
import type { BenchRow } from '../measure/rows.ts'
import { inArena } from '../proxies/arena.ts'
import { compare } from '../proxies/compare.ts'
import { haproxyHttp, startContestants, startNginx } from '../proxies/contestants.ts'
import { h2load } from '../proxies/load.ts'
import { cluster, listener, manager } from '../proxies/mesh-config.ts'
import { checkFeatures, overHttp2 } from '../proxies/same-features.ts'

const CONNECTIONS = 8
const STREAMS = [1, 10]

const HTTP2_UPSTREAM = {
  typedExtensionProtocolOptions: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
      explicitHttpConfig: { http2ProtocolOptions: {} },
    },
  },
}

/** Eight connections with so many streams at a time. */
export const run = (): Promise<readonly BenchRow[]> => inArena(async (arena) => {
  const { tools, folder, kept } = arena
  const [backend = 0, ...ports] = await freePorts(4)
  await kept(startNginx(tools, folder, 'backend', `listen 127.0.0.1:${backend} http2;`, backend))
  const contestants = await startContestants(
    arena, ports,
    (port, statistics) => ({ listeners: [listener('outbound', port, manager(statistics))], clusters: [cluster(backend, HTTP2_UPSTREAM)] }),
    (port) => haproxyHttp(port, backend, 'proto h2', 'proto h2'),
  )
  for (const { name, port } of contestants) await checkFeatures(name, port, overHttp2)
  const rows: BenchRow[] = []
  for (const streams of STREAMS) rows.push(await compare(`${CONNECTIONS} connections x ${streams} streams`, contestants, (port, seconds) => h2load(tools, port, CONNECTIONS, streams, seconds)))
  return rows
})
