/** The hosts of a Gateway's servers, found by name: there may be thousands, and as many rules that ask for one each. */
import { hostCovers, isWildcard, type HostName } from '@istio-ts/foundation'
import type { VirtualServiceModel } from '../traffic/virtual-service.ts'
import type { ServerHost } from './gateway-servers.ts'

/** Hosts, those that are exact by their name. */
export interface ServedHosts {
  readonly exact: ReadonlyMap<HostName, readonly ServerHost[]>
  readonly wildcards: readonly ServerHost[]
}

/** Puts hosts in order. */
export const servedHosts = (hosts: readonly ServerHost[]): ServedHosts =>
  ({ exact: Map.groupBy(hosts.filter(({ host }) => !isWildcard(host)), ({ host }) => host), wildcards: hosts.filter(({ host }) => isWildcard(host)) })

/** The hosts that a VirtualService has among them: the more specific of each pair that overlaps, in no particular order. */
export function sharedHosts({ namespace, hosts }: Pick<VirtualServiceModel, 'namespace' | 'hosts'>, served: ServedHosts): readonly HostName[] {
  const found = hosts.flatMap((own) => candidates(own, served).filter((one) => one.namespace === '*' || one.namespace === namespace)
    .flatMap(({ host }) => (hostCovers(host, own) ? [own] : hostCovers(own, host) ? [host] : [])))
  return [...new Set(found)]
}

/** All that may overlap with a host. */
const candidates = (own: HostName, { exact, wildcards }: ServedHosts): readonly ServerHost[] => [...wildcards, ...(isWildcard(own) ? [...exact.values()].flat() : (exact.get(own) ?? []))]
