/** What istiod needs of the model: the view of one proxy over time. */
import type { Diagnostic } from '@istio-ts/foundation'
import type { ProxyIdentity, ProxyView } from '@istio-ts/mesh-model'

/** A proxy's view, kept current. */
export interface WatchedView {
  current(): ProxyView
  stop(): void
}

/** Views by identity. Proxies of one class get the same object. */
export interface ViewSource {
  /** `onChange` is called after `current()` has changed, at most once per change of the store. */
  watch(identity: ProxyIdentity, onChange: () => void): WatchedView
  diagnostics(): readonly Diagnostic[]
}
