/** PEM text around DER (RFC 7468). */
import { unusableRequest } from '../errors.ts'

/** Wraps bytes: `-----BEGIN <label>-----`, base64 in lines of 64. */
export function toPem(label: string, der: Uint8Array): string {
  const base64 = btoa(Array.from(der, (byte) => String.fromCharCode(byte)).join(''))
  return `-----BEGIN ${label}-----\n${(base64.match(/.{1,64}/g) ?? []).join('\n')}\n-----END ${label}-----\n`
}

/** The one block of a text that must hold exactly one, with one of these labels and nothing else. @throws MeshError MESH0601 */
export function onlyBlock(pem: string, labels: readonly string[]): Uint8Array {
  const match = /^\s*-----BEGIN ([A-Z0-9 ]+)-----\s*([A-Za-z0-9+/=\s]*?)\s*-----END \1-----\s*$/.exec(pem)
  const [, label, body] = match ?? []
  if (label === undefined || body === undefined || !labels.includes(label)) throw unusableRequest(`it is not exactly one PEM block ${labels[0] ?? ''}`)
  return fromBase64(body)
}

/** All blocks with a label, in order; other text between them is skipped. */
export const allBlocks = (pem: string, label: string): readonly string[] =>
  [...pem.matchAll(new RegExp(`-----BEGIN ${label}-----[A-Za-z0-9+/=\\s]*?-----END ${label}-----`, 'g'))].map(([block]) => `${block}\n`)

/** Decodes base64, white space allowed. @throws MeshError MESH0601 */
export function fromBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text.replace(/\s+/g, '')), (char) => char.charCodeAt(0))
  } catch (cause) {
    throw unusableRequest('its base64 is broken', cause)
  }
}
