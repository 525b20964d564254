/** Kinds that Istio serves as experiments or not at all: known by the facts of their CRDs only, and not in the catalogue. */
import { enumeration, int32, list, map, plainInteger, text } from '../../istio/shared/schema/index.ts'
import { backendValidation } from '../backend-tls-policy/index.ts'
import { gatewayClassSpec, supportedFeatures } from '../gateway-class/index.ts'
import { AGE, conditionColumn, gatewayApiKind, type GatewayApiKind } from '../kind.ts'
import { tcpLikeRoute, type RouteStatus, type TCPRouteSpec } from '../l4-routes/index.ts'
import {
  conditions, controllerName, group, groupFromZero, kind, localReference, namespace, objectName, parentReference, policyStatus, port,
  secretReference, sessionPersistence, waitingConditions,
} from '../parts.ts'
import { also, atomic, filled, filledAs, object, textOnly } from '../schema.ts'

const X_GROUP = 'gateway.networking.x-k8s.io'

/** Route of datagrams; Istio does not serve it. */
const UDPRoute = gatewayApiKind<TCPRouteSpec, RouteStatus>({ kind: 'UDPRoute', plural: 'udproutes', ...tcpLikeRoute() })

const xBackendTls = () =>
  object(
    { clientCertificateRef: secretReference(), mode: enumeration(['None', 'ServerOnly', 'ClientAndServer']), validation: backendValidation() },
    {
      required: ['mode'],
      rules: [
        textOnly(
          'clientCertificateRef must be set if and only if mode is ClientAndServer',
          "self.mode == 'ClientAndServer' ? has(self.clientCertificateRef) : !has(self.clientCertificateRef)",
        ),
      ],
    },
  )

const externalHostname = () =>
  object(
    {
      hostname: text({
        minLength: 1,
        maxLength: 253,
        pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
        rules: [textOnly('hostname must not be an IP address or end with .cluster.local', "!self.endsWith('.cluster.local')")],
      }),
    },
    { required: ['hostname'] },
  )

const xBackendPort = () =>
  object(
    {
      name: text({ maxLength: 63, rules: [textOnly('Name must be a valid DNS label', 'size(self) == 0 || format.dns1123Label().validate(self) == null')] }),
      port: port(),
    },
    { required: ['port'] },
  )

/** A destination outside the cluster. */
const XBackend = gatewayApiKind({
  group: X_GROUP,
  kind: 'XBackend',
  plural: 'xbackends',
  shortNames: ['xbackend'],
  versions: ['v1alpha1'],
  columns: [AGE],
  schema: () =>
    object(
      {
        externalHostname: externalHostname(),
        port: xBackendPort(),
        protocol: enumeration(['TCP', 'HTTP', 'HTTP2', 'HTTP11', 'H2C', 'MCP']),
        tls: xBackendTls(),
        type: enumeration(['ExternalHostname']),
      },
      {
        required: ['port', 'type'],
        rules: [
          textOnly(
            'externalHostname must be set when type is ExternalHostname and must be unset otherwise',
            "self.type == 'ExternalHostname' ? has(self.externalHostname) : !has(self.externalHostname)",
          ),
        ],
      },
    ),
  status: () =>
    object({
      parents: atomic(
        object({ conditions: conditions({}), controllerName: controllerName(), parentRef: parentReference() }, { required: ['controllerName', 'parentRef'] }),
        { maxItems: 32 },
      ),
    }),
})

const intervalOf = (message: string, cel: string) => text({ pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$', rules: [textOnly(message, cel)] })

const retryConstraint = () =>
  object({
    budget: filledAs(
      object({
        interval: filled(
          intervalOf('interval cannot be greater than one hour or less than one second', "!(duration(self) < duration('1s') || duration(self) > duration('1h'))"),
          '10s',
        ),
        percent: filled(plainInteger({ minimum: 0, maximum: 100 }), 20),
      }),
      { interval: '10s', percent: 20 },
      { interval: '10s', percent: 20 },
    ),
    minRetryRate: filledAs(
      object({
        count: plainInteger({ minimum: 1, maximum: 1_000_000 }),
        interval: intervalOf('interval cannot be greater than one hour', "!(duration(self) == duration('0s') || duration(self) > duration('1h'))"),
      }),
      { count: 10, interval: '1s' },
      { count: 10, interval: '1s' },
    ),
  })

/** Retry budgets and sessions of a service. */
const XBackendTrafficPolicy = gatewayApiKind({
  group: X_GROUP,
  kind: 'XBackendTrafficPolicy',
  plural: 'xbackendtrafficpolicies',
  shortNames: ['xbtrafficpolicy'],
  versions: ['v1alpha1'],
  columns: [AGE],
  schema: () =>
    object(
      {
        retryConstraint: retryConstraint(),
        sessionPersistence: sessionPersistence(),
        targetRefs: list(localReference(), { minItems: 1, maxItems: 16, mapKeys: ['group', 'kind', 'name'] }),
      },
      { required: ['targetRefs'] },
    ),
  status: policyStatus,
})

/** A mesh that implements the Gateway API. */
const XMesh = gatewayApiKind({
  group: X_GROUP,
  kind: 'XMesh',
  plural: 'xmeshes',
  shortNames: ['mesh'],
  scope: 'Cluster',
  versions: ['v1alpha1'],
  columns: [conditionColumn('Accepted'), AGE],
  schema: gatewayClassSpec,
  status: () =>
    also(object({ conditions: filled(conditions(), waitingConditions('Accepted', 'Programmed')), supportedFeatures: supportedFeatures() }), {
      default: { conditions: waitingConditions('Accepted') },
    }),
})

const INFERENCE = { categories: [], bundle: { 'inference.networking.k8s.io/bundle-version': 'v1.5.0' } }
const POOL_COLUMN = { name: 'Inference Pool', type: 'string', jsonPath: '.spec.poolRef.name' } as const

const poolReference = () =>
  object({ group: filled(group(), 'inference.networking.k8s.io'), kind: filled(kind(), 'InferencePool'), name: objectName() }, { required: ['name'] })

const poolParent = () =>
  object(
    {
      conditions: conditions(),
      controllerName: controllerName(),
      parentRef: object(
        { group: filled(groupFromZero(), 'gateway.networking.k8s.io'), kind: filled(kind(), 'Gateway'), name: objectName(), namespace: namespace() },
        { required: ['name'] },
      ),
    },
    { required: ['parentRef'] },
  )

const numbered = () => object({ number: port() }, { required: ['number'] })

const endpointPicker = () =>
  object(
    {
      failureMode: filled(enumeration(['FailOpen', 'FailClose']), 'FailClose'),
      group: filled(groupFromZero(), ''),
      kind: filled(kind(), 'Service'),
      name: objectName(),
      port: numbered(),
    },
    { required: ['name'], rules: [textOnly("port is required when kind is 'Service' or unspecified (defaults to 'Service')", "self.kind != 'Service' || has(self.port)")] },
  )

/** A set of model servers and who picks among them. */
const InferencePool = gatewayApiKind({
  ...INFERENCE,
  group: 'inference.networking.k8s.io',
  kind: 'InferencePool',
  plural: 'inferencepools',
  shortNames: ['infpool'],
  versions: ['v1'],
  schema: () =>
    object(
      {
        appProtocol: filled(enumeration(['http', 'kubernetes.io/h2c']), 'http'),
        endpointPickerRef: endpointPicker(),
        selector: object(
          { matchLabels: map(text({ minLength: 0, maxLength: 63, pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$' }), { minProperties: 1, maxProperties: 64 }) },
          { required: ['matchLabels'] },
        ),
        targetPorts: atomic(numbered(), { minItems: 1, maxItems: 8, rules: [textOnly('port number must be unique', 'self.all(p1, self.exists_one(p2, p1.number==p2.number))')] }),
      },
      { required: ['endpointPickerRef', 'selector', 'targetPorts'] },
    ),
  status: () => object({ parents: atomic(poolParent(), { maxItems: 32 }) }),
})

/** An InferencePool of another cluster; it has a status only. */
const importedPool = gatewayApiKind({
  ...INFERENCE,
  group: 'inference.networking.x-k8s.io',
  kind: 'InferencePoolImport',
  plural: 'inferencepoolimports',
  shortNames: ['infpimp'],
  versions: ['v1alpha1'],
  specRequired: false,
  schema: () => object({}),
  status: () =>
    object(
      {
        controllers: list(
          object(
            {
              conditions: conditions(),
              exportingClusters: list(object({ name: objectName() }, { required: ['name'] })),
              name: controllerName(),
              parents: atomic(poolParent()),
            },
            { required: ['name'] },
          ),
          { maxItems: 8, mapKeys: ['name'] },
        ),
      },
      { required: ['controllers'] },
    ),
})
const InferencePoolImport = { ...importedPool, crd: { ...importedPool.crd, withoutSpec: true } }

/** Rewrites the model of a request. */
const InferenceModelRewrite = gatewayApiKind({
  ...INFERENCE,
  group: 'inference.networking.x-k8s.io',
  kind: 'InferenceModelRewrite',
  plural: 'inferencemodelrewrites',
  versions: ['v1alpha2'],
  columns: [POOL_COLUMN, AGE],
  specRequired: false,
  schema: () =>
    object(
      {
        poolRef: poolReference(),
        rules: list(
          object({
            matches: list(object({ model: object({ type: filled(enumeration(['Exact']), 'Exact'), value: text({ minLength: 1 }) }, { required: ['value'] }) }, { required: ['model'] })),
            targets: list(object({ modelRewrite: text(), weight: int32({ minimum: 1, maximum: 1_000_000 }) }, { required: ['modelRewrite'] }), { minItems: 1 }),
          }),
        ),
      },
      { required: ['poolRef', 'rules'] },
    ),
  status: () => object({ conditions: filled(conditions(), waitingConditions('Accepted')) }),
})

/** What is wanted of a class of requests. */
const InferenceObjective = gatewayApiKind({
  ...INFERENCE,
  group: 'inference.networking.x-k8s.io',
  kind: 'InferenceObjective',
  plural: 'inferenceobjectives',
  versions: ['v1alpha2'],
  columns: [POOL_COLUMN, { name: 'Priority', type: 'string', jsonPath: '.spec.priority' }, AGE],
  specRequired: false,
  schema: () => object({ poolRef: poolReference(), priority: plainInteger() }, { required: ['poolRef'] }),
  status: () => object({ conditions: filled(conditions(), waitingConditions('Ready')) }),
})

/** All of them. */
export const experimentalKinds: readonly GatewayApiKind[] = [
  UDPRoute, XBackend, XBackendTrafficPolicy, XMesh, InferencePool, InferencePoolImport, InferenceModelRewrite, InferenceObjective,
]
