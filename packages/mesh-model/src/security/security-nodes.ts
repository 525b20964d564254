/** Wiring: security policies by namespace, and what applies to a workload. */
import { AuthorizationPolicy, PeerAuthentication, RequestAuthentication, type MeshConfig } from '@istio-ts/api-types'
import type { Graph, Lookup, Singleton } from '@istio-ts/collections'
import type { Labels } from '@istio-ts/foundation'
import type { ResourceSets } from '../inputs/resource-sets.ts'
import type { ExternalAuthorizer, MutualTlsMode, PeerPolicy, SecurityPolicy } from '../view/security-policy.ts'
import { appliesTo, authorizationPolicies, inOrder } from './authorization.ts'
import { peerPolicy, type PeerShelf } from './peer-policy.ts'
import { authenticates, jwtRules } from './request-authentication.ts'

/** Where peer policies are found. */
export interface PeerNodes {
  /** The policy of a workload. */
  of(namespace: string, labels: Labels): PeerPolicy
  /** The mode that clients may expect of services in a namespace, as far as it does not depend on the workload. */
  readonly ofNamespace: Lookup<MutualTlsMode>
}

/** Security policies of workloads. */
export interface SecurityNodes {
  readonly peers: PeerNodes
  /** Everything that applies to a workload, from the labels that {@link selectorLabels} names. */
  of(namespace: string, labels: Labels): SecurityPolicy
  /** Names of the labels that policies which may reach a namespace select by. */
  readonly selectorLabels: Lookup<readonly string[]>
}

/** Makes the nodes. */
export function securityNodes(graph: Graph, sets: ResourceSets, mesh: Singleton<MeshConfig>, rootNamespace: Singleton<string>): SecurityNodes {
  const peersByNamespace = graph.indexBy('peer authentications by namespace', sets.config(PeerAuthentication), (one) => [one.metadata.namespace])
  const authorizations = graph.indexBy('authorization policies by namespace', sets.config(AuthorizationPolicy), (one) => [one.metadata.namespace])
  const authentications = graph.indexBy('request authentications by namespace', sets.config(RequestAuthentication), (one) => [one.metadata.namespace])
  const authorizers = graph.singleton('external authorizers', () => externalAuthorizers(mesh.get()))
  const shelf = (): PeerShelf => ({ ofNamespace: (namespace) => peersByNamespace.lookup(namespace), rootNamespace: rootNamespace.get() })
  const of = (namespace: string, labels: Labels): PeerPolicy => peerPolicy(namespace, labels, shelf())
  const reaching = (namespace: string): readonly string[] => [...new Set([rootNamespace.get(), namespace])]
  const selectors = (namespace: string): readonly (Labels | undefined)[] => reaching(namespace).flatMap((one) => [
    ...peersByNamespace.lookup(one), ...authorizations.lookup(one), ...authentications.lookup(one),
  ].map((policy) => policy.spec.selector?.matchLabels))
  return {
    peers: { of, ofNamespace: graph.lookup('mTLS mode of namespace', (namespace) => of(namespace, {}).mode) },
    of: (namespace, labels) => {
      const root = rootNamespace.get()
      const mine = namespace === root ? [] : authorizations.lookup(namespace).filter((policy) => appliesTo(policy, labels))
      const ordered = inOrder(authorizations.lookup(root).filter((policy) => appliesTo(policy, labels)), mine)
      return {
        peer: of(namespace, labels),
        jwt: jwtRules(reaching(namespace).flatMap((one) => authentications.lookup(one)).filter((one) => authenticates(one, labels))),
        authorization: authorizationPolicies(ordered, (name) => (Object.hasOwn(authorizers.get(), name) ? authorizers.get()[name] : undefined)),
      }
    },
    selectorLabels: graph.lookup('labels of security policies', (namespace) => [...new Set(selectors(namespace).flatMap((selector) => Object.keys(selector ?? {})))].sort()),
  }
}

/** Settings that nobody could be asked by; their policies deny, as if there were no such provider. */
const isUsable = ({ port = 0, statusOnError = '403', pathPrefix = '/' }: { readonly port?: number; readonly statusOnError?: string; readonly pathPrefix?: string }): boolean =>
  port >= 1 && port <= 65_535 && (pathPrefix === '' || pathPrefix.startsWith('/')) && (statusOnError === '' || /^[1-5]\d\d$/.test(statusOnError))

/** The extension providers that authorize, by name. `service` may be `namespace/host`. */
function externalAuthorizers(mesh: MeshConfig): Readonly<Record<string, ExternalAuthorizer>> {
  return Object.fromEntries(mesh.extensionProviders.flatMap((provider): [string, ExternalAuthorizer][] => {
    const { envoyExtAuthzHttp: http, envoyExtAuthzGrpc: grpc } = provider
    const settings = http ?? grpc
    if (!settings || provider.name === undefined || !isUsable(settings)) return []
    const host = (settings.service ?? '').split('/').at(-1) ?? ''
    return [[provider.name, { kind: http ? 'http' : 'grpc', host, port: settings.port ?? 0, options: { ...settings } }]]
  }))
}
