/** Namespace: a group of objects; its labels switch the mesh on and off. */
import * as z from 'zod'
import { kubernetesKind, opt } from './define.ts'

/** The fields of a Namespace's spec. */
export interface NamespaceSpec {
  readonly finalizers?: readonly string[]
}

/** The fields of a Namespace's status that we read. */
export interface NamespaceStatus {
  readonly phase?: string
}

/** The kind `v1/Namespace`. */
export const Namespace = kubernetesKind<NamespaceSpec, NamespaceStatus>({
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  scope: 'Cluster',
  schema: () => z.looseObject({ finalizers: opt(z.array(z.string())) }),
  status: () => z.looseObject({ phase: opt(z.string()) }),
})
