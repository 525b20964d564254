/** The catalogue: the one list of kinds. Nothing else enumerates kinds by hand. */
import { gatewayApiKinds } from './gateway-api/index.ts'
import { istioKinds } from './istio/index.ts'
import type { Kind } from './kind.ts'
import { kubernetesKinds } from './kubernetes/index.ts'
import { LocalMesh } from './local/index.ts'

/** Every kind we know, grouped by owner. */
export const catalog: readonly Kind[] = [...istioKinds, ...gatewayApiKinds, ...kubernetesKinds, LocalMesh]

const byKey: ReadonlyMap<string, Kind> = new Map(catalog.map((kind) => [`${kind.group}/${kind.kind}`, kind]))

/** The kind of that group and name; undefined if the catalogue has none. The core group is `''`. */
export const kindOf = (group: string, kind: string): Kind | undefined => byKey.get(`${group}/${kind}`)
