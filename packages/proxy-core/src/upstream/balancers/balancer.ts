/** What a balancer is: made for a fixed list of hosts, asked once per attempt. */

/** What balancers need to know of a host. */
export interface Balanced {
  readonly label: string
  readonly weight: number
  /** Requests in progress. */
  readonly active: number
}

/** Chooses among the hosts it was made for. */
export interface Balancer<H extends Balanced> {
  /** `hash` is the request's hash for consistent balancers. Undefined only when there are no hosts. */
  pick(hash: number | undefined): H | undefined
}

/** True if all weights are the same, so that the cheap form of a balancer will do. */
export const sameWeights = (hosts: readonly Balanced[]): boolean => hosts.every((host) => host.weight === hosts[0]?.weight)
