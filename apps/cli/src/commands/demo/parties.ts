/** Who takes part in the demo's hops, from the state of the mesh and what its sidecars say. */
import type { LocalMeshSpec } from '@istio-ts/api-types'
import { httpGet, type LocalStatus } from '@istio-ts/local/node'
import type { HopParty } from './hop-party.ts'
import { gatewayPrincipal } from './rows.ts'

const DUMP_MS = 3000

/** All workloads and gateways. */
export async function partiesOf(status: LocalStatus, spec: LocalMeshSpec | undefined): Promise<readonly HopParty[]> {
  const workloads = await Promise.all(status.workloads.map(async (workload): Promise<HopParty> => ({
    key: `${workload.namespace}/${workload.name}`,
    name: workload.name,
    version: spec?.workloads.find((candidate) => candidate.namespace === workload.namespace && isProcessOf(workload.name, candidate.name, candidate.replicas))?.labels['version'] ?? null,
    principal: workload.principal,
    inbound: workload.proxy.inbound.map(({ listen }) => listen),
    policies: await policiesOf(workload.proxy.admin),
  })))
  const trustDomain = /^spiffe:\/\/([^/]+)/.exec(status.workloads[0]?.principal ?? '')?.[1] ?? 'cluster.local'
  const gateways = status.gateways.map((gateway): HopParty => ({ key: `${gateway.namespace}/${gateway.name}`, name: gateway.name, version: null, principal: gatewayPrincipal(trustDomain, gateway.namespace, gateway.name), inbound: [], policies: [] }))
  return [...workloads, ...gateways]
}

/** Of a workload with replicas each process has a number after its name. */
const isProcessOf = (process: string, workload: string, replicas: number): boolean =>
  replicas === 1 ? process === workload : process.startsWith(`${workload}-`) && /^\d+$/.test(process.slice(workload.length + 1))

/** The authorization policies that a sidecar holds, from its own config dump. */
async function policiesOf(admin: string): Promise<HopParty['policies']> {
  const { body } = await httpGet(Number(admin.split(':')[1]), '/config_dump', DUMP_MS)
  const found = [...body.matchAll(/ns\[([^\]]*)\]-policy\[([^\]]*)\]-rule\[\d+\]/g)].map((match) => ({ namespace: match[1] ?? '', name: match[2] ?? '' }))
  return [...new Map(found.map((policy) => [`${policy.namespace}/${policy.name}`, policy])).values()]
}
