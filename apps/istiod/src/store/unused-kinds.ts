/** Resources of kinds that nobody reads: said once per kind, so that nobody waits for an effect that does not come. */
import { kindKey, LocalMesh, parseApiVersion, refOf, type Resource } from '@istio-ts/api-types'
import type { Diagnostic } from '@istio-ts/foundation'
import { unusedKind } from '../diagnostics.ts'

/** One info per kind of `unread`, at its first resource. `LocalMesh` is read by the store itself. */
export function unusedKinds(files: readonly Resource[], unread: readonly string[]): readonly Diagnostic[] {
  const unused = new Set(unread.filter((kind) => kind !== kindKey(LocalMesh)))
  if (unused.size === 0) return []
  const byKind = new Map<string, { readonly first: Resource; count: number }>()
  for (const resource of files) {
    const key = kindKey({ group: parseApiVersion(resource.apiVersion).group, kind: resource.kind })
    if (!unused.has(key)) continue
    const known = byKind.get(key)
    if (known) known.count++
    else byKind.set(key, { first: resource, count: 1 })
  }
  return [...byKind.values()].map(({ first, count }) => unusedKind(first.kind, count, { resource: refOf(first), ...(first.source ? { source: first.source.locate(['kind']) } : {}) }))
}
