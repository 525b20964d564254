/** `cors`: answers preflight requests; the policy stands on each route. */
import { typed } from '../../wire/message.ts'
import { extension, type NamedExtension } from '../../wire/named-extension.ts'

/** The filter without a default of its own. */
export const CORS: NamedExtension = extension('envoy.filters.http.cors', typed('envoy.extensions.filters.http.cors.v3.Cors'))
