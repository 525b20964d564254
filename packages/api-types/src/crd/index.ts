/** CRDs of our kinds, and of the Gateway API kinds that Istio serves or knows. */
import { catalog } from '../catalog.ts'
import { experimentalKinds } from '../gateway-api/experimental/index.ts'
import { isCrdKind, type CrdKind } from './crd.ts'

export { crdOf, isCrdKind, type Crd, type CrdColumn, type CrdKind, type CrdVersion } from './crd.ts'
export { crdFactsOf, type CrdFactsOfKind, type CrdVersionFacts } from './facts.ts'

/** Kinds whose CRD we install. */
export const ownCrdKinds: readonly CrdKind[] = catalog.filter((kind) => kind.owner === 'istio').filter(isCrdKind)

/** Every kind whose CRD we know: ours, the Gateway API's, and the experimental ones outside the catalogue. */
export const knownCrdKinds: readonly CrdKind[] = [...catalog.filter(isCrdKind), ...experimentalKinds]
