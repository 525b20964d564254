// CPU per HTTP/1.1 request of the proxy with a mesh's features on (rbac, fault, cors, stats, access log, routes); peers: Envoy, haproxy
import type { BenchRow } from '../measure/rows.ts'
import { inArena } from '../proxies/arena.ts'
import { compare, type Contestant } from '../proxies/compare.ts'
import { haproxyHttp, startEnvoy, startHaproxy, startNginx, startOurs, type StaticMesh } from '../proxies/contestants.ts'
import { wrk } from '../proxies/load.ts'
import { cluster, listener, manager, type Statistics } from '../proxies/mesh-config.ts'
import { freePorts } from '../proxies/processes.ts'
import { checkFeatures } from '../proxies/same-features.ts'

const CONNECTIONS = [8, 32, 64]

/** Keep-alive connections, 1 KiB answers, 10 request headers; all proxies stay up and take turns. */
export const run = (): Promise<readonly BenchRow[]> => inArena(async ({ tools, folder, kept }) => {
  const [backend = 0, ours = 0, envoy = 0, haproxy = 0] = await freePorts(4)
  const mesh = (port: number, statistics: Statistics): StaticMesh => ({ listeners: [listener('outbound', port, manager(statistics))], clusters: [cluster(backend)] })
  await kept(startNginx(tools, folder, 'backend', `listen 127.0.0.1:${backend};`, backend))
  const contestants: readonly Contestant[] = [
    { name: 'ours', port: ours, running: await kept(startOurs(folder, 'ours', mesh(ours, 'istio'), ours)) },
    { name: 'envoy', port: envoy, running: await kept(startEnvoy(tools, folder, 'envoy', mesh(envoy, 'grpc'), envoy)) },
    { name: 'haproxy', port: haproxy, running: await kept(startHaproxy(tools, folder, 'haproxy', haproxyHttp(haproxy, backend), haproxy)) },
  ]
  for (const { name, port } of contestants) await checkFeatures(name, port)
  const rows: BenchRow[] = []
  for (const connections of CONNECTIONS) rows.push(await compare(`keep-alive, ${connections} connections`, contestants, (port, seconds) => wrk(tools, port, connections, seconds)))
  return rows
})
