/** The version of a whole state-of-the-world response: a hash of the names and versions that a subscription selects. */
import { contentHash } from '../snapshot/content-hash.ts'
import { resourcesOf, type TypeSlice } from '../snapshot/snapshot.ts'
import { isSubscribed, type Subscription } from '../subscription/subscription.ts'

const utf8 = new TextEncoder()

/** Version of a set of resources; their order does not matter. */
export const setVersion = (resources: Iterable<{ readonly name: string; readonly version: string }>): string =>
  contentHash(utf8.encode([...resources].map(({ name, version }) => `${name}\u0000${version}`).sort().join('\u0001')))

/** Version of what `subscription` selects of a slice. */
export function sliceVersion(slice: TypeSlice, subscription: Subscription): string {
  return setVersion([...resourcesOf(slice)].filter(({ name }) => isSubscribed(subscription, name)))
}
