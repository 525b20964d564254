/** The words proxies speak: Envoy's and Istio's wire messages as plain objects, and the codec between them, bytes and JSON. */
export type * from './aliases.ts'
export { any, decode, encode, fromJson, hasMessage, preEncode, toJson, type MessageName } from './codec/api.ts'
export { Encoded } from './encoded.ts'
export type { Messages } from './gen/messages.ts'
export type { JsonProblem } from './json/from-json.ts'
export { messageNameOf, typeUrl } from './schema/type-url.ts'
export { ADS_DELTA, ADS_STREAM, CREATE_CERTIFICATE, SDS_DELTA, SDS_STREAM, SERVICES, type RpcMethod } from './services.ts'
export { RAW, UNKNOWN, type Any, type Empty, type JsonObject, type JsonValue } from './values.ts'
