/** Resources of kinds that nobody reads: said once per kind, so that nobody waits for an effect that does not come. */
import { parseApiVersion, refOf, type Resource } from '@istio-ts/api-types'
import type { Diagnostic } from '@istio-ts/foundation'
import { unusedKind } from '../diagnostics.ts'
import type { KindSources } from './kind-sources.ts'

/** One info per kind, at its first resource. `LocalMesh` is read by the store itself. */
export function unusedKinds(files: readonly Resource[], sources: Pick<KindSources, 'isRead'>): readonly Diagnostic[] {
  const byKind = new Map<string, { readonly first: Resource; count: number }>()
  for (const resource of files) {
    const { group } = parseApiVersion(resource.apiVersion)
    if (resource.kind === 'LocalMesh' || sources.isRead({ group, kind: resource.kind })) continue
    const key = `${group}/${resource.kind}`
    const known = byKind.get(key)
    if (known) known.count++
    else byKind.set(key, { first: resource, count: 1 })
  }
  return [...byKind.values()].map(({ first, count }) => unusedKind(first.kind, count, { resource: refOf(first), ...(first.source ? { source: first.source.locate(['kind']) } : {}) }))
}
