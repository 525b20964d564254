/** Ingress and IngressClass: the older way of letting HTTP traffic in. @see https://kubernetes.io/docs/concepts/services-networking/ingress */
import * as z from 'zod'
import { kubernetesKind, opt } from './define.ts'
import { loadBalancerStatus, type LoadBalancerStatus } from './service.ts'

/** Where an Ingress sends a request. */
export interface IngressBackend {
  readonly service?: { readonly name: string; readonly port?: { readonly name?: string; readonly number?: number } }
  readonly resource?: { readonly apiGroup?: string; readonly kind: string; readonly name: string }
}

/** One path of a rule. */
export interface IngressPath {
  readonly path?: string
  readonly pathType: 'Exact' | 'Prefix' | 'ImplementationSpecific'
  readonly backend: IngressBackend
}

/** The fields of an Ingress that we read. */
export interface IngressSpec {
  readonly ingressClassName?: string
  readonly defaultBackend?: IngressBackend
  readonly tls?: readonly { readonly hosts?: readonly string[]; readonly secretName?: string }[]
  readonly rules?: readonly { readonly host?: string; readonly http?: { readonly paths: readonly IngressPath[] } }[]
}

/** The fields of an IngressClass. Istio's controller is `istio.io/ingress-controller`. */
export interface IngressClassSpec {
  readonly controller?: string
  readonly parameters?: { readonly apiGroup?: string; readonly kind: string; readonly name: string; readonly namespace?: string; readonly scope?: string }
}

const backend = (): z.ZodType<IngressBackend> =>
  z.looseObject({
    service: opt(z.looseObject({ name: z.string(), port: opt(z.looseObject({ name: opt(z.string()), number: opt(z.int()) })) })),
    resource: opt(z.looseObject({ apiGroup: opt(z.string()), kind: z.string(), name: z.string() })),
  })

const path = (): z.ZodType<IngressPath> =>
  z.looseObject({
    path: opt(z.string()),
    pathType: z.enum(['Exact', 'Prefix', 'ImplementationSpecific']).default('ImplementationSpecific'),
    backend: backend(),
  })

/** The kind `networking.k8s.io/v1/Ingress`. */
export const Ingress = kubernetesKind<IngressSpec, LoadBalancerStatus>({
  group: 'networking.k8s.io',
  kind: 'Ingress',
  plural: 'ingresses',
  shortNames: ['ing'],
  schema: () =>
    z.looseObject({
      ingressClassName: opt(z.string()),
      defaultBackend: opt(backend()),
      tls: opt(z.array(z.looseObject({ hosts: opt(z.array(z.string())), secretName: opt(z.string()) }))),
      rules: opt(z.array(z.looseObject({ host: opt(z.string()), http: opt(z.looseObject({ paths: z.array(path()) })) }))),
    }),
  status: loadBalancerStatus,
})

/** The kind `networking.k8s.io/v1/IngressClass`. */
export const IngressClass = kubernetesKind<IngressClassSpec>({
  group: 'networking.k8s.io',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  scope: 'Cluster',
  schema: () =>
    z.looseObject({
      controller: opt(z.string()),
      parameters: opt(
        z.looseObject({ apiGroup: opt(z.string()), kind: z.string(), name: z.string(), namespace: opt(z.string()), scope: opt(z.string()) }),
      ),
    }),
})
