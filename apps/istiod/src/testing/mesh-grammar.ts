/** Small meshes of every kind that the model reads: few names, so that resources meet; each document is one that the loader takes. */
import { parseObject, loadText } from '@istio-ts/api-types/yaml'
import { DEFAULT_CLUSTER } from '@istio-ts/foundation'
import fc from 'fast-check'

/** A resource as plain data. */
export interface Plain {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: Readonly<Record<string, unknown>>
  readonly [field: string]: unknown
}

/** One file is set to a resource, or taken away. Its name tells kind, namespace and name, so that no two files hold one resource. */
export interface FileEdit {
  readonly file: string
  readonly resource: Plain | undefined
}

const namespaces = ['a', 'b', 'istio-system'] as const
/** Mostly one, so that resources have something to do with one another. */
const namespace = fc.oneof({ weight: 3, arbitrary: fc.constant('a') }, fc.constantFrom(...namespaces))
const services = ['web', 'cart'] as const
const exportTo = fc.option(fc.constantFrom(['*'], ['.'], ['a'], ['~'], ['.', 'b']), { nil: undefined })
const hostName = fc.constantFrom('web', 'cart', 'cart.b', 'web.a.svc.cluster.local', 'ext.example.com', 'tcp.example.com', 'one.wild.example.com', 'nowhere')
const ruleHost = fc.oneof(hostName, fc.constantFrom('*.b.svc.cluster.local', '*.wild.example.com', '*'))
const subset = fc.constantFrom('v1', 'v2', 'v9')
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined })
const selector = maybe(fc.constantFrom({ app: 'web' }, { app: 'cart' }, { app: 'cart', version: 'v2' }, { istio: 'ingressgateway' }))
const percent = fc.constantFrom(0, 50, 100).map((value) => ({ value }))
const stringMatch = fc.constantFrom({ exact: 'x' }, { prefix: 'x' }, { regex: 'x.*y?' })

/** Resources of one kind, by the names they may have. */
function kind(apiVersion: string, name: string, names: readonly string[], spec: fc.Arbitrary<object>, metadata: fc.Arbitrary<object> = fc.constant({}), scope: fc.Arbitrary<string> = namespace): fc.Arbitrary<FileEdit> {
  return fc.tuple(scope, fc.constantFrom(...names), fc.option(fc.tuple(spec, metadata), { nil: undefined, freq: 6 })).map(([where, called, made]) => ({
    file: `${name}-${where}-${called}.yaml`,
    resource: made && { apiVersion, kind: name, metadata: { name: called, ...(where === '' ? {} : { namespace: where }), ...made[1] }, ...made[0] },
  }))
}
const withSpec = (spec: fc.Arbitrary<object>): fc.Arbitrary<object> => spec.map((one) => ({ spec: one }))

const destination = fc.record({ host: hostName, subset, port: fc.constantFrom({ number: 80 }, { number: 81 }, { number: 9000 }) }, { requiredKeys: ['host'] })
const routes = fc.array(fc.record({ destination, weight: fc.constantFrom(1, 10, 90), headers: fc.constantFrom({ request: { set: { a: 'b' } } }, { response: { remove: ['c'], add: { d: 'e' } } }) }, { requiredKeys: ['destination', 'weight'] }), { minLength: 1, maxLength: 3 })
const httpMatch = fc.record({
  uri: stringMatch, method: fc.constant({ exact: 'GET' }), headers: stringMatch.map((match) => ({ 'x-user': match })), queryParams: stringMatch.map((match) => ({ q: match })), authority: fc.constant({ exact: 'web' }),
  sourceLabels: fc.constantFrom({ app: 'web' }, { app: 'cart' }), sourceNamespace: namespace, port: fc.constantFrom(80, 443), gateways: fc.constantFrom(['mesh'], ['istio-system/front']), withoutHeaders: fc.constant({ 'x-bot': {} }), ignoreUriCase: fc.boolean(),
}, { requiredKeys: [] })
const httpRule = fc.tuple(
  maybe(fc.array(httpMatch, { minLength: 1, maxLength: 2 })),
  fc.oneof(
    { weight: 5, arbitrary: fc.record({
      route: routes, timeout: fc.constantFrom('1s', '0s'), retries: fc.constantFrom({ attempts: 0 }, { attempts: 3, perTryTimeout: '1s', retryOn: '5xx,reset' }), rewrite: fc.constantFrom({ uri: '/y' }, { authority: 'z.example' }),
      fault: fc.oneof(percent.map((percentage) => ({ abort: { httpStatus: 503, percentage } })), percent.map((percentage) => ({ delay: { fixedDelay: '2s', percentage } }))),
      mirror: destination, mirrorPercentage: percent, corsPolicy: fc.constant({ allowOrigins: [{ exact: 'https://x.example' }], allowMethods: ['GET'], maxAge: '1m' }), headers: fc.constant({ request: { set: { 'x-rule': '1' } } }),
    }, { requiredKeys: ['route'] }) },
    fc.constantFrom({ redirect: { uri: '/moved', redirectCode: 302 } }, { redirect: { authority: 'other.example' } }, { directResponse: { status: 418, body: { string: 'tea' } } }),
    fc.constantFrom({ delegate: { name: 'leaf' } }, { delegate: { name: 'leaf', namespace: 'b' } }, { delegate: { name: 'missing' } }),
  ),
).map(([match, rule]) => ({ ...(match ? { match } : {}), ...rule }))
const virtualService = fc.oneof(
  { weight: 4, arbitrary: fc.record({ hosts: fc.uniqueArray(fc.oneof(hostName, fc.constantFrom('*.wild.example.com', 'shop.example.com')), { minLength: 1, maxLength: 2 }), gateways: fc.constantFrom(['mesh'], ['istio-system/front'], ['mesh', 'istio-system/front'], ['none']), exportTo, http: fc.array(httpRule, { minLength: 1, maxLength: 3 }) }, { requiredKeys: ['hosts', 'http'] }) },
  fc.record({ hosts: fc.constantFrom(['tcp.example.com'], ['cart']), gateways: fc.constantFrom(['mesh'], ['istio-system/front']), tcp: fc.array(fc.record({ match: fc.constantFrom([{ port: 9000 }], [{ port: 9000, sourceLabels: { app: 'web' } }]), route: routes.map((all) => all.map(({ headers: _, ...one }) => one)) }, { requiredKeys: ['route'] }), { minLength: 1, maxLength: 2 }) }, { requiredKeys: ['hosts', 'tcp'] }),
  fc.record({ hosts: fc.constant(['ext.example.com']), gateways: fc.constantFrom(['mesh'], ['istio-system/front']), tls: routes.map((all) => [{ match: [{ port: 443, sniHosts: ['ext.example.com'] }], route: all.map(({ headers: _, ...one }) => one) }]) }, { requiredKeys: ['hosts', 'tls'] }),
)
const leaf = fc.record({ http: fc.array(fc.record({ match: fc.array(fc.record({ uri: stringMatch }), { minLength: 1, maxLength: 1 }), route: routes }, { requiredKeys: ['route'] }), { minLength: 1, maxLength: 2 }), exportTo }, { requiredKeys: ['http'] })

const loadBalancer = fc.oneof(
  fc.constantFrom({ simple: 'RANDOM' }, { simple: 'ROUND_ROBIN', warmup: { duration: '10s' } }, { simple: 'LEAST_REQUEST' }, { simple: 'PASSTHROUGH' }),
  fc.constantFrom({ consistentHash: { httpHeaderName: 'x-user' } }, { consistentHash: { httpCookie: { name: 'c', ttl: '0s' } } }, { consistentHash: { useSourceIp: true, maglev: { tableSize: 101 } } }),
  fc.constantFrom({ localityLbSetting: { failover: [{ from: 'r1', to: 'r2' }] } }, { localityLbSetting: { distribute: [{ from: 'r1/*', to: { 'r1/*': 80, 'r2/*': 20 } }] } }, { localityLbSetting: { enabled: false } }, { localityLbSetting: { failoverPriority: ['topology.kubernetes.io/region', 'version'] } }),
)
const policy = {
  loadBalancer, outlierDetection: fc.constant({ consecutive5xxErrors: 2, interval: '1s', baseEjectionTime: '3s' }),
  connectionPool: fc.constantFrom({ tcp: { maxConnections: 3, connectTimeout: '2s' } }, { http: { http1MaxPendingRequests: 1, maxRetries: 2, h2UpgradePolicy: 'UPGRADE' } }, { http: { idleTimeout: '9s', maxRequestsPerConnection: 2 } }),
  tls: fc.constantFrom({ mode: 'DISABLE' }, { mode: 'ISTIO_MUTUAL' }, { mode: 'SIMPLE', sni: 'x.example' }, { mode: 'SIMPLE', credentialName: 'shop' }),
}
const trafficPolicy = fc.record({ ...policy, portLevelSettings: fc.record(policy, { requiredKeys: [] }).map((one) => [{ port: { number: 80 }, ...one }]) }, { requiredKeys: [] })
const destinationRule = fc.record({
  host: ruleHost, exportTo, workloadSelector: fc.constantFrom({ matchLabels: { app: 'web' } }), trafficPolicy,
  subsets: fc.uniqueArray(fc.record({ name: subset, labels: fc.constantFrom({ version: 'v1' }, { version: 'v2' }, {}), trafficPolicy: maybe(trafficPolicy) }).map(({ trafficPolicy: own, ...one }) => ({ ...one, ...(own ? { trafficPolicy: own } : {}) })), { selector: (one) => one.name, maxLength: 2 }),
}, { requiredKeys: ['host'] })

const port = (number: number, protocol: string, name = `${protocol.toLowerCase()}-${number}`): object => ({ number, protocol, name })
const serviceEntry = fc.oneof(
  fc.record({ hosts: fc.constant(['ext.example.com']), location: fc.constantFrom('MESH_EXTERNAL', 'MESH_INTERNAL'), resolution: fc.constantFrom('DNS', 'DNS_ROUND_ROBIN', 'NONE'), ports: fc.constantFrom([port(80, 'HTTP')], [port(443, 'TLS'), port(80, 'HTTP')], [port(9000, 'TCP')]), exportTo, subjectAltNames: fc.constantFrom([], ['ext.example.com']) }, { requiredKeys: ['hosts', 'resolution', 'ports'] }),
  fc.record({ hosts: fc.constantFrom(['tcp.example.com'], ['cart.a.svc.cluster.local']), addresses: fc.constantFrom(['240.0.0.1'], ['240.1.0.0/16'], []), resolution: fc.constant('STATIC'), location: fc.constantFrom('MESH_EXTERNAL', 'MESH_INTERNAL'), ports: fc.constantFrom([port(9000, 'TCP')], [port(80, 'HTTP')]), endpoints: fc.constantFrom([{ address: '10.9.0.1', locality: 'r1/z1' }, { address: '10.9.0.2', locality: 'r2/z1', labels: { version: 'v2' }, weight: 3 }], []) }),
  fc.record({ hosts: fc.constant(['vm.example.com']), resolution: fc.constant('STATIC'), location: fc.constant('MESH_INTERNAL'), ports: fc.constant([port(80, 'HTTP')]), workloadSelector: fc.constantFrom({ labels: { app: 'vm' } }, { labels: { app: 'cart' } }) }),
  fc.record({ hosts: fc.constant(['*.wild.example.com']), resolution: fc.constantFrom('NONE', 'DYNAMIC_DNS'), location: fc.constant('MESH_EXTERNAL'), ports: fc.constantFrom([port(80, 'HTTP')], [port(443, 'TLS')]) }),
)
const workloadEntry = fc.record({ address: fc.constantFrom('10.8.0.1', '10.8.0.2'), labels: fc.constantFrom({ app: 'vm' }, { app: 'cart', version: 'v2' }), serviceAccount: fc.constantFrom('vm', ''), locality: fc.constantFrom('r1/z1', 'r2/z2'), weight: fc.constantFrom(1, 5) }, { requiredKeys: ['address', 'labels'] })

const server = fc.oneof(
  fc.record({ port: fc.constantFrom(port(80, 'HTTP', 'http'), port(8080, 'HTTP', 'alt')), hosts: fc.constantFrom(['*'], ['shop.example.com'], ['a/*'], ['./ext.example.com']), tls: fc.constant({ httpsRedirect: true }) }, { requiredKeys: ['port', 'hosts'] }),
  fc.record({ port: fc.constant(port(443, 'HTTPS', 'https')), hosts: fc.constantFrom(['shop.example.com'], ['*.example.com']), tls: fc.constantFrom({ mode: 'SIMPLE', credentialName: 'shop' }, { mode: 'MUTUAL', credentialName: 'shop' }, { mode: 'PASSTHROUGH' }) }),
  fc.record({ port: fc.constantFrom(port(9000, 'TCP', 'tcp'), port(443, 'TLS', 'tls')), hosts: fc.constantFrom(['*'], ['ext.example.com']) }).map((one) => (JSON.stringify(one.port).includes('TLS') ? { ...one, tls: { mode: 'PASSTHROUGH' } } : one)),
)
const gateway = fc.record({ selector: fc.constantFrom({ istio: 'ingressgateway' }, { istio: 'other' }, {}), servers: fc.uniqueArray(server, { selector: (one) => JSON.stringify(one.port), minLength: 1, maxLength: 3 }) })

const source = fc.constantFrom({ principals: ['cluster.local/ns/a/sa/web'] }, { namespaces: ['b'], notPrincipals: ['*/sa/x'] }, { ipBlocks: ['10.0.0.0/8'] }, { requestPrincipals: ['*'] }, { serviceAccounts: ['web'] })
const operation = fc.constantFrom({ methods: ['GET'], paths: ['/x*'] }, { hosts: ['*.example.com'] }, { ports: ['8080'] }, { notPaths: ['/y'] })
const authorization = fc.record({
  action: fc.constantFrom('ALLOW', 'DENY', 'AUDIT'), selector,
  rules: fc.array(fc.record({ from: source.map((one) => [{ source: one }]), to: operation.map((one) => [{ operation: one }]), when: fc.constantFrom([{ key: 'request.headers[x-user]', values: ['u'] }], [{ key: 'source.namespace', notValues: ['a'] }], [{ key: 'request.auth.claims[iss]', values: ['i'] }]) }, { requiredKeys: [] }), { maxLength: 2 }),
}, { requiredKeys: [] }).map((one) => withSelector(one))
const mtls = fc.constantFrom('STRICT', 'PERMISSIVE', 'DISABLE', 'UNSET').map((mode) => ({ mode }))
const peer = fc.record({ selector, mtls, ports: maybe(mtls) }, { requiredKeys: [] }).map(({ ports, ...one }) => withSelector(one.selector && ports ? { ...one, portLevelMtls: { 8080: ports } } : one))
const JWKS = '{"keys":[{"kty":"RSA","e":"AQAB","kid":"k","n":"xAE7eB6qugXyCAG3yhh7pkDkT65pHymX-P7KfIupjf59vsdo91bSP9C8H07pSAGQO1MV_xFj9VswgsCg4R6otmg5PV2He95lZdHtOcU5DXIg_pbhLdKXbi66GlVeK6ABZOUW3WYtnNHD-91gVuoeJT_DwtGGcp4ignkgXfkiEm4sw-4sfb4qdt5oLbyVpmW6x9cfa7vs2WTfURiCrBoUqgBo_-4WTiULmmHSGZHOjzwa8WtrtOQGsAFjIbno85jp6MnGGGZPYZbDAa_b3y5u-YpW7ypZrvD8BgtKVjgtQgZhLAGezMt0ua3DRrWnKqTZ0BJ_EyxOGuHJrLsn00fnMQ"}]}'
const authentication = fc.record({ selector, jwtRules: fc.constantFrom([{ issuer: 'i', jwks: JWKS }], [{ issuer: 'i', jwks: JWKS, forwardOriginalToken: true, outputPayloadToHeader: 'x-claims' }]) }).map((one) => withSelector(one))
const telemetry = fc.record({ selector, accessLogging: fc.constantFrom([{ disabled: true }], [{ providers: [{ name: 'envoy' }], filter: { expression: 'response.code >= 400' } }]), metrics: fc.constantFrom([{ providers: [{ name: 'prometheus' }], overrides: [{ match: { metric: 'REQUEST_COUNT' }, tagOverrides: { a: { value: '"b"' } } }] }]), tracing: fc.constantFrom([{ randomSamplingPercentage: 5 }], [{ disableSpanReporting: true }]) }, { requiredKeys: [] }).map((one) => withSelector(one))
const sidecar = fc.record({
  workloadSelector: fc.constantFrom({ labels: { app: 'web' } }), egress: fc.constantFrom([{ hosts: ['./*'] }], [{ hosts: ['*/*'] }], [{ hosts: ['b/*', 'istio-system/*'] }], [{ hosts: ['*/ext.example.com', './web.a.svc.cluster.local'] }]),
  outboundTrafficPolicy: fc.constantFrom({ mode: 'REGISTRY_ONLY' }, { mode: 'ALLOW_ANY' }), ingress: fc.constantFrom([{ port: port(8080, 'HTTP', 'in'), defaultEndpoint: '127.0.0.1:8081' }]),
}, { requiredKeys: [] })

/** `selector: {matchLabels}` where one is given. */
function withSelector<T extends { readonly selector?: object | undefined }>({ selector: labels, ...rest }: T): object {
  return { ...rest, ...(labels ? { selector: { matchLabels: labels } } : {}) }
}

const servicePorts = fc.constantFrom([{ name: 'http', port: 80, targetPort: 8080 }], [{ name: 'http', port: 80, targetPort: 8080 }, { name: 'tcp', port: 9000 }], [{ name: 'auto', port: 80, targetPort: 'web' }], [{ name: 'grpc-x', port: 80 }, { name: 'https', port: 443 }], [{ name: 'db', port: 3306, appProtocol: 'mysql' }])
const service = fc.oneof(
  { weight: 4, arbitrary: fc.record({ clusterIP: fc.constantFrom('10.96.0.1', '10.96.0.2', 'None'), ports: servicePorts, selector: fc.constantFrom({ app: 'web' }, { app: 'cart' }) }, { requiredKeys: ['clusterIP', 'ports'] }) },
  fc.constant({ type: 'ExternalName', externalName: 'ext.example.com', ports: [{ name: 'http', port: 80 }] }),
)
const serviceMetadata = fc.record({ annotations: fc.constantFrom({ 'networking.istio.io/exportTo': '.' }, { 'networking.istio.io/traffic-distribution': 'PreferClose' }), labels: fc.constantFrom({ 'istio.io/persistent-session': 'c' }, { team: 'x' }) }, { requiredKeys: [] })
const slice = fc.tuple(fc.constantFrom(...services), fc.array(fc.record({ addresses: fc.constantFrom(['10.0.0.1'], ['10.0.0.2'], ['10.0.0.3']), conditions: fc.constantFrom({ ready: true }, { ready: false }, { ready: false, serving: true, terminating: true }), targetRef: fc.constantFrom({ kind: 'Pod', name: 'web-1' }, { kind: 'Pod', name: 'cart-1' }), nodeName: fc.constantFrom('n1', 'n2') }, { requiredKeys: ['addresses', 'conditions'] }), { maxLength: 3 }))
const slices = fc.tuple(slice, namespace, fc.constantFrom('s1', 's2'), fc.boolean()).map(([[of, endpoints], where, name, isThere]): FileEdit => ({
  file: `EndpointSlice-${where}-${name}.yaml`,
  resource: isThere ? { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name, namespace: where, labels: { 'kubernetes.io/service-name': of } }, addressType: 'IPv4', endpoints, ports: [{ name: 'http', port: 8080 }, { name: 'tcp', port: 9000 }, { name: 'auto', port: 8080 }] } : undefined,
}))
const pod = fc.constantFrom('10.0.0.1', '10.0.0.2').map((podIP) => ({ spec: { serviceAccountName: 'web', nodeName: 'n1', containers: [{ name: 'c', ports: [{ name: 'web', containerPort: 8080 }] }] }, status: { podIP, phase: 'Running' } }))
const podMetadata = fc.record({ labels: fc.constantFrom({ app: 'web', 'security.istio.io/tlsMode': 'istio' }, { app: 'cart', version: 'v1', 'security.istio.io/tlsMode': 'istio' }, { app: 'cart', version: 'v2' }, { istio: 'ingressgateway' }) })
const node = fc.constant({ spec: {} })
const nodeMetadata = fc.constantFrom('r1', 'r2').map((region) => ({ labels: { 'topology.kubernetes.io/region': region, 'topology.kubernetes.io/zone': 'z1' } }))
const secret = fc.constantFrom({ type: 'kubernetes.io/tls', stringData: { 'tls.crt': 'CHAIN', 'tls.key': 'KEY', 'ca.crt': 'ROOTS' } }, { type: 'Opaque', stringData: { 'tls.crt': 'OTHER', 'tls.key': 'KEY' } })
const meshConfig = fc.record({
  outboundTrafficPolicy: fc.constantFrom({ mode: 'REGISTRY_ONLY' }, { mode: 'ALLOW_ANY' }), enableAutoMtls: fc.boolean(), accessLogFile: fc.constantFrom('/dev/stdout', ''), defaultServiceExportTo: fc.constantFrom(['*'], ['.']), proxyHttpPort: fc.constantFrom(0, 15002),
  defaultVirtualServiceExportTo: fc.constantFrom(['*'], ['.']), trustDomain: fc.constantFrom('cluster.local', 'other.local'), localityLbSetting: fc.constantFrom({ enabled: true }, { failover: [{ from: 'r1', to: 'r2' }] }), defaultHttpRetryPolicy: fc.constantFrom({ attempts: 0 }, { attempts: 1, retryOn: 'reset' }),
}, { requiredKeys: [] }).map((mesh) => ({ data: { mesh: JSON.stringify(mesh) } }))

const NETWORKING = 'networking.istio.io/v1'
const SECURITY = 'security.istio.io/v1'
const clusterWide = fc.constant('')
const inRoot = fc.constant('istio-system')
const anything: fc.Arbitrary<FileEdit> = fc.oneof(
  { weight: 4, arbitrary: kind('v1', 'Service', services, withSpec(service), serviceMetadata) },
  { weight: 4, arbitrary: slices },
  { weight: 2, arbitrary: kind('v1', 'Pod', ['web-1', 'cart-1'], pod, podMetadata) },
  kind('v1', 'Node', ['n1', 'n2'], node, nodeMetadata, clusterWide),
  { weight: 6, arbitrary: kind(NETWORKING, 'VirtualService', ['one', 'two'], withSpec(virtualService)) },
  { weight: 2, arbitrary: kind(NETWORKING, 'VirtualService', ['leaf'], withSpec(leaf)) },
  { weight: 4, arbitrary: kind(NETWORKING, 'DestinationRule', ['one', 'two'], withSpec(destinationRule)) },
  { weight: 3, arbitrary: kind(NETWORKING, 'ServiceEntry', ['one', 'two'], withSpec(serviceEntry)) },
  kind(NETWORKING, 'WorkloadEntry', ['vm-1', 'vm-2'], withSpec(workloadEntry)),
  { weight: 3, arbitrary: kind(NETWORKING, 'Gateway', ['front', 'back'], withSpec(gateway)) },
  { weight: 2, arbitrary: kind(NETWORKING, 'Sidecar', ['one', 'default'], withSpec(sidecar)) },
  { weight: 2, arbitrary: kind(SECURITY, 'AuthorizationPolicy', ['one', 'two'], withSpec(authorization)) },
  { weight: 2, arbitrary: kind(SECURITY, 'PeerAuthentication', ['default', 'one'], withSpec(peer)) },
  kind(SECURITY, 'RequestAuthentication', ['one'], withSpec(authentication)),
  kind('telemetry.istio.io/v1', 'Telemetry', ['default', 'one'], withSpec(telemetry)),
  kind('v1', 'Secret', ['shop'], secret, fc.constant({}), inRoot),
  kind('v1', 'ConfigMap', ['istio'], meshConfig, fc.constant({}), inRoot),
)

/** An edit that the loader takes: what it refuses keeps its last good form, which depends on what was there before. */
export const fileEdit: fc.Arbitrary<FileEdit> = anything.filter(({ file, resource }) =>
  resource === undefined || loadText(JSON.stringify(resource), { file, cluster: DEFAULT_CLUSTER, parse: parseObject }).every(({ refused }) => !refused))

/** A LocalMesh of a few shapes, for the same kinds of edits. */
export const localMesh: fc.Arbitrary<FileEdit> = fc.record({ replicas: fc.constantFrom(1, 2), version: fc.constantFrom('v1', 'v2'), listen: fc.constantFrom(18080, 18081), namespace: fc.constantFrom('a', 'b') }).map(({ replicas, version, listen, namespace: where }) => ({
  file: 'mesh.yaml',
  resource: {
    apiVersion: 'istio-ts.dev/v1alpha1', kind: 'LocalMesh', metadata: { name: 'mesh' },
    spec: {
      workloads: [
        { name: 'web', namespace: 'a', service: 'web', labels: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 19000 }] },
        { name: 'cart', namespace: where, service: 'cart', replicas, labels: { app: 'cart', version }, ports: [{ name: 'http', port: 80, targetPort: 19010 }, { name: 'tcp', port: 9000, targetPort: 19020 }] },
      ],
      gateways: [{ name: 'ingress', namespace: 'istio-system', labels: { istio: 'ingressgateway' }, ports: [{ port: 80, listen }, { port: 443, listen: 18443 }] }],
    },
  },
}))
