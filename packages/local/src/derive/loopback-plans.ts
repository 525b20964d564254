/** The loopback plan of every workload and gateway, from the ports that were chosen. */
import type { LocalGateway, LocalMeshSpec, LoopbackPlan } from '@istio-ts/api-types'
import type { Callable } from '../callable.ts'
import { inboundUse, outboundUse, type PortLedger } from '../ports/ledger.ts'
import { localProcesses, processKey, type LocalProcess } from '../processes.ts'

/** One plan per process and gateway. A use that has no port yet is left out of its plan until it has one. */
export const loopbackPlans = (spec: LocalMeshSpec, callable: readonly Callable[], ledger: PortLedger): readonly LoopbackPlan[] => [
  ...localProcesses(spec).map((process) => sidecarPlan(process, callable, ledger)),
  ...spec.gateways.map((gateway) => gatewayPlan(gateway, ledger)),
]

function sidecarPlan(process: LocalProcess, callable: readonly Callable[], ledger: PortLedger): LoopbackPlan {
  const key = processKey(process)
  return {
    key,
    workload: process.name,
    namespace: process.namespace,
    role: 'sidecar',
    inbound: process.ports.flatMap(({ targetPort }) => withPort(ledger, inboundUse(key, targetPort), (listen) => ({ targetPort, listen }))),
    outbound: callable.flatMap((target) => withPort(ledger, outboundUse(key, target), (listen) => ({ host: target.host, port: target.port, listen }))),
    httpProxy: portOf(ledger, `${key}/http-proxy`),
    gatewayPorts: [],
    ...proxyPorts(key, ledger),
  }
}

const gatewayPlan = (gateway: LocalGateway, ledger: PortLedger): LoopbackPlan => ({
  key: processKey(gateway),
  workload: gateway.name,
  namespace: gateway.namespace,
  role: 'gateway',
  inbound: [],
  outbound: [],
  gatewayPorts: gateway.ports,
  ...proxyPorts(processKey(gateway), ledger),
})

const proxyPorts = (key: string, ledger: PortLedger): Pick<LoopbackPlan, 'admin' | 'stats' | 'prometheus' | 'ready'> => ({
  admin: portOf(ledger, `${key}/admin`),
  stats: portOf(ledger, `${key}/stats`),
  prometheus: portOf(ledger, `${key}/prometheus`),
  ready: portOf(ledger, `${key}/ready`),
})

const portOf = (ledger: PortLedger, use: string): number => (Object.hasOwn(ledger, use) ? (ledger[use] ?? 0) : 0)

function withPort<T>(ledger: PortLedger, use: string, make: (port: number) => T): readonly T[] {
  const port = portOf(ledger, use)
  return port === 0 ? [] : [make(port)]
}
