/** Which free port was chosen for what, kept in the state folder so that ports survive a restart. */
import type { LocalMeshSpec } from '@istio-ts/api-types'
import type { Callable } from '../callable.ts'
import { localProcesses, processKey } from '../processes.ts'

/** Use -> port. Uses are texts such as `istiod/xds`, `default/reviews-v1/inbound/19080`; see {@link portUses}. */
export type PortLedger = Readonly<Record<string, number>>

/** The ports of the control plane. */
export const ISTIOD_USES = ['istiod/xds', 'istiod/secure-xds', 'istiod/http', 'istiod/monitoring'] as const

/** Ports of every sidecar and gateway. */
const PROXY_USES = ['admin', 'stats', 'prometheus', 'ready'] as const

/** Every use that needs a free port, in a stable order. */
export function portUses(spec: LocalMeshSpec, callable: readonly Callable[]): readonly string[] {
  const sidecars = localProcesses(spec).flatMap((process) => {
    const key = processKey(process)
    return [
      ...PROXY_USES.map((use) => `${key}/${use}`),
      `${key}/http-proxy`,
      ...process.ports.filter((port) => port.protocol !== 'UDP').map((port) => inboundUse(key, port.targetPort)),
      ...callable.map((target) => outboundUse(key, target)),
    ]
  })
  const gateways = spec.gateways.flatMap((gateway) => PROXY_USES.map((use) => `${processKey(gateway)}/${use}`))
  return [...ISTIOD_USES, ...sidecars, ...gateways]
}

/** The use of an inbound listener. */
export const inboundUse = (key: string, targetPort: number): string => `${key}/inbound/${targetPort}`

/** The use of an outbound listener. */
export const outboundUse = (key: string, target: Pick<Callable, 'host' | 'port'>): string => `${key}/outbound/${target.host}:${target.port}`

/** Ports that the user chose; they are never given away. */
export const userPorts = (spec: LocalMeshSpec): ReadonlySet<number> =>
  new Set([...localProcesses(spec).flatMap((process) => process.ports.map((port) => port.targetPort)), ...spec.gateways.flatMap((gateway) => gateway.ports.map((port) => port.listen))])

/** Keeps what is still used, and asks `choose` for the rest. Uses nobody has any more are dropped. `choose` never gets a port twice. */
export function completeLedger(ledger: PortLedger, uses: readonly string[], reserved: ReadonlySet<number>, choose: (taken: ReadonlySet<number>) => number): PortLedger {
  const taken = new Set(reserved)
  const next: Record<string, number> = {}
  for (const use of uses) {
    const kept = Object.hasOwn(ledger, use) ? ledger[use] : undefined
    if (kept === undefined || taken.has(kept)) continue
    next[use] = kept
    taken.add(kept)
  }
  for (const use of uses) {
    if (Object.hasOwn(next, use)) continue
    const port = choose(taken)
    next[use] = port
    taken.add(port)
  }
  return Object.fromEntries(uses.map((use) => [use, next[use] ?? 0]))
}
