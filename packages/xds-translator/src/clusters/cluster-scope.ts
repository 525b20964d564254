/** What clusters may depend on besides the upstream itself: exactly this is the key under which they are memoised. */
import type { ProxyView } from '@istio-ts/mesh-model'
import type { TranslationMemo } from '../memo.ts'
import { extensionsOf, type Extensions } from '../extensions.ts'

/** The part of a view that shapes clusters. */
export interface ClusterScope {
  readonly type: ProxyView['proxy']['type']
  readonly extensions: Extensions
  readonly mesh: ProxyView['mesh']
  readonly metadata: ProxyView['proxy']['metadata']
  readonly ipFamilies: ProxyView['proxy']['ipFamilies']
}

/** Narrows a view to what clusters may see. */
export const clusterScope = (view: ProxyView): ClusterScope => ({
  type: view.proxy.type,
  extensions: extensionsOf(view.proxy.extensions),
  mesh: view.mesh,
  metadata: view.proxy.metadata,
  ipFamilies: view.proxy.ipFamilies,
})

/** The scope as text: equal texts give equal clusters. */
export const clusterScopeKey = (view: ProxyView, memo: TranslationMemo): string => {
  const { type, extensions, metadata, ipFamilies } = view.proxy
  return `${type}/${extensions === 'all' ? 'all' : memo.contentId(extensions)}/${memo.contentId(view.mesh)}/${memo.contentId(metadata)}/${ipFamilies.join()}`
}
