/** ConfigMap, Secret and ServiceAccount: data and names that pods and the mesh read. */
import * as z from 'zod'
import { kubernetesKind, opt, stringMap } from './define.ts'

/** The root fields of a ConfigMap. */
export interface ConfigMapSpec {
  readonly data?: Readonly<Record<string, string>>
  /** Base64. */
  readonly binaryData?: Readonly<Record<string, string>>
  readonly immutable?: boolean
}

/** The root fields of a Secret. */
export interface SecretSpec {
  /** `kubernetes.io/tls`, `Opaque`, ...; default `Opaque`. */
  readonly type: string
  /** Base64. Never print it. */
  readonly data?: Readonly<Record<string, string>>
  /** Plain text, in files only: the API server moves it to `data`. Never print it. */
  readonly stringData?: Readonly<Record<string, string>>
  readonly immutable?: boolean
}

/** The root fields of a ServiceAccount. */
export interface ServiceAccountSpec {
  readonly secrets?: readonly { readonly name?: string }[]
  readonly imagePullSecrets?: readonly { readonly name?: string }[]
  readonly automountServiceAccountToken?: boolean
}

/** The kind `v1/ConfigMap`. */
export const ConfigMap = kubernetesKind<ConfigMapSpec>({
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  specAtRoot: true,
  schema: () => z.looseObject({ data: opt(stringMap()), binaryData: opt(stringMap()), immutable: opt(z.boolean()) }),
})

/** The kind `v1/Secret`. */
export const Secret = kubernetesKind<SecretSpec>({
  kind: 'Secret',
  plural: 'secrets',
  specAtRoot: true,
  schema: () =>
    z.looseObject({
      type: z.string().default('Opaque'),
      data: opt(stringMap()),
      stringData: opt(stringMap()),
      immutable: opt(z.boolean()),
    }),
})

/** The kind `v1/ServiceAccount`. */
export const ServiceAccount = kubernetesKind<ServiceAccountSpec>({
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  shortNames: ['sa'],
  specAtRoot: true,
  schema: () =>
    z.looseObject({
      secrets: opt(z.array(z.looseObject({ name: opt(z.string()) }))),
      imagePullSecrets: opt(z.array(z.looseObject({ name: opt(z.string()) }))),
      automountServiceAccountToken: opt(z.boolean()),
    }),
})
