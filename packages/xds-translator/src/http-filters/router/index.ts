/** `router`: the terminal filter. */
import { typed } from '../../wire/message.ts'
import { extension, type NamedExtension } from '../../wire/named-extension.ts'

/** The router; `startChildSpan` makes a span of its own for the upstream call (only when a tracing provider asks for it). */
export const router = (startChildSpan: boolean): NamedExtension =>
  extension('envoy.filters.http.router', typed('envoy.extensions.filters.http.router.v3.Router', startChildSpan ? { startChildSpan: true } : {}))
