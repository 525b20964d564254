/** A proxy view in Envoy's words. */
import type { Diagnostic } from '@istio-ts/foundation'
import type { Bundle, EndpointGroup, ProxyView } from '@istio-ts/mesh-model'
import { clusterBundles } from './clusters/cluster-bundle.ts'
import { lostExtensions } from './diagnostics.ts'
import { endpointBundle } from './endpoints/endpoint-bundle.ts'
import { grpcBundles } from './grpc/grpc-bundles.ts'
import { listenerBundle } from './listeners/listener-bundle.ts'
import type { TranslationMemo } from './memo.ts'
import type { XdsBundle } from './resource.ts'
import { routeBundle } from './routes/route-bundle.ts'

/** What a translation yields. */
export interface Translation {
  /** Clusters, endpoints, listeners and routes; bundles that did not change are the same objects as before. */
  readonly bundles: readonly XdsBundle[]
  /** The same type by type, each in lists; a list in which nothing changed is the same object as before, so that nobody need look into it. */
  readonly lists: readonly (readonly (readonly XdsBundle[])[])[]
  readonly diagnostics: readonly Diagnostic[]
}

const translation = (lists: Translation['lists'], diagnostics: readonly Diagnostic[]): Translation => ({
  lists,
  diagnostics,
  get bundles() {
    return lists.flat(2)
  },
})

/** The lists of most classes are the same objects: what the first of them made serves all. */
const endpointBundles = (view: ProxyView, memo: TranslationMemo): readonly EndpointList[] => {
  const { key, endpoints } = view.outbound
  return memo.table<readonly EndpointList[]>('endpoint-lists').get(endpoints, '', () => memo.mapList(`endpoints/${key}`, endpoints, (list, before?: { readonly item: readonly Bundle<EndpointGroup>[]; readonly result: EndpointList }) =>
    list.map((bundle, i) => (before?.item[i] === bundle ? before.result[i] : undefined) ?? endpointBundle(bundle, memo))))
}

type EndpointList = readonly XdsBundle[]

/**
 * Translates a view. Pure: the same view gives the same bytes; `memo` (one per control plane) only saves work. Reads nothing but the
 * view. Never throws for user mistakes, which the model has already turned into diagnostics.
 */
export function translate(view: ProxyView, memo: TranslationMemo): Translation {
  if (view.proxy.type === 'grpc') {
    return translation([...grpcBundles(view, memo).map((bundle) => [[bundle]]), endpointBundles(view, memo)], [])
  }
  return translation([clusterBundles(view, memo), endpointBundles(view, memo), [[listenerBundle(view, memo)]], [[routeBundle(view, memo)]]], lostExtensions(view))
}
