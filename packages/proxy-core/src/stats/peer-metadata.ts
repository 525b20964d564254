/** Istio's metadata exchange over headers: a base64 protobuf Struct of workload facts. @see istio/proxy extensions/common/metadata_object */
import { decode, encode } from '@istio-ts/api-types/envoy'
import { isRecord } from '../config/wire.ts'
import type { PeerFacts } from '../stream/peer.ts'

/** Longest header value that is looked at; real ones have a few hundred bytes. */
const MAX_LENGTH = 8192
/** Peers remembered by header text, so that each is decoded once (Istio caches 500). */
const MAX_CACHED = 500

/** The value of `x-envoy-peer-metadata` for a workload. */
export function encodePeerMetadata(facts: PeerFacts, instance?: string): string {
  const labels: Record<string, string> = {}
  if (facts.app !== undefined) labels['app'] = facts.app
  if (facts.version !== undefined) labels['version'] = facts.version
  if (facts.canonicalService !== undefined) labels['service.istio.io/canonical-name'] = facts.canonicalService
  if (facts.canonicalRevision !== undefined) labels['service.istio.io/canonical-revision'] = facts.canonicalRevision
  return toBase64(encode('google.protobuf.Struct', {
    ...(instance === undefined ? {} : { NAME: instance }),
    ...(facts.namespace === undefined ? {} : { NAMESPACE: facts.namespace }),
    ...(facts.cluster === undefined ? {} : { CLUSTER_ID: facts.cluster }),
    ...(facts.workload === undefined ? {} : { WORKLOAD_NAME: facts.workload }),
    LABELS: labels,
  }))
}

/** Reads such a value; undefined for anything that is none. It is a claim of the peer, fit for metrics only. */
export function decodePeerMetadata(value: string): PeerFacts | undefined {
  if (value.length > MAX_LENGTH) return undefined
  const bytes = fromBase64(value)
  if (!bytes) return undefined
  try {
    const struct: unknown = decode('google.protobuf.Struct', bytes)
    return isRecord(struct) ? factsOf(struct) : undefined
  } catch {
    return undefined
  }
}

/** A bounded memory of decoded values. */
export class PeerMetadataCache {
  readonly #facts = new Map<string, PeerFacts | undefined>()

  get(value: string): PeerFacts | undefined {
    const found = this.#facts.get(value)
    if (found !== undefined || this.#facts.has(value)) return found
    if (this.#facts.size >= MAX_CACHED) this.#facts.clear()
    const facts = decodePeerMetadata(value)
    if (value.length <= MAX_LENGTH) this.#facts.set(value, facts)
    return facts
  }
}

function factsOf(struct: Readonly<Record<string, unknown>>): PeerFacts {
  const labels = isRecord(struct['LABELS']) ? struct['LABELS'] : {}
  const text = (from: Readonly<Record<string, unknown>>, key: string): string | undefined => (Object.hasOwn(from, key) && typeof from[key] === 'string' ? from[key] : undefined)
  const out: { -readonly [K in keyof PeerFacts]: PeerFacts[K] } = {}
  const put = (key: keyof PeerFacts, value: string | undefined): void => {
    if (value !== undefined && value !== '') out[key] = value
  }
  put('workload', text(struct, 'WORKLOAD_NAME'))
  put('namespace', text(struct, 'NAMESPACE'))
  put('cluster', text(struct, 'CLUSTER_ID'))
  put('app', text(labels, 'app'))
  put('version', text(labels, 'version'))
  put('canonicalService', text(labels, 'service.istio.io/canonical-name') ?? text(labels, 'app') ?? text(struct, 'WORKLOAD_NAME'))
  put('canonicalRevision', text(labels, 'service.istio.io/canonical-revision') ?? text(labels, 'version') ?? 'latest')
  return out
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

function toBase64(bytes: Uint8Array): string {
  let out = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    out += ALPHABET.charAt(group >> 18) + ALPHABET.charAt((group >> 12) & 63)
    out += i + 1 < bytes.length ? ALPHABET.charAt((group >> 6) & 63) : '='
    out += i + 2 < bytes.length ? ALPHABET.charAt(group & 63) : '='
  }
  return out
}

function fromBase64(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined
  const body = text.replace(/=+$/, '')
  const out = new Uint8Array(Math.floor((body.length * 6) / 8))
  let bits = 0
  let value = 0
  let at = 0
  for (let i = 0; i < body.length; i++) {
    value = ((value << 6) | ALPHABET.indexOf(body.charAt(i))) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      out[at++] = (value >> bits) & 0xff
    }
  }
  return out
}
