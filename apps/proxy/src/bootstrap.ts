/** What a proxy is told at start: the form of the file behind `--config`. */

/** The bootstrap. Ports are bound on `bindAddress`; a port of 0 or absent is not opened (except admin: 15000). */
export interface ProxyBootstrap {
  /** As istio-agent sends it: `<type>~<ip>~<name>.<namespace>~<domain>` and Istio's metadata keys. */
  readonly node: {
    readonly id: string
    readonly cluster?: string
    readonly metadata: Readonly<Record<string, unknown>>
    readonly locality?: { readonly region?: string; readonly zone?: string; readonly subZone?: string }
  }
  /** `istio-ts` (default) or `envoy`: the same sidecar by a real Envoy. */
  readonly engine: 'istio-ts' | 'envoy'
  /** `host:port` of istiod's TLS port; absent with `staticResources` alone. */
  readonly discoveryAddress?: string
  /** `host:port` of the CA; default: the discovery address. Absent both: no workload certificate. */
  readonly caAddress?: string
  /** Name to expect in istiod's certificate; default `istiod.istio-system.svc`. */
  readonly serverName: string
  /** Token for the CA and for xDS; read at each use, because it is renewed in place. */
  readonly tokenFile?: string
  /** Trust anchors for istiod's certificate. */
  readonly rootCertFile?: string
  /** Trust domain named in certificate requests; what is granted is what the token proves. Default `cluster.local`. */
  readonly trustDomain: string
  readonly adminPort: number
  /** Merged metrics and health (15020 in a pod). */
  readonly statsPort?: number
  /** Envoy's Prometheus port (15090). */
  readonly prometheusPort?: number
  /** Health (15021). */
  readonly readyPort?: number
  /** Default 127.0.0.1: admin has no authentication. */
  readonly bindAddress: string
  /** Longest pause before istiod is tried again; default 30 s, a local mesh uses 5 s. */
  readonly maxReconnectMs: number
  /** Share of a certificate's life after which it is renewed; Istio's 0.5. */
  readonly renewalRatio: number
  /** How long running requests may take after SIGTERM; Istio's 5 s. */
  readonly drainMs: number
  /** Answers `x-istio-ts-explain: 1` with the provenance of the route. Default false: it tells clients about configuration. */
  readonly explain: boolean
  /** Where a real Envoy keeps its files. */
  readonly stateFolder?: string
  /** Resources that are there from the start, in proto JSON: a proxy without a control plane (benchmarks, tests). */
  readonly staticResources?: StaticResources
}

/** Lists of proto JSON messages by kind. */
export interface StaticResources {
  readonly clusters?: readonly unknown[]
  readonly endpoints?: readonly unknown[]
  readonly secrets?: readonly unknown[]
  readonly routes?: readonly unknown[]
  readonly listeners?: readonly unknown[]
}

/** A bootstrap, or what is wrong with the text. */
export type ParsedBootstrap = { readonly bootstrap: ProxyBootstrap } | { readonly problem: string }

/** Parses and checks the file's text; unknown fields are ignored, so that an older proxy reads a newer file. */
export function parseBootstrap(text: string): ParsedBootstrap {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return { problem: `it is not JSON: ${error instanceof Error ? error.message : String(error)}` }
  }
  if (!isRecord(json)) return { problem: 'it is not an object' }
  const { node } = json
  if (!isRecord(node) || typeof node['id'] !== 'string') return { problem: 'node.id is missing' }
  const problems: string[] = []
  const text_ = (key: string): string | undefined => {
    const value = json[key]
    if (value === undefined || typeof value === 'string') return value
    problems.push(`${key} is not a text`)
    return undefined
  }
  const count = (key: string): number | undefined => {
    const value = json[key]
    if (value === undefined || (typeof value === 'number' && value >= 0)) return value
    problems.push(`${key} is not a number`)
    return undefined
  }
  const bootstrap: ProxyBootstrap = {
    node: {
      id: node['id'],
      metadata: isRecord(node['metadata']) ? node['metadata'] : {},
      ...(typeof node['cluster'] === 'string' ? { cluster: node['cluster'] } : {}),
      ...(isRecord(node['locality']) ? { locality: node['locality'] } : {}),
    },
    engine: json['engine'] === 'envoy' ? 'envoy' : 'istio-ts',
    serverName: text_('serverName') ?? 'istiod.istio-system.svc',
    trustDomain: text_('trustDomain') ?? 'cluster.local',
    adminPort: count('adminPort') ?? 15_000,
    bindAddress: text_('bindAddress') ?? '127.0.0.1',
    maxReconnectMs: count('maxReconnectMs') ?? 30_000,
    renewalRatio: count('renewalRatio') ?? 0.5,
    drainMs: count('drainMs') ?? 5000,
    explain: json['explain'] === true,
    ...optional('discoveryAddress', text_('discoveryAddress')),
    ...optional('caAddress', text_('caAddress') ?? text_('discoveryAddress')),
    ...optional('tokenFile', text_('tokenFile')),
    ...optional('rootCertFile', text_('rootCertFile')),
    ...optional('statsPort', count('statsPort')),
    ...optional('prometheusPort', count('prometheusPort')),
    ...optional('readyPort', count('readyPort')),
    ...optional('stateFolder', text_('stateFolder')),
    ...(isRecord(json['staticResources']) ? { staticResources: json['staticResources'] } : {}),
  }
  if (bootstrap.discoveryAddress === undefined && bootstrap.staticResources === undefined) problems.push('discoveryAddress is missing')
  return problems.length > 0 ? { problem: problems.join('; ') } : { bootstrap }
}

const optional = <K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } => (value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: V }))

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value)
