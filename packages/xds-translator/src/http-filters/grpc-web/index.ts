/** `grpc_web`: lets browsers call gRPC services on ports whose protocol is GRPC-Web. */
import { typed } from '../../wire/message.ts'
import { extension, type NamedExtension } from '../../wire/named-extension.ts'

/** The filter; present only on ports of protocol GRPC-Web. */
export const GRPC_WEB: NamedExtension = extension('envoy.filters.http.grpc_web', typed('envoy.extensions.filters.http.grpc_web.v3.GrpcWeb'))
