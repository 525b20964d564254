/** Every diagnostic this package makes; codes 0550-0599. */
import type { Diagnostic } from '@istio-ts/foundation'
import type { RejectedEffect } from './server-session/events.ts'
import { shortTypeName } from './type-urls.ts'

/** A proxy refused generated configuration. The first origin of the first culprit is where a person has to look. */
export function refusedByProxy(nodeId: string, rejected: RejectedEffect): Diagnostic {
  const origin = rejected.provenance[0]
  const shown = rejected.names.slice(0, 3).join(', ')
  const more = rejected.names.length > 3 ? ` and ${rejected.names.length - 3} more` : ''
  return {
    code: 'MESH0550',
    severity: 'error',
    ...(origin ? { resource: origin.resource, ...(origin.path === '' ? {} : { path: origin.path }) } : {}),
    message: `Proxy ${nodeId} refused ${shortTypeName(rejected.typeUrl).toUpperCase()} ${shown}${more}: ${rejected.detail.trim().replace(/\.+$/, '')}. It keeps its last good configuration of them and takes everything else.`,
    remedy: 'Change the configuration they were made from; the new form is sent at once.',
  }
}
