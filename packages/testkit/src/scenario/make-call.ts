/** One call of a scenario, and everything worth knowing of it. */
import type { LoopbackPlan } from '@istio-ts/api-types'
import type { Address } from '@istio-ts/proxy-core'
import type { Mesh } from './mesh/start-mesh.ts'
import type { CallStep } from './steps.ts'
import { formatMessage } from './world/http-text.ts'
import { ANSWERED_BY, type SeenRequest } from './world/program.ts'
import { sendRequest } from './world/send-request.ts'
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
  /** Virtual milliseconds. */
  readonly tookMs: number
}

/** Header by which a call finds its traces again. */
const CALL_ID = 'x-call-id'

/** Makes the call; the world must go on until it is settled. */
export async function makeCall(mesh: Mesh, step: CallStep, id: string): Promise<CallResult> {
  const { address, target, host } = way(mesh, step)
  const startedAt = mesh.clock.now()
  const answer = await sendRequest(mesh.engine, address, formatMessage(`${step.method} ${target} HTTP/1.1`, { host, [CALL_ID]: id, 'x-istio-ts-explain': '1', ...step.headers }))
  const tookMs = mesh.clock.now() - startedAt
  // Copies for a mirror may arrive after the answer.
  await turns()
  const seen = mesh.seen.filter(({ headers }) => headers[CALL_ID] === id)
  const headers = answer?.headers ?? {}
  return {
    status: answer ? Number(answer.first.split(' ')[1]) : 'none',
    headers,
    body: answer?.body ?? '',
    reached: headers[ANSWERED_BY] ?? seen.at(-1)?.program ?? 'nobody',
    seen,
    caller: /URI=([^;,]*)/.exec(seen.at(-1)?.headers['x-forwarded-client-cert'] ?? '')?.[1] ?? '',
    route: headers['x-istio-ts-route'] ?? '',
    tookMs,
  }
}

interface Way {
  readonly address: Address
  readonly target: string
  readonly host: string
}

/**
 * How such a caller calls: a workload by its HTTP proxy (`tcp://`: by the outbound listener of the service, as plain TCP), the world by a
 * gateway's port, an intruder straight to an inbound port.
 */
function way(mesh: Mesh, { from, to, url }: CallStep): Way {
  const { protocol, hostname, port, host, pathname, search } = new URL(url)
  const path = `${pathname}${search}`
  if (from === 'outside') return { address: loopback(planOf(mesh, to ?? '').inbound[0]?.listen), target: path, host }
  const plan = planOf(mesh, from)
  if (plan.role === 'gateway') return { address: loopback(plan.gatewayPorts[0]?.listen), target: path, host }
  if (protocol !== 'tcp:') return { address: loopback(plan.httpProxy), target: url, host }
  const outbound = plan.outbound.find((entry) => entry.port === Number(port) && (entry.host === hostname || entry.host.startsWith(`${hostname}.`)))
  return { address: loopback(outbound?.listen), target: path, host }
}

function planOf(mesh: Mesh, name: string): LoopbackPlan {
  const [workload = '', namespace = 'default'] = name.split('.')
  const plan = mesh.plans.get(`${namespace}/${workload}`)
  if (!plan) throw new Error(`nobody is called ${name}; there are ${[...mesh.plans.keys()].join(', ')}`)
  return plan
}

function loopback(port: number | undefined): Address {
  if (port === undefined || port === 0) throw new Error('there is no port to call')
  return { kind: 'ip', ip: '127.0.0.1', port }
}
