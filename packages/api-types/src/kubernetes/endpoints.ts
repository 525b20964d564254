/** Endpoints: the older, single object with all addresses of a Service. @see https://kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoints-v1 */
import * as z from 'zod'
import { kubernetesKind, opt } from './define.ts'
import { objectReference, type EndpointPort, type ObjectReference } from './endpoint-slice.ts'

/** One address of a subset. */
export interface EndpointAddress {
  readonly ip: string
  readonly hostname?: string
  readonly nodeName?: string
  readonly targetRef?: ObjectReference
}

/** The root fields of an Endpoints object. */
export interface EndpointsSpec {
  readonly subsets: readonly {
    readonly addresses: readonly EndpointAddress[]
    readonly notReadyAddresses: readonly EndpointAddress[]
    readonly ports: readonly EndpointPort[]
  }[]
}

const address = (): z.ZodType<EndpointAddress> =>
  z.looseObject({ ip: z.string(), hostname: opt(z.string()), nodeName: opt(z.string()), targetRef: opt(objectReference()) })

const port = (): z.ZodType<EndpointPort> =>
  z.looseObject({ name: opt(z.string()), port: z.int(), protocol: z.enum(['TCP', 'UDP', 'SCTP']).default('TCP'), appProtocol: opt(z.string()) })

/** The kind `v1/Endpoints`. */
export const Endpoints = kubernetesKind<EndpointsSpec>({
  kind: 'Endpoints',
  plural: 'endpoints',
  shortNames: ['ep'],
  specAtRoot: true,
  schema: () =>
    z.looseObject({
      subsets: z
        .array(
          z.looseObject({
            addresses: z.array(address()).default([]),
            notReadyAddresses: z.array(address()).default([]),
            ports: z.array(port()).default([]),
          }),
        )
        .default([]),
    }),
})
