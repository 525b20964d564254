// CPU per HTTP/1.1 request of the proxy with a mesh's features on (rbac, fault, cors, stats, access log, routes); peers: Envoy, haproxy
import { freePorts } from '../../packages/testkit/src/loopback/ports.ts'
import type { BenchRow } from '../measure/rows.ts'
import { inArena } from '../proxies/arena.ts'
import { compare } from '../proxies/compare.ts'
import { haproxyHttp, startContestants, startNginx } from '../proxies/contestants.ts'
import { wrk } from '../proxies/load.ts'
import { cluster, listener, manager } from '../proxies/mesh-config.ts'
import { checkFeatures } from '../proxies/same-features.ts'

const CONNECTIONS = [8, 32, 64]

/** Keep-alive connections, 1 KiB answers, 10 request headers; all proxies stay up and take turns. */
export const run = (): Promise<readonly BenchRow[]> => inArena(async (arena) => {
  const { tools, folder, kept } = arena
  const [backend = 0, ...ports] = await freePorts(4)
  await kept(startNginx(tools, folder, 'backend', `listen 127.0.0.1:${backend};`, backend))
  const contestants = await startContestants(
    arena, ports,
    (port, statistics) => ({ listeners: [listener('outbound', port, manager(statistics))], clusters: [cluster(backend)] }),
    (port) => haproxyHttp(port, backend),
  )
  for (const { name, port } of contestants) await checkFeatures(name, port)
  const rows: BenchRow[] = []
  for (const connections of CONNECTIONS) rows.push(await compare(`keep-alive, ${connections} connections`, contestants, (port, seconds) => wrk(tools, port, connections, seconds)))
  return rows
})
