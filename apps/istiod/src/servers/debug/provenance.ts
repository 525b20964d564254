/** `/debug/provenance`: which lines of which files made something. */
import { formatLocation, provenanceId, type Provenance } from '@istio-ts/foundation'
import { findResource, type ConnectionInfo } from '@istio-ts/xds-protocol'
import type { Locator } from '../../store/locate.ts'
import { typeUrlOfShortName } from './short-types.ts'

/** One origin as shown. */
export interface ShownOrigin {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly path: string
  /** As in `filterMetadata["istio-ts.dev"].from`. */
  readonly id: string
  readonly file?: string
  readonly line?: number
  readonly at?: string
}

/** An origin with its place in the files. */
function shownOrigin(origin: Provenance, locate: Locator): ShownOrigin {
  const source = locate.ofProvenance(origin)
  return {
    kind: origin.resource.kind, namespace: origin.resource.namespace, name: origin.resource.name, path: origin.path, id: provenanceId(origin),
    ...(source ? { file: source.file, line: source.line, at: formatLocation(source) } : {}),
  }
}

/**
 * Answers `?id=VirtualService/default/cart#/spec/http/2`, or `?type=rds&name=80[&proxyID=]` (type as short name or URL; any connected
 * proxy that has the resource unless one is named). Undefined if there is nothing of that name.
 */
export function provenanceAnswer(query: URLSearchParams, connections: readonly ConnectionInfo[], locate: Locator): unknown {
  const id = query.get('id')
  if (id !== null) {
    const found = locate.ofId(id)
    return found && shownOrigin(found.origin, locate)
  }
  const typeUrl = typeUrlOfShortName(query.get('type') ?? '')
  const name = query.get('name') ?? ''
  for (const connection of connections) {
    const slice = connection.snapshot.types.get(typeUrl)
    const resource = slice && findResource(slice, name)
    if (!resource) continue
    return {
      type: typeUrl, name, version: resource.version,
      from: resource.provenance.map((origin) => shownOrigin(origin, locate)),
      parts: (resource.parts?.() ?? []).map(({ path, from }) => ({ path, from: from.map((origin) => shownOrigin(origin, locate)) })),
    }
  }
  return undefined
}
