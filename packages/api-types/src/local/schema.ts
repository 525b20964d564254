/** The schema of LocalMesh: types, bounds and defaults. The forms of names are rules (`validate.ts`), which can say more than a pattern. */
import * as z from 'zod'
import { opt } from '../kubernetes/define.ts'
import { once } from '../once.ts'
import { DNS_LABEL, ENV_NAME, LABEL_KEY, LABEL_VALUE } from './forms.ts'
import type { LocalGateway, LocalMeshSpec, LocalPort, LocalWorkload } from './local-mesh.ts'

/** A text whose form the editor checks by the pattern. */
const form = (pattern: RegExp, description: string) => z.string().meta({ pattern: pattern.source, description })
const entries = (key: RegExp, value: z.ZodString, description: string) => z.record(z.string(), value).meta({ propertyNames: { pattern: key.source }, description })
const portNumber = () => z.int().min(1).max(65535)

const port = () =>
  z.looseObject({
    name: opt(form(DNS_LABEL, 'Istio reads the protocol from its prefix, e.g. http or grpc-api.')),
    port: portNumber().describe('The port of the service.'),
    targetPort: opt(portNumber().describe('Where the process listens on loopback; default: port.')),
    protocol: z.enum(['TCP', 'UDP', 'SCTP']).default('TCP'),
    appProtocol: opt(z.string().describe('Wins over the prefix of the name.')),
  })

const ready = () =>
  z.looseObject({
    tcp: opt(z.literal(true).describe('Ready when the first targetPort accepts a connection.')),
    http: opt(form(/^\//, 'Ready when a GET of this path succeeds.')),
  })

const workload = () =>
  z.looseObject({
    name: form(DNS_LABEL, 'One process = one pod; unique per namespace.'),
    service: opt(form(DNS_LABEL, 'Becomes <service>.<namespace>.svc.cluster.local; workloads may share it and then agree on its ports.')),
    namespace: form(DNS_LABEL, 'Default: default.').default('default'),
    serviceAccount: opt(form(DNS_LABEL, "Default: the service's name, else the workload's.")),
    labels: entries(LABEL_KEY, z.string().meta({ pattern: LABEL_VALUE.source }), 'app defaults to the service.').default({}),
    ports: z.array(port()).default([]),
    command: opt(z.array(z.string()).min(1).describe('Program and arguments; absent = somebody else starts it.')),
    cwd: z.string().min(1).describe("Relative to this file; default: this file's folder.").default('.'),
    env: entries(ENV_NAME, z.string(), 'Laid over the environment of `istioctl local up`.').default({}),
    ready: ready().describe('{tcp: true} or {http: /path}; default: the first targetPort accepts.').default({ tcp: true }),
    replicas: z.int().min(1).max(100).describe('n > 1: <name>-0, <name>-1, ... on targetPort, targetPort + 1, ...').default(1),
    proxy: z.enum(['istio-ts', 'envoy']).describe('Which data plane is the sidecar.').default('istio-ts'),
  })

const gateway = () =>
  z.looseObject({
    name: form(DNS_LABEL, 'Name of the gateway; unique per namespace, among workloads too.'),
    namespace: form(DNS_LABEL, 'Default: istio-system.').default('istio-system'),
    labels: entries(LABEL_KEY, z.string().meta({ pattern: LABEL_VALUE.source }), 'What the selector of a Gateway matches.').default({ istio: 'ingressgateway' }),
    ports: z
      .array(z.looseObject({ port: portNumber().describe('Server port of the Gateway resource.'), listen: portNumber().describe('The port bound on loopback.') }))
      .default([]),
  })

/** The schema as the user writes it, before the defaults that depend on other fields; the editor's JSON Schema is made from it. */
export const localMeshInput = once(() => z.looseObject({ workloads: z.array(workload()).default([]), gateways: z.array(gateway()).default([]) }))

/** The schema of `spec`, all defaults filled in; unknown fields are kept and found by `validate`. */
export const localMeshSchema = once((): z.ZodType<LocalMeshSpec> => localMeshInput().transform(fillDefaults))

type Input = z.infer<ReturnType<typeof localMeshInput>>
type InputWorkload = Input['workloads'][number]

const fillDefaults = (input: Input): LocalMeshSpec => ({
  ...input,
  workloads: input.workloads.map(fillWorkload),
  gateways: input.gateways satisfies readonly LocalGateway[],
})

const fillWorkload = (input: InputWorkload): LocalWorkload => ({
  ...input,
  serviceAccount: input.serviceAccount ?? input.service ?? input.name,
  labels: input.service === undefined || Object.hasOwn(input.labels, 'app') ? input.labels : { app: input.service, ...input.labels },
  ports: input.ports.map((written): LocalPort => ({ ...written, targetPort: written.targetPort ?? written.port })),
})
