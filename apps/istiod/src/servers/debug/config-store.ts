/** `/debug/configz` and `/debug/registryz`: the resources in force. */
import { ConfigMap, kindOf, parseApiVersion, Secret, Service, type Resource } from '@istio-ts/api-types'
import type { KindSources } from '../../store/kind-sources.ts'

/** One resource as a user would write it, with the file it came from. Values of Secrets are left out. */
function shownResource(resource: Resource): unknown {
  const { group } = parseApiVersion(resource.apiVersion)
  const kind = kindOf(group, resource.kind)
  const body = kind === Secret ? redacted(resource.spec) : resource.spec
  const at = resource.source?.locate([])
  return {
    apiVersion: resource.apiVersion,
    kind: resource.kind,
    metadata: resource.metadata,
    ...(kind?.specAtRoot === true && typeof body === 'object' ? body : { spec: body }),
    ...(at ? { source: { file: at.file, line: at.line } } : {}),
  }
}

function redacted(spec: unknown): unknown {
  if (typeof spec !== 'object' || spec === null) return {}
  const hide = (data: unknown): unknown => (typeof data === 'object' && data !== null ? Object.fromEntries(Object.keys(data).map((key) => [key, '[redacted]'])) : data)
  return Object.fromEntries(Object.entries(spec).map(([key, value]) => [key, key === 'data' || key === 'stringData' ? hide(value) : value]))
}

/** Istio's configuration (not Kubernetes' own kinds, except the mesh ConfigMap), optionally of one kind. */
export const configStore = (resources: KindSources, kind: string | null): readonly unknown[] =>
  [...resources.all()]
    .filter((resource) => (kind === null ? parseApiVersion(resource.apiVersion).group.includes('.istio.io') || resource.kind === ConfigMap.kind || resource.kind === 'LocalMesh' : resource.kind.toLowerCase() === kind.toLowerCase()))
    .map(shownResource)

/** The services. */
export const registry = (resources: KindSources): readonly unknown[] => resources.get(Service).values().map(shownResource)
