/** Our proxy, Envoy, haproxy and nginx as programs: each gets its configuration in a folder and one port. */
import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import type { Arena } from './arena.ts'
import type { Contestant } from './compare.ts'
import { startProgram, type Running } from './processes.ts'
import type { Json, Statistics } from './mesh-config.ts'
import type { Tools } from './tools.ts'

const file = (folder: string, name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** What a proxy of the mesh is told. */
export interface StaticMesh {
  readonly listeners: readonly Json[]
  readonly clusters: readonly Json[]
}

/** The proxies that are compared, in the order of their turns. */
export const NAMES = ['ours', 'envoy', 'haproxy'] as const

/** Starts all, each on a port of its own (in the order of {@link NAMES}), with the same features by `mesh` and by a text for haproxy. */
export async function startContestants({ tools, folder, kept }: Arena, ports: readonly number[], mesh: (port: number, statistics: Statistics) => StaticMesh, haproxy: (port: number) => string): Promise<readonly Contestant[]> {
  const start: Readonly<Record<(typeof NAMES)[number], (port: number) => Promise<Running>>> = {
    ours: (port) => startOurs(folder, 'ours', mesh(port, 'istio'), port),
    envoy: (port) => startEnvoy(tools, folder, 'envoy', mesh(port, 'grpc'), port),
    haproxy: (port) => startHaproxy(tools, folder, 'haproxy', haproxy(port), port),
  }
  const contestants: Contestant[] = []
  for (const [i, name] of NAMES.entries()) {
    const port = ports[i] ?? 0
    contestants.push({ name, port, running: await kept(start[name](port)) })
  }
  return contestants
}

/** Our proxy as it is shipped (the bundle), without a control plane. */
function startOurs(folder: string, name: string, mesh: StaticMesh, port: number): Promise<Running> {
  const config = file(folder, `${name}.json`, JSON.stringify({
    node: { id: 'sidecar~127.0.0.1~web-1.default~default.svc.cluster.local', metadata: { NAME: 'web-1', NAMESPACE: 'default', WORKLOAD_NAME: 'web', CLUSTER_ID: 'Kubernetes', LABELS: { app: 'web', version: 'v1' } } },
    adminPort: 0, staticResources: mesh,
  }))
  return startProgram('proxy', process.execPath, [join(import.meta.dirname, '../../apps/proxy/bin/proxy.js'), '--config', config, '--log-level', 'warn'], port)
}

/** A real Envoy with one worker, as Envoy's own advice on benchmarks asks. */
function startEnvoy(tools: Tools, folder: string, name: string, mesh: StaticMesh, port: number): Promise<Running> {
  const config = file(folder, `${name}.json`, JSON.stringify({ node: { id: 'bench', cluster: 'bench' }, staticResources: mesh }))
  return startProgram('proxy', tools.envoy, ['--concurrency', '1', '--disable-hot-restart', '--log-level', 'error', '-c', config], port)
}

/** haproxy with one thread. */
export const startHaproxy = (tools: Tools, folder: string, name: string, config: string, port: number, core: 'proxy' | 'load' = 'proxy'): Promise<Running> =>
  startProgram(core, tools.haproxy, ['-db', '-f', file(folder, `${name}.cfg`, config)], port)

/** nginx on the load core: the backend. */
export const startNginx = (tools: Tools, folder: string, name: string, server: string, port: number): Promise<Running> =>
  startProgram('load', tools.nginx, ['-p', folder, '-c', file(folder, `${name}.conf`, `
daemon off; worker_processes 1; master_process off; worker_rlimit_nofile 20000; pid ${folder}/${name}.pid; error_log stderr crit;
events { worker_connections 8192; }
http {
  access_log off; keepalive_requests 100000000; keepalive_timeout 300s; default_type text/plain;
  client_body_temp_path ${folder}/t1; proxy_temp_path ${folder}/t2; fastcgi_temp_path ${folder}/t3; uwsgi_temp_path ${folder}/t4; scgi_temp_path ${folder}/t5;
  server { ${server} http2_max_concurrent_streams 1000; location / { add_header x-served-by backend; add_header cache-control no-store; return 200 "${'x'.repeat(1024)}"; } }
}
`)], port)

/** The features of the mesh in haproxy's words: denials, an abort, CORS, a host map, retries, request id, and a log line that nobody reads. */
export const haproxyHttp = (port: number, backend: number, bind = '', server = ''): string => `
global
  nbthread 1
  maxconn 4000
  log stdout format raw local0
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend mesh
  bind 127.0.0.1:${port} ${bind}
  log global
  option httplog
  option forwardfor
  unique-id-format %{+X}o%ci%cp%Ts%rt
  unique-id-header x-request-id
  http-request deny deny_status 403 if { path_beg /admin }
  http-request deny deny_status 403 unless { method GET HEAD OPTIONS } { path_beg /health /api/ /fault }
  http-request return status 503 content-type text/plain string "fault filter abort" if { path_beg /fault }
  http-request set-header x-envoy-attempt-count 1
  http-request set-var(txn.origin) req.hdr(origin)
  http-response set-header access-control-allow-origin %[var(txn.origin)] if { var(txn.origin) -m str https://shop.example }
  use_backend %[req.hdr(host),field(1,:),lower]
  default_backend web.default.svc.cluster.local
${['web.default.svc.cluster.local', ...Array.from({ length: 40 }, (_, i) => `svc-${i}.default.svc.cluster.local`)].map((name) => `backend ${name}\n  retries 2\n  server s1 127.0.0.1:${backend} pool-max-conn 1000 ${server}`).join('\n')}
`
