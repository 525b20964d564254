/** Reads a PKCS#10 certificate request (RFC 2986). Only its key matters to the issuer; names it asks for are reported, never granted. */
import { bits, DerReader, dotted, Tag } from '../der/der-reader.ts'
import { Oid } from '../der/object-ids.ts'
import { onlyBlock } from '../der/pem.ts'
import { unusableRequest } from '../errors.ts'

/** Kinds of keys that get a certificate. */
export type KeyKind = 'ec-p256' | 'ec-p384' | 'rsa'

/** How the request is signed: digest, for the key's own algorithm. */
export type Digest = 'sha256' | 'sha384' | 'sha512'

/** A request, taken apart. Views on the input bytes. */
export interface CertificateRequest {
  /** SubjectPublicKeyInfo as DER. */
  readonly publicKey: Uint8Array
  readonly keyKind: KeyKind
  /** Bits of an RSA modulus; absent for EC keys. */
  readonly rsaBits?: number
  readonly digest: Digest
  /** The signed part. */
  readonly signedBytes: Uint8Array
  readonly signature: Uint8Array
  /** URI names the request asks for; for the log only. */
  readonly askedUris: readonly string[]
}

/** Longest request taken: an RSA 8192 request has about 2.5 KB. */
const MAX_BYTES = 16 * 1024

/**
 * Parses one request in PEM form; nothing may precede or follow it. The signature is not checked here (see `CryptoPort.verify`).
 * @throws MeshError MESH0601
 */
export function parseCsr(pem: string): CertificateRequest {
  if (pem.length > 2 * MAX_BYTES) throw unusableRequest('it is too long')
  return parseCsrDer(onlyBlock(pem, ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST']))
}

/** The same for DER. @throws MeshError MESH0601 */
export function parseCsrDer(der: Uint8Array): CertificateRequest {
  if (der.length > MAX_BYTES) throw unusableRequest('it is too long')
  const whole = new DerReader(der)
  const request = whole.enter('the request', Tag.sequence)
  whole.end('the request')
  const info = request.next('the request info', Tag.sequence)
  const signatureKind = readAlgorithm(request.next('the signature algorithm', Tag.sequence).content, 'the signature algorithm')
  const signature = bits(request.next('the signature', Tag.bitString), 'the signature')
  request.end('the signature')

  const parts = new DerReader(info.content)
  const version = parts.next('the version', Tag.integer)
  if (version.content.length !== 1 || version.content[0] !== 0) throw unusableRequest('its version is not 1')
  parts.next('the subject', Tag.sequence)
  const publicKey = parts.next('the public key', Tag.sequence)
  // OpenSSL writes an empty attribute set, others leave it out.
  const askedUris = parts.done ? [] : readAttributes(parts.enter('the attributes', 0xa0))
  parts.end('the request info')
  const key = readPublicKey(publicKey.content)
  return { publicKey: publicKey.raw, ...key, digest: digestFor(key.keyKind, signatureKind.algorithm), signedBytes: info.raw, signature, askedUris }
}

interface Algorithm {
  readonly algorithm: string
  readonly parameters?: { readonly tag: number; readonly content: Uint8Array }
}

function readAlgorithm(content: Uint8Array, what: string): Algorithm {
  const reader = new DerReader(content)
  const algorithm = dotted(reader.next(what, Tag.objectId).content, what)
  const parameters = reader.done ? undefined : reader.next(what)
  reader.end(what)
  return { algorithm, ...(parameters ? { parameters } : {}) }
}

function readPublicKey(content: Uint8Array): { readonly keyKind: KeyKind; readonly rsaBits?: number } {
  const reader = new DerReader(content)
  const { algorithm, parameters } = readAlgorithm(reader.next('the key algorithm', Tag.sequence).content, 'the key algorithm')
  const key = bits(reader.next('the key', Tag.bitString), 'the key')
  reader.end('the key')
  if (algorithm === Oid.rsaEncryption) return { keyKind: 'rsa', rsaBits: rsaBits(key) }
  if (algorithm !== Oid.ecPublicKey || parameters?.tag !== Tag.objectId) throw unusableRequest(`its key algorithm ${algorithm} is not supported`)
  const curve = dotted(parameters.content, 'the curve')
  // Uncompressed points only: what every library of the mesh writes.
  if (curve === Oid.prime256v1 && key.length === 65 && key[0] === 4) return { keyKind: 'ec-p256' }
  if (curve === Oid.secp384r1 && key.length === 97 && key[0] === 4) return { keyKind: 'ec-p384' }
  throw unusableRequest(`its curve ${curve} or the form of its point is not supported`)
}

function rsaBits(key: Uint8Array): number {
  const whole = new DerReader(key)
  const parts = whole.enter('the RSA key', Tag.sequence)
  whole.end('the RSA key')
  const modulus = parts.next('the modulus', Tag.integer).content
  parts.next('the exponent', Tag.integer)
  parts.end('the RSA key')
  const first = modulus[0] === 0 ? 1 : 0
  const size = (modulus.length - first) * 8 - (Math.clz32(modulus[first] ?? 0) - 24)
  if (size < 2048) throw unusableRequest(`its RSA key has ${size} bits, fewer than 2048`)
  if (size > 8192) throw unusableRequest(`its RSA key has ${size} bits, more than 8192`)
  return size
}

const digests: Readonly<Record<'ec' | 'rsa', ReadonlyMap<string, Digest>>> = {
  ec: new Map([[Oid.ecdsaWithSha256, 'sha256'], [Oid.ecdsaWithSha384, 'sha384']]),
  rsa: new Map([[Oid.sha256WithRsa, 'sha256'], [Oid.sha384WithRsa, 'sha384'], [Oid.sha512WithRsa, 'sha512']]),
}

function digestFor(keyKind: KeyKind, algorithm: string): Digest {
  const digest = digests[keyKind === 'rsa' ? 'rsa' : 'ec'].get(algorithm)
  if (digest === undefined) throw unusableRequest(`its signature algorithm ${algorithm} is not supported for its key`)
  return digest
}

function readAttributes(attributes: DerReader): readonly string[] {
  const uris: string[] = []
  while (!attributes.done) {
    const attribute = attributes.enter('an attribute', Tag.sequence)
    const id = dotted(attribute.next('an attribute', Tag.objectId).content, 'an attribute')
    const values = attribute.enter('an attribute', Tag.set)
    attribute.end('an attribute')
    if (id === Oid.extensionRequest) uris.push(...readExtensions(values.enter('the extensions', Tag.sequence)))
  }
  return uris
}

function readExtensions(extensions: DerReader): readonly string[] {
  const uris: string[] = []
  while (!extensions.done) {
    const extension = extensions.enter('an extension', Tag.sequence)
    const id = dotted(extension.next('an extension', Tag.objectId).content, 'an extension')
    if (extension.peek === Tag.boolean) extension.next('an extension')
    const value = extension.next('an extension', Tag.octetString).content
    extension.end('an extension')
    if (id === Oid.subjectAltName) uris.push(...readUris(value))
  }
  return uris
}

function readUris(value: Uint8Array): readonly string[] {
  const whole = new DerReader(value)
  const names = whole.enter('the names', Tag.sequence)
  whole.end('the names')
  const uris: string[] = []
  while (!names.done) {
    const name = names.next('a name')
    if (name.tag === 0x86) uris.push(Array.from(name.content, (byte) => String.fromCharCode(byte)).join(''))
  }
  return uris
}
