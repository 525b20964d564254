/** `istio.metadata_exchange` for HTTP: peers tell each other their workload in headers, so that metrics name both ends. */
import { extension, type NamedExtension } from '../../wire/named-extension.ts'
import { typedStruct } from '../../wire/message.ts'

const TYPE = 'io.istio.http.peer_metadata.Config'
/** Headers first; what they do not tell is looked up by address (ambient workload discovery). */
const DISCOVERY = [{ istio_headers: {} }, { workload_discovery: {} }]
const PROPAGATION = [{ istio_headers: {} }]

/** A server discovers its downstream peer and answers with its own metadata. */
export const PEER_METADATA_INBOUND: NamedExtension =
  extension('istio.metadata_exchange', typedStruct(TYPE, { downstream_discovery: DISCOVERY, downstream_propagation: PROPAGATION }))

/** A client (or gateway) discovers its upstream peer and sends its own metadata. */
export const PEER_METADATA_OUTBOUND: NamedExtension =
  extension('istio.metadata_exchange', typedStruct(TYPE, { upstream_discovery: DISCOVERY, upstream_propagation: PROPAGATION }))
