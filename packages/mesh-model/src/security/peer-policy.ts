/** The mTLS mode of a workload from the PeerAuthentications that apply to it. @see istio pilot/pkg/security/authn, ComposePeerAuthentication */
import { refOf, type PeerAuthenticationSpec, type Resource } from '@istio-ts/api-types'
import { from, matchesLabels, type Labels, type Provenance } from '@istio-ts/foundation'
import type { MutualTlsMode, PeerPolicy } from '../view/security-policy.ts'
import { oldest } from '../inputs/resource-order.ts'

/** A PeerAuthentication resource. */
export type PeerAuthenticationResource = Resource<PeerAuthenticationSpec>

type ApiMode = NonNullable<PeerAuthenticationSpec['mtls']>['mode']

/** Where policies are found. */
export interface PeerShelf {
  /** Policies of a namespace, in any order. */
  ofNamespace(namespace: string): readonly PeerAuthenticationResource[]
  readonly rootNamespace: string
}

/**
 * The mode of a workload: its own policy, else its namespace's, else the mesh's, else PERMISSIVE; UNSET passes on. Of several policies of one
 * scope the oldest counts. Ports are those of the workload, and only a policy with a selector may speak of them.
 */
export function peerPolicy(namespace: string, labels: Labels, shelf: PeerShelf): PeerPolicy {
  const own = shelf.ofNamespace(namespace)
  const mesh = oldest(shelf.ofNamespace(shelf.rootNamespace).filter((one) => !hasSelector(one)))
  const inNamespace = namespace === shelf.rootNamespace ? undefined : oldest(own.filter((one) => !hasSelector(one)))
  // In the root namespace a selector reaches no other namespace, and none of its own either.
  const workload = namespace === shelf.rootNamespace ? undefined : oldest(own.filter((one) => hasSelector(one) && matchesLabels(one.spec.selector?.matchLabels, labels)))
  const levels = [workload, inNamespace, mesh].flatMap((one) => one ?? [])
  const deciding = levels.find((one) => isSet(one.spec.mtls?.mode))
  const mode = modeOf(deciding?.spec.mtls?.mode) ?? 'PERMISSIVE'
  const inherited = modeOf(levels.find((one) => one !== workload && isSet(one.spec.mtls?.mode))?.spec.mtls?.mode) ?? 'PERMISSIVE'
  return { mode, ports: workload ? portModes(workload, isSet(workload.spec.mtls?.mode) ? mode : inherited) : {}, from: originOf(deciding, workload) }
}

/** The mode on one port of the workload. */
export const modeOnPort = (policy: PeerPolicy, workloadPort: number): MutualTlsMode => policy.ports[workloadPort] ?? policy.mode

const hasSelector = (one: PeerAuthenticationResource): boolean => Object.keys(one.spec.selector?.matchLabels ?? {}).length > 0

const isSet = (mode: ApiMode): boolean => mode !== undefined && mode !== 'UNSET'

const modeOf = (mode: ApiMode): MutualTlsMode | undefined => (mode === undefined || mode === 'UNSET' ? undefined : mode)

function portModes(workload: PeerAuthenticationResource, otherwise: MutualTlsMode): Readonly<Record<number, MutualTlsMode>> {
  return Object.fromEntries(Object.entries(workload.spec.portLevelMtls ?? {}).map(([port, { mode }]) => [Number(port), modeOf(mode) ?? otherwise]))
}

function originOf(deciding: PeerAuthenticationResource | undefined, workload: PeerAuthenticationResource | undefined): readonly Provenance[] {
  const mode = deciding ? [from(refOf(deciding), 'spec.mtls.mode')] : []
  return workload?.spec.portLevelMtls ? [...mode, from(refOf(workload), 'spec.portLevelMtls')] : mode
}
