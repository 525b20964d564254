/** `fault`: injects delays and aborts; what to inject stands on each route. */
import { typed } from '../../wire/message.ts'
import { extension, type NamedExtension } from '../../wire/named-extension.ts'

export const FAULT_TYPE = 'envoy.extensions.filters.http.fault.v3.HTTPFault'

/** The filter without a default of its own. */
export const FAULT: NamedExtension = extension('envoy.filters.http.fault', typed(FAULT_TYPE))
