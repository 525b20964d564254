/** A scenario of the corpus: configuration, calls, and what is expected of them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Resource } from '@istio-ts/api-types'
import { parseObject, sourceDocument } from '@istio-ts/api-types/yaml'
import { DEFAULT_CLUSTER, formatDiagnostic } from '@istio-ts/foundation'
import type { ProxyIdentity } from '@istio-ts/mesh-model'
import { testIdentity } from '@istio-ts/mesh-model/testing'
import type { Call, Result } from './simulate.ts'

/** Expected names; an absent one is not looked at unless `strictMatch`. */
export type Expectation = Partial<Result> & { readonly strictMatch?: boolean }

/** One file of `scenarios/`. */
export interface Scenario {
  readonly name: string
  readonly proxy: {
    readonly type?: string
    readonly id?: string
    readonly configNamespace?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly metadata?: Readonly<Record<string, unknown>>
    readonly ipAddresses?: readonly string[]
  }
  readonly features?: Readonly<Record<string, boolean>>
  readonly meshConfig: Readonly<Record<string, unknown>>
  readonly config: readonly Written[]
  readonly kubeConfig: readonly Written[]
  readonly services?: readonly RegistryService[]
  readonly instances?: readonly RegistryInstance[]
  readonly calls?: readonly { readonly name?: string; readonly call: Call; readonly expect: Expectation }[]
  readonly expectRoutes?: { readonly routeConfig: string; readonly virtualHosts: Readonly<Record<string, readonly string[] | null>> }
  readonly expectInboundClusters?: Readonly<Record<string, { readonly endpoints: readonly string[] | null; readonly telemetryServices: readonly string[] | null }>>
  readonly expectShape?: readonly unknown[]
}

interface Written {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>>; readonly [key: string]: unknown }
}

interface RegistryService {
  readonly hostname: string
  readonly defaultAddress: string
  readonly ports: readonly { readonly name: string; readonly port: number; readonly protocol: string }[]
}

interface RegistryInstance {
  readonly service: string
  readonly servicePort: number
  readonly endpoint: { readonly addresses: readonly string[]; readonly port: number; readonly portName: string }
}

/** Reads one file. */
export const readScenario = (dir: string, file: string): Scenario => JSON.parse(readFileSync(join(dir, file), 'utf8')) as Scenario

/** Its resources. None is older than another unless it says so: then names decide. @throws Error for one that is refused */
export function resourcesOf(scenario: Scenario): readonly Resource[] {
  const written = [...scenario.kubeConfig, ...scenario.config, ...registryEntries(scenario)]
  return written.map((object) => {
    const { annotations, ...metadata } = { namespace: 'default', ...object.metadata }
    const { resource, diagnostics } = parseObject({ ...object, metadata }, sourceDocument('scenario', 0, '', 1), DEFAULT_CLUSTER)
    if (!resource) throw new Error(diagnostics.map(formatDiagnostic).join('; '))
    // Annotations of Istio itself are refused from users; the origin puts them into its store directly.
    return annotations === undefined ? resource : { ...resource, metadata: { ...resource.metadata, annotations } }
  })
}

/** What the origin puts into its registry by hand: here entries that list the same addresses. */
function registryEntries({ services = [], instances = [] }: Scenario): readonly Written[] {
  return services.map(({ hostname, defaultAddress, ports }) => {
    const own = instances.filter((one) => one.service === hostname)
    const addresses = [...new Set(own.flatMap(({ endpoint }) => endpoint.addresses))]
    return {
      apiVersion: 'networking.istio.io/v1', kind: 'ServiceEntry', metadata: { name: hostname.replaceAll('.', '-'), namespace: hostname.split('.')[1] ?? 'default' },
      spec: {
        hosts: [hostname], addresses: [defaultAddress], location: 'MESH_INTERNAL', resolution: 'STATIC',
        ports: ports.map(({ name, port, protocol }) => ({ name, number: port, protocol })),
        endpoints: addresses.map((address) => ({ address, ports: Object.fromEntries(own.filter(({ endpoint }) => endpoint.addresses.includes(address)).map(({ endpoint }) => [endpoint.portName, endpoint.port])) })),
      },
    }
  })
}

/** The proxy, with the corpus's defaults. */
export function identityOf({ proxy }: Scenario): ProxyIdentity {
  const namespace = proxy.configNamespace ?? (typeof proxy.metadata?.['NAMESPACE'] === 'string' ? proxy.metadata['NAMESPACE'] : 'default')
  const metadata = { NAMESPACE: namespace, ISTIO_VERSION: '1.23.0', ...proxy.metadata }
  return testIdentity({
    type: proxy.type === 'router' ? 'router' : proxy.type === 'waypoint' ? 'waypoint' : 'sidecar', name: (proxy.id ?? 'app.test').split('.')[0] ?? 'app', namespace, ips: proxy.ipAddresses ?? ['1.1.1.1'],
    labels: proxy.labels ?? {}, istioVersion: metadata.ISTIO_VERSION, metadata, interceptionMode: metadata['INTERCEPTION_MODE' as never] === 'NONE' ? 'NONE' : 'REDIRECT',
  })
}
