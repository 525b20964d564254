/** The shapes of values in memory: canonical proto3 JSON as plain JavaScript, plus two symbols for what JSON has no place for. */

/** What `google.protobuf.Value` holds. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject

/** What `google.protobuf.Struct` holds. */
export interface JsonObject {
  readonly [key: string]: JsonValue
}

/** A message without fields. */
export type Empty = Readonly<Record<string, never>>

/**
 * A message with its type. Fields of a known type stand beside `@type`; a well-known type stands under `value`; a type that is not
 * in protos/ keeps its bytes under {@link RAW}.
 */
export interface Any {
  /** `type.googleapis.com/<full name>` */
  readonly '@type': string
  readonly [field: string]: unknown
  /** Bytes instead of fields, see {@link RAW}. */
  readonly [RAW]?: Uint8Array
}

/** Key of the undecoded bytes (`Uint8Array`) of an {@link Any} whose type we do not know, or that was packed from an encoded part; encoded as they are. */
export const RAW: unique symbol = Symbol('istio-ts.raw')

/** Key of a message's unknown fields (`Uint8Array`, tags included); encoded again after the known ones. */
export const UNKNOWN: unique symbol = Symbol('istio-ts.unknown')

/** A message seen without its type: the form in which the codec walks it. @internal */
export interface Fields {
  [field: string]: unknown
  [RAW]?: Uint8Array
  [UNKNOWN]?: Uint8Array
}

/** True for an object that can be a message: no array, no bytes. @internal */
export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)

/** Sets an own property even if it is called `__proto__`, which assignment would not. @internal */
export function setOwn(target: object, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true })
  else (target as Record<string, unknown>)[key] = value
}
