/** Which services stand together in a bundle, and for which clients they look alike. */
import type { Labels } from '@istio-ts/foundation'

/** What the key of a bundle says. */
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

/** The key of a bundle: where the source namespace says it all, as for nearly every bundle, its name; else the whole as JSON. */
export const bundleKey = (spec: BundleSpec): string => (isPlain(spec) ? spec.source : JSON.stringify(spec))

/** The inverse of {@link bundleKey}. */
export const bundleOfKey = (key: string): BundleSpec => (key.startsWith('{') ? (JSON.parse(key) as BundleSpec) : { source: key, visibility: '*', client: '', labels: {}, sidecar: '' })

const isPlain = ({ source, visibility, client, labels, sidecar }: BundleSpec): boolean =>
  !source.startsWith('{') && visibility === '*' && client === '' && sidecar === '' && Object.keys(labels).length === 0
