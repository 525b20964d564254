/** The endpoints of one upstream, grouped by locality; changes far more often than anything else, so it stands apart. */
import type { Provenance } from '@istio-ts/foundation'
import type { Locality } from '../identity/proxy-identity.ts'

/** Where an endpoint is dialled. `dns` only in upstreams that the proxy resolves. */
export type EndpointAddress =
  | { readonly kind: 'ip'; readonly ip: string; readonly port: number }
  | { readonly kind: 'dns'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }

/** The workload behind an endpoint, for telemetry: Istio's `name;namespace;canonical;revision;cluster`. */
export interface WorkloadFacts {
  readonly name: string
  readonly namespace: string
  readonly canonicalName: string
  readonly canonicalRevision: string
  readonly cluster: string
}

/** One instance. Keeps its identity as an object while nothing about it changes. */
export interface Endpoint {
  readonly address: EndpointAddress
  /** `draining` endpoints finish what they have. */
  readonly health: 'healthy' | 'unhealthy' | 'draining'
  /** False where nobody checks it (entries that the user lists); `health` is then `healthy`. */
  readonly healthIsKnown: boolean
  /** Default 1. */
  readonly weight: number
  /** `istio` if the endpoint takes mesh mTLS (its own label, and no policy disables it). */
  readonly tlsMode: 'istio' | 'disabled'
  readonly workload?: WorkloadFacts
  /** Labels that subsets and failover priorities look at. */
  readonly labels: Readonly<Record<string, string>>
  readonly network: string
  readonly from: readonly Provenance[]
}

/** Endpoints of one locality. */
export interface LocalityEndpoints {
  readonly locality: Locality
  /** 0 = first choice. Priorities have no holes. */
  readonly priority: number
  /** Sum of the endpoint weights unless a distribution says otherwise. */
  readonly weight: number
  readonly endpoints: readonly Endpoint[]
}

/** Everything behind one `eds` upstream. `key` is what `Upstream.endpoints` names; localities are sorted by name. */
export interface EndpointGroup {
  readonly key: string
  readonly localities: readonly LocalityEndpoints[]
  readonly from: readonly Provenance[]
}
