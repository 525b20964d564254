// CPU per request of the proxy with mTLS (TLS 1.3) on both sides and a mesh's features on, kept alive and with a handshake each; peers: Envoy, haproxy
import type { BenchRow } from '../measure/rows.ts'
import { inArena } from '../proxies/arena.ts'
import { makeCertificates, tlsSocket } from '../proxies/certificates.ts'
import { compare, type Contestant, type Load } from '../proxies/compare.ts'
import { haproxyHttp, startEnvoy, startHaproxy, startNginx, startOurs, type StaticMesh } from '../proxies/contestants.ts'
import { wrk } from '../proxies/load.ts'
import { cluster, listener, manager, type Statistics } from '../proxies/mesh-config.ts'
import { freePorts } from '../proxies/processes.ts'
import { checkFeatures } from '../proxies/same-features.ts'

const CONNECTIONS = 32
const HANDSHAKES = 16
const NAMES = ['ours', 'envoy', 'haproxy'] as const

/** wrk has no client certificates: a haproxy on the load core, one per contestant, speaks mTLS for it. */
export const run = (): Promise<readonly BenchRow[]> => inArena(async ({ tools, folder, kept }) => {
  const certificates = makeCertificates(tools, folder)
  const { ca, server, client } = certificates
  const [backend = 0, ...ports] = await freePorts(1 + 3 * NAMES.length)
  const [at, keptAlive, handshaking] = [0, 1, 2].map((part) => NAMES.map((_, i) => ports[part * NAMES.length + i] ?? 0)) as [number[], number[], number[]]
  const [ours = 0, envoy = 0, haproxy = 0] = at
  const mesh = (port: number, statistics: Statistics): StaticMesh => ({
    listeners: [listener('inbound', port, manager(statistics, { forwardClientCertDetails: 'APPEND_FORWARD', setCurrentClientCertDetails: { subject: true, dns: true, uri: true } }), { transportSocket: tlsSocket('Downstream', certificates, server, client) })],
    clusters: [cluster(backend, { transportSocket: tlsSocket('Upstream', certificates, server, server) })],
  })
  await kept(startNginx(tools, folder, 'backend', `listen 127.0.0.1:${backend} ssl; ssl_certificate ${server.certificate}; ssl_certificate_key ${server.key}; ssl_client_certificate ${ca}; ssl_verify_client on; ssl_protocols TLSv1.3;`, backend))
  const running = [
    await kept(startOurs(folder, 'ours', mesh(ours, 'istio'), ours)),
    await kept(startEnvoy(tools, folder, 'envoy', mesh(envoy, 'grpc'), envoy)),
    await kept(startHaproxy(tools, folder, 'haproxy', haproxyHttp(haproxy, backend, `ssl crt ${server.both} ca-file ${ca} verify required alpn http/1.1`, `ssl crt ${server.both} ca-file ${ca} verify required sni str(localhost) alpn http/1.1`), haproxy)),
  ]
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
  const through = (fronts: readonly number[]): readonly Contestant[] => NAMES.flatMap((name, i) => (running[i] ? [{ name, port: fronts[i] ?? 0, running: running[i] }] : []))
  for (const { name, port } of through(keptAlive)) await checkFeatures(name, port)
  const load = (connections: number): Load => (port, seconds) => wrk(tools, port, connections, seconds)
  return [
    await compare(`keep-alive, ${CONNECTIONS} connections`, through(keptAlive), load(CONNECTIONS)),
    await compare(`a handshake per request, ${HANDSHAKES} connections`, through(handshaking), load(HANDSHAKES)),
  ]
})
