/** Header changes of a route, a destination or a virtual host. */
import type { HeaderChanges, HeaderOperations } from '@istio-ts/mesh-model'
import { present, type Message } from '../wire/message.ts'

/** Envoy rewrites the authority by its own field, not as a header. */
const isAuthority = (name: string): boolean => /^(host|:authority)$/i.test(name)

/** The authority that a `set` of Host asks for. */
export const authorityOf = (headers: HeaderOperations): string | undefined =>
  Object.entries(headers.request.set).find(([name]) => isAuthority(name))?.[1]

/** The four lists; `layers` are applied in order (the destination after its route), sets before adds within one. */
export function headerOperations(...layers: readonly HeaderOperations[]): Message {
  const request = layers.map((layer) => layer.request)
  const response = layers.map((layer) => layer.response)
  return present({
    requestHeadersToAdd: list(request.flatMap(additions)),
    requestHeadersToRemove: list(request.flatMap((changes) => changes.remove.filter((name) => !isAuthority(name)))),
    responseHeadersToAdd: list(response.flatMap(additions)),
    responseHeadersToRemove: list(response.flatMap((changes) => changes.remove)),
  })
}

const list = <T>(items: readonly T[]): readonly T[] | undefined => (items.length === 0 ? undefined : items)

const additions = (changes: HeaderChanges): readonly Message[] => [
  ...sorted(changes.set).map(([key, value]) => ({ appendAction: 'OVERWRITE_IF_EXISTS_OR_ADD', header: header(key, value) })),
  // Appending is the enum's zero value.
  ...sorted(changes.add).map(([key, value]) => ({ header: header(key, value) })),
]

const header = (key: string, value: string): Message => (value === '' ? { key } : { key, value })

const sorted = (changes: Readonly<Record<string, string>>): readonly (readonly [string, string])[] =>
  Object.entries(changes).filter(([name]) => !isAuthority(name)).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
