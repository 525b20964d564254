/** Service: a name and a virtual address for a set of pods. @see https://kubernetes.io/docs/concepts/services-networking/service */
import * as z from 'zod'
import { intOrString, kubernetesKind, opt, stringMap } from './define.ts'

/** A port of a Service. */
export interface ServicePort {
  /** Istio reads the protocol from its prefix (`http-web`); may be left out when there is one port. */
  readonly name?: string
  readonly port: number
  /** Port of the pods, by number or by container port name; default: `port`. */
  readonly targetPort?: number | string
  readonly protocol: 'TCP' | 'UDP' | 'SCTP'
  /** Wins over the name's prefix. */
  readonly appProtocol?: string
  readonly nodePort?: number
}

/** The fields of a Service that we read. */
export interface ServiceSpec {
  /** `ClusterIP`, `NodePort`, `LoadBalancer` or `ExternalName`. */
  readonly type: string
  /** `None` for a headless service; absent before the API server has allotted one (and in files). */
  readonly clusterIP?: string
  readonly clusterIPs?: readonly string[]
  readonly externalIPs?: readonly string[]
  readonly externalName?: string
  readonly ports: readonly ServicePort[]
  readonly selector?: Readonly<Record<string, string>>
  readonly sessionAffinity?: string
  readonly publishNotReadyAddresses?: boolean
  readonly externalTrafficPolicy?: string
  readonly internalTrafficPolicy?: string
  readonly trafficDistribution?: string
  readonly ipFamilies?: readonly string[]
  readonly ipFamilyPolicy?: string
  readonly loadBalancerIP?: string
}

/** Where a load balancer took the service in. */
export interface LoadBalancerStatus {
  readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] }
}

/** The status that load-balanced kinds share. */
export const loadBalancerStatus = (): z.ZodType<LoadBalancerStatus> =>
  z.looseObject({
    loadBalancer: opt(z.looseObject({ ingress: opt(z.array(z.looseObject({ ip: opt(z.string()), hostname: opt(z.string()) }))) })),
  })

const servicePort = (): z.ZodType<ServicePort> =>
  z.looseObject({
    name: opt(z.string()),
    port: z.int().min(1).max(65535),
    targetPort: opt(intOrString()),
    protocol: z.enum(['TCP', 'UDP', 'SCTP']).default('TCP'),
    appProtocol: opt(z.string()),
    nodePort: opt(z.int()),
  })

/** The kind `v1/Service`. */
export const Service = kubernetesKind<ServiceSpec, LoadBalancerStatus>({
  kind: 'Service',
  plural: 'services',
  shortNames: ['svc'],
  schema: () =>
    z.looseObject({
      type: z.string().default('ClusterIP'),
      clusterIP: opt(z.string()),
      clusterIPs: opt(z.array(z.string())),
      externalIPs: opt(z.array(z.string())),
      externalName: opt(z.string()),
      ports: z.array(servicePort()).default([]),
      selector: opt(stringMap()),
      sessionAffinity: opt(z.string()),
      publishNotReadyAddresses: opt(z.boolean()),
      externalTrafficPolicy: opt(z.string()),
      internalTrafficPolicy: opt(z.string()),
      trafficDistribution: opt(z.string()),
      ipFamilies: opt(z.array(z.string())),
      ipFamilyPolicy: opt(z.string()),
      loadBalancerIP: opt(z.string()),
    }),
  status: loadBalancerStatus,
})
