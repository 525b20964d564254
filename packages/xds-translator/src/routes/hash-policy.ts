/** What a consistent hash is made of, per route. */
import { assertNever } from '@istio-ts/foundation'
import type { HashOn } from '@istio-ts/mesh-model'
import { duration } from '../wire/duration.ts'
import { present, type Message } from '../wire/message.ts'

/** One entry of `hashPolicy`. */
export function hashPolicy(on: HashOn): Message {
  switch (on.kind) {
    case 'header':
      return { header: { headerName: on.name } }
    case 'cookie':
      return { cookie: present({
        name: on.name,
        path: on.path === '' ? undefined : on.path,
        ttl: on.ttlMs === undefined ? undefined : duration(on.ttlMs),
        attributes: on.attributes === undefined || on.attributes.length === 0 ? undefined : on.attributes.map(({ name, value }) => present({ name, value: value === '' ? undefined : value })),
      }) }
    case 'query-parameter':
      return { queryParameter: { name: on.name } }
    case 'source-ip':
      return { connectionProperties: { sourceIp: true } }
    default:
      return assertNever(on)
  }
}
