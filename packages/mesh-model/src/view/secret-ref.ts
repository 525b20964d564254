/** A secret that generated configuration names and that the control plane (not the agent) must deliver. */
import type { Provenance } from '@istio-ts/foundation'

/** A named secret, e.g. `kubernetes://shop-cert`. Key material is fetched by name at the edge; a view never holds it. */
export interface SecretRef {
  /** SDS resource name. */
  readonly name: string
  /** Where it is read: a Secret (or ConfigMap) and which part of it. */
  readonly kind: 'Secret' | 'ConfigMap'
  readonly namespace: string
  readonly resource: string
  readonly part: 'certificate' | 'ca'
  readonly from: readonly Provenance[]
}
