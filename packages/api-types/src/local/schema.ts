/** The schema of LocalMesh: strict, because a misspelt field in the first file a newcomer writes must not pass in silence. */
import * as z from 'zod'
import { once, opt } from '../kubernetes/define.ts'
import type { LocalGateway, LocalMeshSpec, LocalPort, LocalWorkload } from './local-mesh.ts'

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
const LABEL_VALUE = /^$|^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/
const LABEL_KEY = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/
const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

const dnsLabel = (what: string) =>
  z.string().regex(DNS_LABEL, `${what} must be 1 to 63 lower-case letters, digits or "-", and begin and end with a letter or digit`)
const portNumber = () => z.int().min(1, 'a port is 1 to 65535').max(65535, 'a port is 1 to 65535')
const labels = () => z.record(z.string().regex(LABEL_KEY, 'is not a Kubernetes label key'), z.string().regex(LABEL_VALUE, 'is not a Kubernetes label value'))

const port = () =>
  z.strictObject({
    name: opt(dnsLabel('a port name')).describe("Istio reads the protocol from its prefix, e.g. http or grpc-api."),
    port: portNumber().describe('The port of the service.'),
    targetPort: opt(portNumber()).describe('Where the process listens on loopback; default: port.'),
    protocol: z.enum(['TCP', 'UDP', 'SCTP']).default('TCP'),
    appProtocol: opt(z.string()).describe('Wins over the prefix of the name.'),
  })

const ready = () =>
  z
    .union([
      z.strictObject({ tcp: z.literal(true).describe('Ready when the first targetPort accepts a connection.') }),
      z.strictObject({ http: z.string().regex(/^\//, 'http must be a path that begins with "/"').describe('Ready when a GET of this path succeeds.') }),
    ], 'must be {tcp: true} or {http: /path}')

const workload = () =>
  z.strictObject({
    name: dnsLabel('a workload name').describe('One process = one pod; unique per namespace.'),
    service: opt(dnsLabel('a service name')).describe('Becomes <service>.<namespace>.svc.cluster.local; workloads may share it.'),
    namespace: dnsLabel('a namespace').default('default'),
    serviceAccount: opt(dnsLabel('a service account')).describe("Default: the service's name, else the workload's."),
    labels: labels().default({}).describe('app defaults to the service.'),
    ports: z.array(port()).default([]),
    command: opt(z.array(z.string()).min(1, 'command must name a program')).describe('Program and arguments; absent = somebody else starts it.'),
    cwd: z.string().min(1, 'cwd must not be empty').default('.').describe("Relative to this file; default: this file's folder."),
    env: z.record(z.string().regex(ENV_NAME, 'is not a name of an environment variable'), z.string()).default({}),
    ready: ready().default({ tcp: true }),
    replicas: z.int().min(1, 'replicas must be 1 to 100').max(100, 'replicas must be 1 to 100').default(1).describe('n > 1: <name>-0, <name>-1, ... on targetPort, targetPort + 1, ...'),
    proxy: z.enum(['istio-ts', 'envoy']).default('istio-ts').describe('Which data plane is the sidecar.'),
  })

const gateway = () =>
  z.strictObject({
    name: dnsLabel('a gateway name'),
    namespace: dnsLabel('a namespace').default('istio-system'),
    labels: labels().default({ istio: 'ingressgateway' }).describe('What a Gateway selector matches.'),
    ports: z.array(z.strictObject({ port: portNumber().describe('Server port of the Gateway resource.'), listen: portNumber().describe('The port bound on loopback.') })).default([]),
  })

/** The schema as the user writes it, before defaults that depend on other fields; the editor's JSON Schema is made from it. */
export const localMeshInput = once(() => z.strictObject({ workloads: z.array(workload()).default([]), gateways: z.array(gateway()).default([]) }))

/** The schema of `spec`, all defaults filled in. */
export const localMeshSchema = once((): z.ZodType<LocalMeshSpec> => localMeshInput().transform(fillDefaults))

type Input = z.infer<ReturnType<typeof localMeshInput>>
type InputWorkload = Input['workloads'][number]

const fillDefaults = (input: Input): LocalMeshSpec => ({ workloads: input.workloads.map(fillWorkload), gateways: input.gateways satisfies readonly LocalGateway[] })

const fillWorkload = (input: InputWorkload): LocalWorkload => ({
  ...input,
  serviceAccount: input.serviceAccount ?? input.service ?? input.name,
  labels: input.service === undefined || 'app' in input.labels ? input.labels : { app: input.service, ...input.labels },
  ports: input.ports.map((written): LocalPort => ({ ...written, targetPort: written.targetPort ?? written.port })),
})
