/** One call of a scenario, and everything worth knowing of it. */
import type { Address } from '@istio-ts/proxy-core'
import { named } from './mesh/named.ts'
import type { Mesh } from './mesh/start-mesh.ts'
import type { CallStep } from './steps.ts'
import { ANSWERED_BY, type SeenRequest } from './world/answering.ts'
import { sendRequest, type Outcome, type Request } from './world/send-request.ts'
import { turns } from './world/virtual-time.ts'

/** What came of a call. */
export interface CallResult {
  readonly status: number | 'none'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly reached: string
  /** The requests that reached processes for this call, in order. */
  readonly seen: readonly SeenRequest[]
  readonly caller: string
  readonly route: string
  /** DNS name in the certificate that the caller was shown; '' without TLS. */
  readonly certificate: string
  /** Virtual milliseconds. */
  readonly tookMs: number
}

const NO_ANSWER: Outcome = { certificate: '' }

/** Header by which a call finds its traces again. */
const CALL_ID = 'x-call-id'

/** Makes the call; the world must go on until it is settled. */
export async function makeCall(mesh: Mesh, step: CallStep, id: string): Promise<CallResult> {
  const { address, target, host } = way(mesh, step)
  const request: Request = { speaks: speech(step), method: step.method, target, host, headers: { [CALL_ID]: id, 'x-istio-ts-explain': '1', ...step.headers }, ...(await tlsOf(mesh, step)) }
  const startedAt = mesh.clock.now()
  const { answer, certificate } = address ? await sendRequest(mesh.engine, address, request) : NO_ANSWER
  const tookMs = mesh.clock.now() - startedAt
  // Copies for a mirror may arrive after the answer.
  await turns()
  const seen = mesh.seen.filter(({ headers }) => headers[CALL_ID] === id)
  const headers = answer?.headers ?? {}
  return {
    status: answer?.status ?? 'none',
    headers,
    body: answer?.body ?? '',
    reached: headers[ANSWERED_BY] ?? seen.at(-1)?.program ?? 'nobody',
    seen,
    caller: /URI=([^;,]*)/.exec(seen.at(-1)?.headers['x-forwarded-client-cert'] ?? '')?.[1] ?? '',
    route: headers['x-istio-ts-route'] ?? '',
    certificate,
    tookMs,
  }
}

interface Way {
  /** Absent if there is nothing to call: the mesh does not know the host. */
  readonly address: Address | undefined
  readonly target: string
  readonly host: string
}

/** What is spoken, by the scheme of the URL. */
function speech({ url }: CallStep): Request['speaks'] {
  const { protocol } = new URL(url)
  return protocol === 'ws:' ? 'websocket' : protocol === 'h2c:' ? 'http/2' : protocol === 'grpc:' ? 'grpc' : 'http/1.1'
}

/** TLS as a program of the world does it: it asks for the URL's host, trusts the world's root, and shows what it is told to show. */
async function tlsOf(mesh: Mesh, { url, as }: CallStep): Promise<Pick<Request, 'tls'>> {
  const { protocol, hostname } = new URL(url)
  if (protocol !== 'https:' && protocol !== 'tls:') return {}
  const { rootsPem } = await mesh.world.of(hostname)
  const own = as === undefined ? undefined : await mesh.world.of(as)
  return { tls: { sni: hostname, trustedCaPem: rootsPem, ...(own ? { certificateChainPem: own.chainPem, privateKeyPem: own.privateKeyPem } : {}) } }
}

/** Schemes that go by the listener of the service instead of by the HTTP proxy. */
const STRAIGHT: ReadonlySet<string> = new Set(['tcp:', 'tls:', 'h2c:', 'grpc:'])

/**
 * How such a caller calls: a workload by its HTTP proxy or by the outbound listener of the service, the world by a gateway's port, an
 * intruder straight to an inbound port.
 */
function way(mesh: Mesh, { from, to, url }: CallStep): Way {
  const { protocol, hostname, port, host, pathname, search } = new URL(url)
  const path = `${pathname}${search}`
  if (from === 'outside') {
    const { key, inbound } = named(mesh.plans, to ?? '')
    const targetPort = mesh.targetPort(key, Number(port))
    return { address: loopback((inbound.find((entry) => entry.targetPort === targetPort) ?? inbound[0])?.listen), target: path, host }
  }
  const plan = named(mesh.plans, from)
  if (plan.role === 'gateway') {
    const asked = Number(port === '' ? (protocol === 'https:' ? 443 : 80) : port)
    return { address: loopback((plan.gatewayPorts.find((entry) => entry.port === asked) ?? plan.gatewayPorts[0])?.listen), target: path, host }
  }
  if (!STRAIGHT.has(protocol)) return { address: loopback(plan.httpProxy), target: url.replace(/^ws:/, 'http:'), host }
  const outbound = plan.outbound.find((entry) => entry.port === Number(port) && (entry.host === hostname || entry.host.startsWith(`${hostname}.`)))
  return { address: loopback(outbound?.listen), target: path, host }
}

const loopback = (port: number | undefined): Address | undefined => (port === undefined || port === 0 ? undefined : { kind: 'ip', ip: '127.0.0.1', port })
