/**
 * What servers send: `DiscoveryResponse` and `DeltaDiscoveryResponse`. The framing of a resource is made once and shared by all
 * messages that carry it, so a push is a small header plus joined buffers.
 */
import type { SnapshotResource } from '../snapshot/snapshot.ts'
import { CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE, SECRET_TYPE } from '../type-urls.ts'
import { readFields, readText } from './proto-reader.ts'
import { joinParts, messageField, stringField, type Part } from './proto-writer.ts'

/** A resource as a client received it. */
export interface ReceivedResource {
  readonly name: string
  /** `''` in state-of-the-world responses. */
  readonly version: string
  /** The encoded message of type `typeUrl`, without the Any around it. */
  readonly bytes: Uint8Array
}

/** A response as a client received it. */
export interface ReceivedResponse {
  readonly typeUrl: string
  readonly version: string
  readonly nonce: string
  readonly resources: readonly ReceivedResource[]
  /** Always empty in state-of-the-world responses. */
  readonly removed: readonly string[]
}

/** A response about to be sent. */
export interface OutgoingResponse {
  readonly typeUrl: string
  readonly nonce: string
  readonly version: string
  readonly resources: readonly SnapshotResource[]
  readonly removed: readonly string[]
}

const anyParts = (typeUrl: string, bytes: Uint8Array): readonly Part[] => [...stringField(1, typeUrl), ...(bytes.length > 0 ? messageField(2, [bytes]) : [])]

/** Types of nearly every response; their text is encoded once. */
const CONFIGURATION_TYPES = [CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE, SECRET_TYPE]

/** Both framings of a resource, made on first use. */
interface Framed {
  delta?: Uint8Array
  sotw?: Uint8Array
}

/**
 * Encodes responses; keeps the framing of each resource as long as the resource lives. One per server, so that all streams share it.
 */
export interface ResponseEncoder {
  delta(response: OutgoingResponse): Uint8Array
  sotw(response: OutgoingResponse): Uint8Array
}

/** Makes a {@link ResponseEncoder}; `controlPlane` is the identifier clients see (istiod's is its pod and version as JSON). */
export function responseEncoder(controlPlane = ''): ResponseEncoder {
  const framed = new WeakMap<SnapshotResource, Framed>()
  const frameOf = (resource: SnapshotResource): Framed => {
    const found = framed.get(resource)
    if (found) return found
    const made: Framed = {}
    framed.set(resource, made)
    return made
  }
  const deltaFrame = (typeUrl: string, resource: SnapshotResource): Uint8Array => (frameOf(resource).delta ??= joinParts(messageField(2, [
    ...stringField(1, resource.version), ...messageField(2, anyParts(typeUrl, resource.bytes)), ...stringField(3, resource.name),
  ])))
  const sotwFrame = (typeUrl: string, resource: SnapshotResource): Uint8Array => (frameOf(resource).sotw ??= joinParts(messageField(2, anyParts(typeUrl, resource.bytes))))
  const identifier = (field: number): readonly Part[] => (controlPlane === '' ? [] : messageField(field, stringField(1, controlPlane)))
  const [deltaIdentifier, sotwIdentifier] = [identifier(7), identifier(6)]
  const typeFields = new Map(CONFIGURATION_TYPES.map((typeUrl) => [typeUrl, stringField(4, typeUrl)]))
  const typeField = (typeUrl: string): readonly Part[] => typeFields.get(typeUrl) ?? stringField(4, typeUrl)
  return {
    delta: (response) => joinParts([
      ...stringField(1, response.version),
      ...response.resources.map((resource) => deltaFrame(response.typeUrl, resource)),
      ...typeField(response.typeUrl),
      ...stringField(5, response.nonce),
      ...response.removed.flatMap((name) => stringField(6, name, true)),
      ...deltaIdentifier,
    ]),
    sotw: (response) => joinParts([
      ...stringField(1, response.version),
      ...response.resources.map((resource) => sotwFrame(response.typeUrl, resource)),
      ...typeField(response.typeUrl),
      ...stringField(5, response.nonce),
      ...sotwIdentifier,
    ]),
  }
}

interface AnyBytes {
  readonly typeUrl: string
  readonly value: Uint8Array
}

const RESOURCE_WRAPPER = 'type.googleapis.com/envoy.service.discovery.v3.Resource'

function readAny(bytes: Uint8Array): AnyBytes {
  let [typeUrl, value]: [string, Uint8Array] = ['', new Uint8Array(0)]
  for (const part of readFields(bytes)) {
    if (part.field === 1) typeUrl = readText(part.bytes)
    else if (part.field === 2) value = part.bytes
  }
  return { typeUrl, value }
}

function readResource(bytes: Uint8Array): ReceivedResource {
  let [name, version, value]: [string, string, Uint8Array] = ['', '', new Uint8Array(0)]
  for (const part of readFields(bytes)) {
    if (part.field === 1) version = readText(part.bytes)
    else if (part.field === 2) value = readAny(part.bytes).value
    else if (part.field === 3) name = readText(part.bytes)
  }
  return { name, version, bytes: value }
}

/** Every xDS resource type has its name in field 1 (a cluster load assignment the cluster's); state-of-the-world sends no other name. */
function nameInside(bytes: Uint8Array): string {
  for (const part of readFields(bytes)) if (part.field === 1) return readText(part.bytes)
  return ''
}

function readSotwResource(bytes: Uint8Array): ReceivedResource {
  const { typeUrl, value } = readAny(bytes)
  return typeUrl === RESOURCE_WRAPPER ? readResource(value) : { name: nameInside(value), version: '', bytes: value }
}

/** Reads a delta response. @throws MeshError MESH0501 */
export function parseDeltaResponse(bytes: Uint8Array): ReceivedResponse {
  let [typeUrl, version, nonce] = ['', '', '']
  const resources: ReceivedResource[] = []
  const removed: string[] = []
  for (const part of readFields(bytes)) {
    switch (part.field) {
      case 1: version = readText(part.bytes); break
      case 2: resources.push(readResource(part.bytes)); break
      case 4: typeUrl = readText(part.bytes); break
      case 5: nonce = readText(part.bytes); break
      case 6: removed.push(readText(part.bytes)); break
      default: break
    }
  }
  return { typeUrl, version, nonce, resources, removed }
}

/** Reads a state-of-the-world response. @throws MeshError MESH0501 */
export function parseSotwResponse(bytes: Uint8Array): ReceivedResponse {
  let [typeUrl, version, nonce] = ['', '', '']
  const resources: ReceivedResource[] = []
  for (const part of readFields(bytes)) {
    switch (part.field) {
      case 1: version = readText(part.bytes); break
      case 2: resources.push(readSotwResource(part.bytes)); break
      case 4: typeUrl = readText(part.bytes); break
      case 5: nonce = readText(part.bytes); break
      default: break
    }
  }
  return { typeUrl, version, nonce, resources, removed: [] }
}
