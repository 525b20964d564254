/** The upstreams of one service: one per port and subset. @see istio pilot/pkg/networking/core/cluster.go */
import { assertNever, type Provenance } from '@istio-ts/foundation'
import { withTrafficDistribution } from '../destination/traffic-distribution.ts'
import type { RuleModel, RuleSubset } from '../destination/rule.ts'
import { serviceFacts, type MeshPort, type MeshService } from '../services/mesh-service.ts'
import type { DestinationPolicy, TlsSettings } from '../view/destination-policy.ts'
import type { EndpointGroup } from '../view/endpoint-group.ts'
import type { MutualTlsMode } from '../view/security-policy.ts'
import type { Resolution, Upstream, UpstreamRef, UpstreamTls } from '../view/upstream.ts'

/** What upstreams need to know of the rest of the mesh. */
export interface UpstreamSurroundings {
  policy(rule: RuleModel | undefined, port: number, subset: string): DestinationPolicy
  /** `namespace/name` of the service accounts behind the service. */
  readonly serviceAccounts: readonly string[]
  /** True if every instance takes mesh mTLS. */
  readonly allSpeakMeshTls: boolean
  readonly trustDomain: string
  readonly trustDomainAliases: readonly string[]
  readonly enableAutoMtls: boolean
  /** The mode of the service's namespace or the mesh, undefined where nobody set one. */
  readonly mtls: MutualTlsMode
  /** The endpoints where the proxy gets them with the upstream. */
  staticEndpoints(ref: UpstreamRef): EndpointGroup
}

/** Istio's name of an upstream. */
const upstreamName = (ref: UpstreamRef): string => `outbound|${ref.port}|${ref.subset}|${ref.host}`

/** Server name that tells a network gateway where a connection is meant to go. */
const upstreamServerName = (ref: UpstreamRef): string => `outbound_.${ref.port}_.${ref.subset}_.${ref.host}`

/** All upstreams of a service under the rule that speaks for it. An alias has none of its own. */
export function serviceUpstreams(service: MeshService, rule: RuleModel | undefined, around: UpstreamSurroundings): readonly Upstream[] {
  if (service.resolution === 'alias') return []
  const subsets = [undefined, ...(rule?.subsets ?? [])]
  return service.ports.flatMap((port) => subsets.map((subset) => upstream(service, port, rule, subset, around)))
}

function upstream(service: MeshService, port: MeshPort, rule: RuleModel | undefined, subset: RuleSubset | undefined, around: UpstreamSurroundings): Upstream {
  const ref: UpstreamRef = { host: service.host, port: port.number, subset: subset?.subset.name ?? '' }
  const policy = withTrafficDistribution(around.policy(rule, port.number, ref.subset), service)
  const resolution = resolutionOf(service, policy)
  const isInline = resolution === 'strict-dns' || resolution === 'logical-dns' || resolution === 'static'
  return {
    ref,
    resolution,
    protocol: port.protocol,
    portName: port.name,
    subsetLabels: subset?.subset.labels ?? {},
    services: [serviceFacts(service)],
    external: service.external,
    policy,
    tls: tlsIntent(ref, service, policy, resolution, around),
    endpoints: upstreamName(ref),
    ...(isInline ? { staticEndpoints: around.staticEndpoints(ref) } : {}),
    keepClientProtocol: port.protocol === 'auto' || policy.connectionPool.useClientProtocol === true,
    stickySession: service.labels['istio.io/persistent-session'] !== undefined || service.labels['istio.io/persistent-session-header'] !== undefined,
    ipFamilies: service.ipFamilies,
    from: origin(service, port, rule, subset),
  }
}

const origin = (service: MeshService, port: MeshPort, rule: RuleModel | undefined, subset: RuleSubset | undefined): readonly Provenance[] =>
  [...(subset ? [subset.from] : []), ...service.from, ...port.from, ...(rule?.from ?? [])]

function resolutionOf(service: MeshService, policy: DestinationPolicy): Resolution {
  switch (service.resolution) {
    case 'balanced': return policy.loadBalancing.kind === 'passthrough' ? 'original-dst' : 'eds'
    case 'passthrough': return 'original-dst'
    case 'dns': return 'strict-dns'
    case 'dns-round-robin': return 'logical-dns'
    case 'dynamic-dns': return 'dynamic-dns'
    case 'alias': return 'eds'
    default: return assertNever(service.resolution)
  }
}

function tlsIntent(ref: UpstreamRef, service: MeshService, policy: DestinationPolicy, resolution: Resolution, around: UpstreamSurroundings): UpstreamTls {
  const wanted = policy.tls
  if (wanted) return explicitTls(ref, service, wanted, around)
  if (around.enableAutoMtls && service.headless && resolution === 'original-dst' && around.mtls !== 'DISABLE' && around.allSpeakMeshTls)
    // The client chose the address, so there is no endpoint to ask: mTLS if none of them could refuse it.
    return { mode: 'mesh', sni: upstreamServerName(ref), subjectAltNames: identities(service, around), settings: { mode: 'ISTIO_MUTUAL', subjectAltNames: [] } }
  // Where nothing tells whether the other side is in the mesh (outside hosts, addresses the client chose), plain text is the only safe guess.
  const isUnknown = service.external || resolution === 'original-dst' || resolution === 'dynamic-dns'
  if (!around.enableAutoMtls || isUnknown || around.mtls === 'DISABLE') return { mode: 'none' }
  return { mode: 'auto', sni: upstreamServerName(ref), subjectAltNames: identities(service, around) }
}

function explicitTls(ref: UpstreamRef, service: MeshService, settings: TlsSettings, around: UpstreamSurroundings): UpstreamTls {
  switch (settings.mode) {
    case 'DISABLE': return { mode: 'none' }
    case 'ISTIO_MUTUAL': return {
      mode: 'mesh', settings, sni: settings.sni ?? upstreamServerName(ref),
      subjectAltNames: settings.subjectAltNames.length > 0 ? settings.subjectAltNames : identities(service, around),
    }
    case 'SIMPLE':
    case 'MUTUAL': return {
      mode: settings.mode === 'SIMPLE' ? 'simple' : 'mutual',
      // A ServiceEntry may say whom to expect where the rule does not.
      settings: settings.subjectAltNames.length > 0 ? settings : { ...settings, subjectAltNames: service.subjectAltNames },
    }
    default: return assertNever(settings.mode)
  }
}

/** SPIFFE identities of the servers in every trust domain that counts as ours, sorted; and those the user named. */
function identities(service: MeshService, around: UpstreamSurroundings): readonly string[] {
  const domains = [around.trustDomain, ...around.trustDomainAliases]
  const spiffe = around.serviceAccounts.flatMap((account) => {
    const [namespace = '', name = ''] = account.split('/')
    return domains.map((domain) => `spiffe://${domain}/ns/${namespace}/sa/${name}`)
  })
  return [...new Set([...service.subjectAltNames, ...spiffe])].sort()
}
