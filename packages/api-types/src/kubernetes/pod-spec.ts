/** What a pod runs: the part that Pod and every workload kind share. */
import * as z from 'zod'
import { anyJson, intOrString, opt, stringMap } from './define.ts'

/** A port a container says that it listens on. */
export interface ContainerPort {
  readonly name?: string
  readonly containerPort: number
  readonly protocol: string
  readonly hostPort?: number
}

/** A probe; exactly one handler is set. Other timing fields are kept. */
export interface Probe {
  readonly httpGet?: {
    readonly path?: string
    readonly port: number | string
    readonly host?: string
    readonly scheme?: string
    readonly httpHeaders?: readonly { readonly name: string; readonly value: string }[]
  }
  readonly tcpSocket?: { readonly port: number | string; readonly host?: string }
  readonly grpc?: { readonly port: number; readonly service?: string }
  readonly exec?: { readonly command?: readonly string[] }
  readonly timeoutSeconds?: number
}

/** An environment variable; `valueFrom` is kept unread. */
export interface EnvVar {
  readonly name: string
  readonly value?: string
  readonly valueFrom?: unknown
}

/** A container, the fields that injection and discovery read. */
export interface Container {
  readonly name: string
  readonly image?: string
  readonly command?: readonly string[]
  readonly args?: readonly string[]
  readonly env?: readonly EnvVar[]
  readonly ports?: readonly ContainerPort[]
  readonly restartPolicy?: string
  readonly livenessProbe?: Probe
  readonly readinessProbe?: Probe
  readonly startupProbe?: Probe
  readonly lifecycle?: unknown
  readonly resources?: unknown
  readonly securityContext?: unknown
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean; readonly subPath?: string }[]
}

/** The fields of a pod's spec that we read. */
export interface PodSpec {
  readonly containers: readonly Container[]
  readonly initContainers?: readonly Container[]
  readonly nodeName?: string
  readonly serviceAccountName?: string
  readonly hostNetwork?: boolean
  readonly hostname?: string
  readonly subdomain?: string
  readonly dnsPolicy?: string
  readonly dnsConfig?: unknown
  readonly imagePullSecrets?: readonly { readonly name?: string }[]
  readonly automountServiceAccountToken?: boolean
  readonly terminationGracePeriodSeconds?: number
  readonly securityContext?: unknown
  readonly volumes?: readonly { readonly name: string; readonly [source: string]: unknown }[]
  readonly restartPolicy?: string
  readonly shareProcessNamespace?: boolean
}

/** A pod to be: metadata and spec. */
export interface PodTemplate {
  readonly metadata?: {
    readonly name?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly spec?: PodSpec
}

const probe = (): z.ZodType<Probe> =>
  z.looseObject({
    httpGet: opt(
      z.looseObject({
        path: opt(z.string()),
        port: intOrString(),
        host: opt(z.string()),
        scheme: opt(z.string()),
        httpHeaders: opt(z.array(z.looseObject({ name: z.string(), value: z.string() }))),
      }),
    ),
    tcpSocket: opt(z.looseObject({ port: intOrString(), host: opt(z.string()) })),
    grpc: opt(z.looseObject({ port: z.int(), service: opt(z.string()) })),
    exec: opt(z.looseObject({ command: opt(z.array(z.string())) })),
    timeoutSeconds: opt(z.number()),
  })

const container = (): z.ZodType<Container> =>
  z.looseObject({
    name: z.string(),
    image: opt(z.string()),
    command: opt(z.array(z.string())),
    args: opt(z.array(z.string())),
    env: opt(z.array(z.looseObject({ name: z.string(), value: opt(z.string()), valueFrom: opt(anyJson()) }))),
    ports: opt(
      z.array(z.looseObject({ name: opt(z.string()), containerPort: z.int(), protocol: z.string().default('TCP'), hostPort: opt(z.int()) })),
    ),
    restartPolicy: opt(z.string()),
    livenessProbe: opt(probe()),
    readinessProbe: opt(probe()),
    startupProbe: opt(probe()),
    lifecycle: opt(anyJson()),
    resources: opt(anyJson()),
    securityContext: opt(anyJson()),
    volumeMounts: opt(
      z.array(z.looseObject({ name: z.string(), mountPath: z.string(), readOnly: opt(z.boolean()), subPath: opt(z.string()) })),
    ),
  })

/** Schema of a pod's spec. */
export const podSpec = (): z.ZodType<PodSpec> =>
  z.looseObject({
    containers: z.array(container()).default([]),
    initContainers: opt(z.array(container())),
    nodeName: opt(z.string()),
    serviceAccountName: opt(z.string()),
    hostNetwork: opt(z.boolean()),
    hostname: opt(z.string()),
    subdomain: opt(z.string()),
    dnsPolicy: opt(z.string()),
    dnsConfig: opt(anyJson()),
    imagePullSecrets: opt(z.array(z.looseObject({ name: opt(z.string()) }))),
    automountServiceAccountToken: opt(z.boolean()),
    terminationGracePeriodSeconds: opt(z.number()),
    securityContext: opt(anyJson()),
    volumes: opt(z.array(z.looseObject({ name: z.string() }))),
    restartPolicy: opt(z.string()),
    shareProcessNamespace: opt(z.boolean()),
  })

/** Schema of a pod template. */
export const podTemplate = (): z.ZodType<PodTemplate> =>
  z.looseObject({
    metadata: opt(z.looseObject({ name: opt(z.string()), labels: opt(stringMap()), annotations: opt(stringMap()) })),
    spec: opt(podSpec()),
  })
