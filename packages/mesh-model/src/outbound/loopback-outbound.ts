/** The outbound side of a local mesh: one listener per (host, port) on loopback, and an HTTP proxy in front. */
import type { LoopbackPlan } from '@istio-ts/api-types'
import { portOf, serviceFacts, type MeshPort, type MeshService } from '../services/mesh-service.ts'
import type { ConnectTarget, OutboundListener, TcpChain } from '../view/outbound-listener.ts'
import { isHttp, isTls } from '../view/service-facts.ts'
import { hostNames, nameForm, virtualAddresses } from './domains.ts'
import { hostTable } from './outbound-listeners.ts'

/** The only address of a local mesh. */
export const LOOPBACK = '127.0.0.1'

/** What loopback listeners need to know of the rest of the mesh. */
export interface LoopbackSurroundings {
  /** The service that the workload means by a host; undefined if it is gone or not visible. */
  service(host: string): MeshService | undefined
  chains(service: MeshService, port: MeshPort): readonly TcpChain[]
}

/** A planned listener with the service it stands for. */
export interface PlannedListener {
  readonly listener: OutboundListener
  readonly service: MeshService
  readonly port: MeshPort
}

/** Listeners of the plan whose services exist. Each takes any Host header, because its address already says what is meant. */
export function loopbackListeners(plan: LoopbackPlan, around: LoopbackSurroundings): readonly PlannedListener[] {
  return plan.outbound.flatMap((entry): PlannedListener[] => {
    const service = around.service(entry.host)
    const port = service && portOf(service, entry.port)
    if (!service || !port || service.resolution === 'alias') return []
    const from = [...service.from, ...port.from]
    const speaksHttp = isHttp(port.protocol) || port.protocol === 'auto'
    const chains = isHttp(port.protocol) ? [] : around.chains(service, port)
    return [{
      service, port,
      listener: {
        bind: LOOPBACK, additionalBinds: [], port: entry.listen, bindToPort: true,
        protocol: isHttp(port.protocol) ? 'http' : port.protocol === 'auto' ? 'auto' : isTls(port.protocol) && chains.some((chain) => chain.serverNames.length > 0) ? 'tls' : 'tcp',
        ...(speaksHttp ? { http: { routeTable: hostTable(service.host, port.number), protocol: port.protocol, from } } : {}),
        chains,
        // Nothing is captured, so there is no place that unmatched traffic was going to.
        unmatched: 'none',
        standsFor: { host: service.host, port: port.number },
        service: serviceFacts(service),
        from,
      },
    }]
  })
}

/** Where CONNECT requests are handed to: the listeners themselves, under every name of their hosts. */
export const connectTargets = (planned: readonly PlannedListener[], dnsDomain: string): readonly ConnectTarget[] =>
  planned.map(({ service, port, listener }) => ({
    names: [...hostNames(service.host, nameForm(service.host, dnsDomain)), ...virtualAddresses(service, ['IPv4'])], port: port.number, listen: listener.port,
  }))
