/** The one place where messages become bytes. Messages are written loosely typed; specs hold every one against the strict schema. */
import { decode, encode, preEncode, type Encoded, type MessageName, type Messages } from '@istio-ts/api-types/envoy'
import type { Message } from './message.ts'

/** The resource types that a translator makes. */
export const RESOURCE_TYPES = {
  cluster: 'envoy.config.cluster.v3.Cluster',
  endpoint: 'envoy.config.endpoint.v3.ClusterLoadAssignment',
  listener: 'envoy.config.listener.v3.Listener',
  route: 'envoy.config.route.v3.RouteConfiguration',
  secret: 'envoy.extensions.transport_sockets.tls.v3.Secret',
} as const satisfies Readonly<Record<string, MessageName>>

/** One of {@link RESOURCE_TYPES}. */
export type ResourceType = (typeof RESOURCE_TYPES)[keyof typeof RESOURCE_TYPES]

/** `type.googleapis.com/<type>`. */
export const typeUrlOf = (type: ResourceType): string => `type.googleapis.com/${type}`

/** Encodes a resource; parts inside may be encoded already. */
export const encodeMessage = <N extends MessageName>(type: N, message: Message): Uint8Array => encode(type, message as Messages[N])

/** Encodes a part once, to be joined into resources. */
export const encodePart = <N extends MessageName>(type: N, message: Message): Encoded => preEncode(type, message as Messages[N])

/** Decodes a resource for people and tests. */
export const decodeMessage = (type: ResourceType, bytes: Uint8Array): Message => ({ ...decode(type, bytes) })
