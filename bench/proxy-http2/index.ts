// CPU per HTTP/2 request (cleartext on both sides) of the proxy with a mesh's features on; peers: Envoy, haproxy
import type { BenchRow } from '../measure/rows.ts'
import { inArena } from '../proxies/arena.ts'
import { compare, type Contestant } from '../proxies/compare.ts'
import { haproxyHttp, startEnvoy, startHaproxy, startNginx, startOurs, type StaticMesh } from '../proxies/contestants.ts'
import { h2load } from '../proxies/load.ts'
import { cluster, listener, manager, type Statistics } from '../proxies/mesh-config.ts'
import { freePorts } from '../proxies/processes.ts'

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
export const run = (): Promise<readonly BenchRow[]> => inArena(async ({ tools, folder, kept }) => {
  const [backend = 0, ours = 0, envoy = 0, haproxy = 0] = await freePorts(4)
  const mesh = (port: number, statistics: Statistics): StaticMesh => ({ listeners: [listener('outbound', port, manager(statistics))], clusters: [cluster(backend, HTTP2_UPSTREAM)] })
  await kept(startNginx(tools, folder, 'backend', `listen 127.0.0.1:${backend} http2;`, backend))
  const contestants: readonly Contestant[] = [
    { name: 'ours', port: ours, running: await kept(startOurs(folder, 'ours', mesh(ours, 'istio'), ours)) },
    { name: 'envoy', port: envoy, running: await kept(startEnvoy(tools, folder, 'envoy', mesh(envoy, 'grpc'), envoy)) },
    { name: 'haproxy', port: haproxy, running: await kept(startHaproxy(tools, folder, 'haproxy', haproxyHttp(haproxy, backend, 'proto h2', 'proto h2'), haproxy)) },
  ]
  const rows: BenchRow[] = []
  for (const streams of STREAMS) rows.push(await compare(`${CONNECTIONS} connections x ${streams} streams`, contestants, (port, seconds) => h2load(tools, port, CONNECTIONS, streams, seconds)))
  return rows
})
