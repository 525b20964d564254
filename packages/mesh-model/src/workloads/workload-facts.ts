/** What a pod's or workload entry's labels say about it. @see istio pkg/kube/labels, pkg/kube/util.go */
import type { ObjectMeta } from '@istio-ts/api-types'
import type { Labels } from '@istio-ts/foundation'
import type { Locality } from '../identity/proxy-identity.ts'

/** First of the labels that is set. */
const first = (labels: Labels, ...names: readonly string[]): string | undefined => names.map((name) => labels[name]).find((value) => value !== undefined && value !== '')

/** Name of the service a workload canonically belongs to; falls back to the workload's own name. */
export const canonicalName = (labels: Labels, workload: string): string =>
  first(labels, 'service.istio.io/canonical-name', 'app.kubernetes.io/name', 'app') ?? workload

/** Revision of the canonical service as endpoints carry it: empty unless labelled (a proxy says `latest` of itself). */
export const canonicalRevision = (labels: Labels): string =>
  first(labels, 'service.istio.io/canonical-revision', 'app.kubernetes.io/version', 'version') ?? ''

/** True if mesh mTLS reaches the workload (the injector sets the label). */
export const speaksMeshTls = (labels: Labels): boolean => labels['security.istio.io/tlsMode'] === 'istio'

/** Parses `region/zone/subzone`; labels write `.` for `/`. */
export function parseLocality(text: string): Locality {
  const [region = '', zone = '', subzone = ''] = (text.includes('/') ? text : text.replaceAll('.', '/')).split('/')
  return { region, zone, subzone }
}

/** Nowhere in particular. */
export const NO_LOCALITY: Locality = { region: '', zone: '', subzone: '' }

/** `region/zone/subzone` with trailing empty parts left out; how localities are sorted and shown. */
export const localityText = (locality: Locality): string => [locality.region, locality.zone, locality.subzone].join('/').replace(/\/+$/, '')

/** Locality by the labels of the workload itself; undefined if it has none. */
export function labelledLocality(labels: Labels): Locality | undefined {
  const text = first(labels, 'topology.istio.io/locality', 'istio-locality')
  return text === undefined ? undefined : parseLocality(text)
}

/** Locality by the labels of a node. */
export const nodeLocality = (labels: Labels): Locality => ({
  region: first(labels, 'topology.kubernetes.io/region', 'failure-domain.beta.kubernetes.io/region') ?? '',
  zone: first(labels, 'topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone') ?? '',
  subzone: labels['topology.istio.io/subzone'] ?? '',
})

/** Name of the workload that made a pod: its label, else the owner's name without the template hash of a ReplicaSet, else the pod's own. */
export function workloadName(metadata: ObjectMeta): string {
  const labelled = metadata.labels?.['service.istio.io/workload-name']
  if (labelled !== undefined) return labelled
  const owner = controllerOf(metadata)
  if (!owner) return metadata.name
  const hash = metadata.labels?.['pod-template-hash']
  if (owner.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(`-${hash}`)) return owner.name.slice(0, -hash.length - 1)
  if (owner.kind === 'ReplicationController' && metadata.labels?.['deploymentconfig'] !== undefined) return metadata.labels['deploymentconfig']
  if (owner.kind === 'Job') return owner.name.replace(/-\d{8,}$/, '')
  return owner.name
}

/** The controlling owner; the loader keeps `ownerReferences` although the type does not name it. */
function controllerOf(metadata: ObjectMeta): { readonly kind: string; readonly name: string } | undefined {
  const owners: unknown = Reflect.get(metadata, 'ownerReferences')
  if (!Array.isArray(owners)) return undefined
  for (const owner of owners as readonly unknown[]) {
    if (typeof owner !== 'object' || owner === null || !('kind' in owner) || !('name' in owner)) continue
    if (Reflect.get(owner, 'controller') === true && typeof owner.kind === 'string' && typeof owner.name === 'string') return { kind: owner.kind, name: owner.name }
  }
  return undefined
}
