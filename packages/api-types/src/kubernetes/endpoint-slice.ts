/** EndpointSlice: the addresses behind a Service. @see https://kubernetes.io/docs/concepts/services-networking/endpoint-slices */
import * as z from 'zod'
import { kubernetesKind, opt, stringMap } from './define.ts'

/** The object an endpoint stands for, usually a Pod. */
export interface ObjectReference {
  readonly kind?: string
  readonly namespace?: string
  readonly name?: string
  readonly uid?: string
}

/** One endpoint; the addresses are of one instance. */
export interface Endpoint {
  readonly addresses: readonly string[]
  /** Absent conditions count as ready, as Kubernetes says. */
  readonly conditions?: { readonly ready?: boolean; readonly serving?: boolean; readonly terminating?: boolean }
  readonly hostname?: string
  readonly nodeName?: string
  readonly zone?: string
  readonly targetRef?: ObjectReference
  readonly deprecatedTopology?: Readonly<Record<string, string>>
}

/** A port of all endpoints of a slice. */
export interface EndpointPort {
  readonly name?: string
  /** Absent = all ports. */
  readonly port?: number
  readonly protocol: 'TCP' | 'UDP' | 'SCTP'
  readonly appProtocol?: string
}

/** The root fields of an EndpointSlice. Its service is the label `kubernetes.io/service-name`. */
export interface EndpointSliceSpec {
  readonly addressType: string
  readonly endpoints: readonly Endpoint[]
  readonly ports: readonly EndpointPort[]
}

/** A reference to an object, by name. */
export const objectReference = (): z.ZodType<ObjectReference> =>
  z.looseObject({ kind: opt(z.string()), namespace: opt(z.string()), name: opt(z.string()), uid: opt(z.string()) })

const endpoint = (): z.ZodType<Endpoint> =>
  z.looseObject({
    addresses: z.array(z.string()),
    conditions: opt(z.looseObject({ ready: opt(z.boolean()), serving: opt(z.boolean()), terminating: opt(z.boolean()) })),
    hostname: opt(z.string()),
    nodeName: opt(z.string()),
    zone: opt(z.string()),
    targetRef: opt(objectReference()),
    deprecatedTopology: opt(stringMap()),
  })

const endpointPort = (): z.ZodType<EndpointPort> =>
  z.looseObject({
    name: opt(z.string()),
    port: opt(z.int().min(1).max(65535)),
    protocol: z.enum(['TCP', 'UDP', 'SCTP']).default('TCP'),
    appProtocol: opt(z.string()),
  })

/** The kind `discovery.k8s.io/v1/EndpointSlice`. */
export const EndpointSlice = kubernetesKind<EndpointSliceSpec>({
  group: 'discovery.k8s.io',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  specAtRoot: true,
  schema: () =>
    z.looseObject({
      addressType: z.string().default('IPv4'),
      endpoints: z.array(endpoint()).default([]),
      ports: z.array(endpointPort()).default([]),
    }),
})
