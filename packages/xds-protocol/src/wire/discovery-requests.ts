/**
 * What clients send: `DiscoveryRequest` and `DeltaDiscoveryRequest`. Read by hand because acknowledgements are the most frequent
 * messages of a mesh; the node stays encoded until somebody asks. @see https://github.com/envoyproxy/envoy/blob/main/api/envoy/service/discovery/v3/discovery.proto
 */
import { malformedMessage } from '../errors.ts'
import { readFields, readText } from './proto-reader.ts'
import { joinParts, messageField, numberField, stringField, type Part } from './proto-writer.ts'

/** A state-of-the-world request. */
export interface SotwRequest {
  readonly typeUrl: string
  /** Version of the last accepted response; `''` before the first. */
  readonly version: string
  readonly nonce: string
  readonly names: readonly string[]
  /** Present in a NACK. */
  readonly error?: string
  /** Encoded `envoy.config.core.v3.Node`; the first request of a stream must have it. */
  readonly node?: Uint8Array
}

/** A delta request. */
export interface DeltaRequest {
  readonly typeUrl: string
  readonly nonce: string
  readonly subscribe: readonly string[]
  readonly unsubscribe: readonly string[]
  /** What the client already holds (first request of a type after a reconnect). */
  readonly initialVersions: ReadonlyMap<string, string>
  readonly error?: string
  readonly node?: Uint8Array
}

/** `message` of a google.rpc.Status; a NACK without a text is still a NACK. */
function statusMessage(bytes: Uint8Array): string {
  for (const { field, bytes: value } of readFields(bytes)) if (field === 2) return readText(value)
  return 'refused without a reason'
}

/** @throws MeshError MESH0501 */
export function parseSotwRequest(bytes: Uint8Array): SotwRequest {
  let [typeUrl, version, nonce] = ['', '', '']
  let error: string | undefined
  let node: Uint8Array | undefined
  const names: string[] = []
  for (const part of readFields(bytes)) {
    switch (part.field) {
      case 1: version = readText(part.bytes); break
      case 2: node = part.bytes; break
      case 3: names.push(readText(part.bytes)); break
      case 4: typeUrl = readText(part.bytes); break
      case 5: nonce = readText(part.bytes); break
      case 6: error = statusMessage(part.bytes); break
      default: break
    }
  }
  return { typeUrl, version, nonce, names, ...(error === undefined ? {} : { error }), ...(node ? { node } : {}) }
}

function versionEntry(bytes: Uint8Array): readonly [string, string] {
  let [name, version] = ['', '']
  for (const part of readFields(bytes)) {
    if (part.field === 1) name = readText(part.bytes)
    else if (part.field === 2) version = readText(part.bytes)
  }
  return [name, version]
}

/** @throws MeshError MESH0501 */
export function parseDeltaRequest(bytes: Uint8Array): DeltaRequest {
  let [typeUrl, nonce] = ['', '']
  let error: string | undefined
  let node: Uint8Array | undefined
  const subscribe: string[] = []
  const unsubscribe: string[] = []
  const initialVersions = new Map<string, string>()
  for (const part of readFields(bytes)) {
    switch (part.field) {
      case 1: node = part.bytes; break
      case 2: typeUrl = readText(part.bytes); break
      case 3: subscribe.push(readText(part.bytes)); break
      case 4: unsubscribe.push(readText(part.bytes)); break
      case 5: initialVersions.set(...versionEntry(part.bytes)); break
      case 6: nonce = readText(part.bytes); break
      case 7: error = statusMessage(part.bytes); break
      case 8: case 9: throw malformedMessage('resource locators (xdstp) are not supported', 0)
      default: break
    }
  }
  return { typeUrl, nonce, subscribe, unsubscribe, initialVersions, ...(error === undefined ? {} : { error }), ...(node ? { node } : {}) }
}

/** google.rpc.Code INVALID_ARGUMENT, what Envoy puts into a NACK. */
const INVALID_ARGUMENT = 3

const statusParts = (field: number, error: string | undefined): readonly Part[] =>
  error === undefined ? [] : messageField(field, [...numberField(1, INVALID_ARGUMENT), ...stringField(2, error)])

const nodeParts = (field: number, node: Uint8Array | undefined): readonly Part[] => (node ? messageField(field, [node]) : [])

/** Encodes a state-of-the-world request. */
export const formatSotwRequest = (request: SotwRequest): Uint8Array => joinParts([
  ...stringField(1, request.version),
  ...nodeParts(2, request.node),
  ...request.names.flatMap((name) => stringField(3, name, true)),
  ...stringField(4, request.typeUrl),
  ...stringField(5, request.nonce),
  ...statusParts(6, request.error),
])

/** Encodes a delta request. */
export const formatDeltaRequest = (request: DeltaRequest): Uint8Array => joinParts([
  ...nodeParts(1, request.node),
  ...stringField(2, request.typeUrl),
  ...request.subscribe.flatMap((name) => stringField(3, name, true)),
  ...request.unsubscribe.flatMap((name) => stringField(4, name, true)),
  ...[...request.initialVersions].flatMap(([name, version]) => messageField(5, [...stringField(1, name), ...stringField(2, version)])),
  ...stringField(6, request.nonce),
  ...statusParts(7, request.error),
])
