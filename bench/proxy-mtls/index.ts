// CPU per request of the proxy with mTLS (TLS 1.3) on both sides and a mesh's features on, kept alive and with a handshake each; peers: Envoy, haproxy
import { freePorts } from '../../packages/testkit/src/loopback/ports.ts'
import type { BenchRow } from '../measure/rows.ts'
import { inArena } from '../proxies/arena.ts'
import { makeCertificates, tlsSocket } from '../proxies/certificates.ts'
import { compare, type Contestant, type Load } from '../proxies/compare.ts'
import { haproxyHttp, NAMES, startContestants, startHaproxy, startNginx, type StaticMesh } from '../proxies/contestants.ts'
import { wrk } from '../proxies/load.ts'
import { cluster, listener, manager, type Statistics } from '../proxies/mesh-config.ts'
import { checkFeatures } from '../proxies/same-features.ts'

const CONNECTIONS = 32
const HANDSHAKES = 16

/** wrk has no client certificates: a haproxy on the load core, one per contestant, speaks mTLS for it. */
export const run = (): Promise<readonly BenchRow[]> => inArena(async (arena) => {
  const { tools, folder, kept } = arena
  const certificates = makeCertificates(tools, folder)
  const { ca, server, client } = certificates
  const [backend = 0, ...ports] = await freePorts(1 + 3 * NAMES.length)
  const [at, keptAlive, handshaking] = [0, 1, 2].map((part) => NAMES.map((_, i) => ports[part * NAMES.length + i] ?? 0)) as [number[], number[], number[]]
  const mesh = (port: number, statistics: Statistics): StaticMesh => ({
    listeners: [listener('inbound', port, manager(statistics, { forwardClientCertDetails: 'APPEND_FORWARD', setCurrentClientCertDetails: { subject: true, dns: true, uri: true } }), { transportSocket: tlsSocket('Downstream', certificates, server, client) })],
    clusters: [cluster(backend, { transportSocket: tlsSocket('Upstream', certificates, server, server) })],
  })
  await kept(startNginx(tools, folder, 'backend', `listen 127.0.0.1:${backend} ssl; ssl_certificate ${server.certificate}; ssl_certificate_key ${server.key}; ssl_client_certificate ${ca}; ssl_verify_client on; ssl_protocols TLSv1.3;`, backend))
  const direct = await startContestants(arena, at, mesh, (port) => haproxyHttp(port, backend, `ssl crt ${server.both} ca-file ${ca} verify required alpn http/1.1`, `ssl crt ${server.both} ca-file ${ca} verify required sni str(localhost) alpn http/1.1`))
  const front = (reuse: string, on: readonly number[], more: string, options: string): string => `
global
  nbthread 1
  maxconn 8000
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse ${reuse}
  ${options}
${NAMES.map((name, i) => `listen ${name}\n  bind 127.0.0.1:${on[i]}\n  server s1 127.0.0.1:${at[i]} pool-max-conn 1000 ssl crt ${client.both} ca-file ${ca} verify required sni str(localhost) alpn http/1.1 ${more}`).join('\n')}
`
  await kept(startHaproxy(tools, folder, 'front', front('always', keptAlive, '', ''), keptAlive[0] ?? 0, 'load'))
  await kept(startHaproxy(tools, folder, 'handshakes', front('never', handshaking, 'no-ssl-reuse', 'option http-server-close'), handshaking[0] ?? 0, 'load'))
  const through = (fronts: readonly number[]): readonly Contestant[] => direct.map((one, i) => ({ ...one, port: fronts[i] ?? 0 }))
  for (const { name, port } of through(keptAlive)) await checkFeatures(name, port)
  const load = (connections: number): Load => (port, seconds) => wrk(tools, port, connections, seconds)
  return [
    await compare(`keep-alive, ${CONNECTIONS} connections`, through(keptAlive), load(CONNECTIONS)),
    await compare(`a handshake per request, ${HANDSHAKES} connections`, through(handshaking), load(HANDSHAKES)),
  ]
})
