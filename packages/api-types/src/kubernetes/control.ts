/** Kinds by which a control plane runs: leases, webhooks, certificate requests, trust bundles, scaling, CRDs, and services shared between clusters. */
import * as z from 'zod'
import type { LabelSelector } from '@istio-ts/foundation'
import { anyJson, kubernetesKind, opt } from './define.ts'
import { condition, type Condition } from './pod.ts'
import { labelSelector } from './workloads.ts'

/** Spec of a Lease; who holds it leads. */
export interface LeaseSpec {
  readonly holderIdentity?: string
  readonly leaseDurationSeconds?: number
  /** RFC 3339 with microseconds. */
  readonly acquireTime?: string
  readonly renewTime?: string
  readonly leaseTransitions?: number
}

/** The kind `coordination.k8s.io/v1/Lease`. */
export const Lease = kubernetesKind<LeaseSpec>({
  group: 'coordination.k8s.io',
  kind: 'Lease',
  plural: 'leases',
  schema: () =>
    z.looseObject({
      holderIdentity: opt(z.string()),
      leaseDurationSeconds: opt(z.int()),
      acquireTime: opt(z.string()),
      renewTime: opt(z.string()),
      leaseTransitions: opt(z.int()),
    }),
})

/** One webhook of a configuration. */
export interface Webhook {
  readonly name: string
  readonly clientConfig: {
    readonly url?: string
    readonly service?: { readonly name: string; readonly namespace: string; readonly path?: string; readonly port?: number }
    /** Base64 PEM; written by istiod. */
    readonly caBundle?: string
  }
  readonly failurePolicy?: string
  readonly namespaceSelector?: LabelSelector
  readonly objectSelector?: LabelSelector
  readonly rules?: unknown
}

/** The root fields of a webhook configuration. */
export interface WebhookConfigurationSpec {
  readonly webhooks?: readonly Webhook[]
}

const webhookConfiguration = (): z.ZodType<WebhookConfigurationSpec> =>
  z.looseObject({
    webhooks: opt(
      z.array(
        z.looseObject({
          name: z.string(),
          clientConfig: z.looseObject({
            url: opt(z.string()),
            service: opt(z.looseObject({ name: z.string(), namespace: z.string(), path: opt(z.string()), port: opt(z.int()) })),
            caBundle: opt(z.string()),
          }),
          failurePolicy: opt(z.string()),
          namespaceSelector: opt(labelSelector()),
          objectSelector: opt(labelSelector()),
          rules: opt(anyJson()),
        }),
      ),
    ),
  })

const webhooks = (kind: string, plural: string) =>
  kubernetesKind<WebhookConfigurationSpec>({ group: 'admissionregistration.k8s.io', kind, plural, scope: 'Cluster', specAtRoot: true, schema: webhookConfiguration })

/** The kind `admissionregistration.k8s.io/v1/MutatingWebhookConfiguration`. */
export const MutatingWebhookConfiguration = webhooks('MutatingWebhookConfiguration', 'mutatingwebhookconfigurations')
/** The kind `admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration`. */
export const ValidatingWebhookConfiguration = webhooks('ValidatingWebhookConfiguration', 'validatingwebhookconfigurations')

/** Spec of a CertificateSigningRequest. */
export interface CertificateSigningRequestSpec {
  /** Base64 PEM. */
  readonly request?: string
  readonly signerName?: string
  readonly usages?: readonly string[]
  readonly expirationSeconds?: number
  readonly username?: string
}

/** Status of a CertificateSigningRequest. */
export interface CertificateSigningRequestStatus {
  /** Base64 PEM. */
  readonly certificate?: string
  readonly conditions?: readonly Condition[]
}

/** The kind `certificates.k8s.io/v1/CertificateSigningRequest`. */
export const CertificateSigningRequest = kubernetesKind<CertificateSigningRequestSpec, CertificateSigningRequestStatus>({
  group: 'certificates.k8s.io',
  kind: 'CertificateSigningRequest',
  plural: 'certificatesigningrequests',
  shortNames: ['csr'],
  scope: 'Cluster',
  schema: () =>
    z.looseObject({
      request: opt(z.string()),
      signerName: opt(z.string()),
      usages: opt(z.array(z.string())),
      expirationSeconds: opt(z.int()),
      username: opt(z.string()),
    }),
  status: () => z.looseObject({ certificate: opt(z.string()), conditions: opt(z.array(condition())) }),
})

/** Spec of a ClusterTrustBundle. */
export interface ClusterTrustBundleSpec {
  readonly signerName?: string
  /** PEM. */
  readonly trustBundle: string
}

/** The kind `certificates.k8s.io/v1beta1/ClusterTrustBundle`. */
export const ClusterTrustBundle = kubernetesKind<ClusterTrustBundleSpec>({
  group: 'certificates.k8s.io',
  kind: 'ClusterTrustBundle',
  plural: 'clustertrustbundles',
  scope: 'Cluster',
  versions: ['v1beta1', 'v1alpha1'],
  schema: () => z.looseObject({ signerName: opt(z.string()), trustBundle: z.string().default('') }),
})

/** Spec of a kind that we write and hand on whole. */
export interface OpaqueSpec {
  readonly [field: string]: unknown
}

const opaque = (): z.ZodType<OpaqueSpec> => z.looseObject({})

/** The kind `autoscaling/v2/HorizontalPodAutoscaler`. */
export const HorizontalPodAutoscaler = kubernetesKind<OpaqueSpec>({
  group: 'autoscaling',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  versions: ['v2', 'v1'],
  schema: opaque,
})

/** The kind `policy/v1/PodDisruptionBudget`. */
export const PodDisruptionBudget = kubernetesKind<OpaqueSpec>({ group: 'policy', kind: 'PodDisruptionBudget', plural: 'poddisruptionbudgets', shortNames: ['pdb'], schema: opaque })

/** Spec of a CustomResourceDefinition, the fields that a watch looks at. */
export interface CustomResourceDefinitionSpec {
  readonly group: string
  readonly names: { readonly kind: string; readonly plural: string }
  readonly versions: readonly { readonly name: string; readonly served?: boolean; readonly storage?: boolean }[]
}

/** Status of a CustomResourceDefinition: `Established` once it is served. */
export interface CustomResourceDefinitionStatus {
  readonly conditions?: readonly Condition[]
}

/** The kind `apiextensions.k8s.io/v1/CustomResourceDefinition`. */
export const CustomResourceDefinition = kubernetesKind<CustomResourceDefinitionSpec, CustomResourceDefinitionStatus>({
  group: 'apiextensions.k8s.io',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  shortNames: ['crd'],
  scope: 'Cluster',
  schema: () =>
    z.looseObject({
      group: z.string().default(''),
      names: z.looseObject({ kind: z.string(), plural: z.string() }).default({ kind: '', plural: '' }),
      versions: z.array(z.looseObject({ name: z.string(), served: opt(z.boolean()), storage: opt(z.boolean()) })).default([]),
    }),
  status: () => z.looseObject({ conditions: opt(z.array(condition())) }),
})

/** Spec of a ServiceImport: a service of the cluster set. */
export interface ServiceImportSpec {
  /** `ClusterSetIP` or `Headless`. */
  readonly type?: string
  readonly ips?: readonly string[]
  readonly ports?: readonly { readonly name?: string; readonly port: number; readonly protocol?: string; readonly appProtocol?: string }[]
}

const MULTICLUSTER = { group: 'multicluster.x-k8s.io', versions: ['v1alpha1'] }

/** The kind `multicluster.x-k8s.io/v1alpha1/ServiceExport`: its name says which service other clusters may call. */
export const ServiceExport = kubernetesKind<OpaqueSpec>({ ...MULTICLUSTER, kind: 'ServiceExport', plural: 'serviceexports', schema: opaque })

/** The kind `multicluster.x-k8s.io/v1alpha1/ServiceImport`. */
export const ServiceImport = kubernetesKind<ServiceImportSpec>({
  ...MULTICLUSTER,
  kind: 'ServiceImport',
  plural: 'serviceimports',
  schema: () =>
    z.looseObject({
      type: opt(z.string()),
      ips: opt(z.array(z.string())),
      ports: opt(z.array(z.looseObject({ name: opt(z.string()), port: z.int(), protocol: opt(z.string()), appProtocol: opt(z.string()) }))),
    }),
})
