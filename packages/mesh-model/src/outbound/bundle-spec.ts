/** Which services stand together in a bundle, and for which clients they look alike. */
import type { Labels } from '@istio-ts/foundation'

/** As JSON the key of a bundle. */
export interface BundleSpec {
  /** Namespace of the services. */
  readonly source: string
  /** Their visibility (`visibilityKey`), the same for all in the bundle. */
  readonly visibility: string
  /** Client namespace where the client's own rules, scope or choice among equal hosts matter; `''` = the same for all clients. */
  readonly client: string
  /** Labels of the client that its own rules ask for; `{}` if none do. */
  readonly labels: Labels
  /** Sidecar that leaves some of the services out; `''` = none. */
  readonly sidecar: string
}

/** The key of a bundle. */
export const bundleKey = (spec: BundleSpec): string => JSON.stringify(spec)

/** The inverse of {@link bundleKey}. */
export const bundleOfKey = (key: string): BundleSpec => JSON.parse(key) as BundleSpec
