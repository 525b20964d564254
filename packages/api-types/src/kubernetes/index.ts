/** The Kubernetes kinds that the mesh reads or writes; only the fields we read are typed, all others are kept. */
import type { Kind } from '../kind.ts'
import { ConfigMap, Secret, ServiceAccount } from './config-map.ts'
import {
  CertificateSigningRequest, ClusterTrustBundle, CustomResourceDefinition, HorizontalPodAutoscaler, Lease, MutatingWebhookConfiguration, PodDisruptionBudget,
  ServiceExport, ServiceImport, ValidatingWebhookConfiguration,
} from './control.ts'
import { EndpointSlice } from './endpoint-slice.ts'
import { Endpoints } from './endpoints.ts'
import { Ingress, IngressClass } from './ingress.ts'
import { Namespace } from './namespace.ts'
import { Node } from './node.ts'
import { Pod } from './pod.ts'
import { Service } from './service.ts'
import { CronJob, DaemonSet, Deployment, Job, ReplicaSet, ReplicationController, StatefulSet } from './workloads.ts'

export * from './config-map.ts'
export * from './control.ts'
export * from './endpoint-slice.ts'
export * from './endpoints.ts'
export * from './ingress.ts'
export * from './namespace.ts'
export * from './node.ts'
export * from './pod-spec.ts'
export * from './pod.ts'
export * from './service.ts'
export * from './workloads.ts'

/** All of them, for the catalogue. */
export const kubernetesKinds: readonly Kind[] = [
  Service, EndpointSlice, Endpoints, Pod, Node, Namespace, ConfigMap, Secret, ServiceAccount, Ingress, IngressClass,
  Deployment, DaemonSet, StatefulSet, ReplicaSet, ReplicationController, Job, CronJob,
  Lease, MutatingWebhookConfiguration, ValidatingWebhookConfiguration, CertificateSigningRequest, ClusterTrustBundle, CustomResourceDefinition,
  HorizontalPodAutoscaler, PodDisruptionBudget, ServiceExport, ServiceImport,
]
