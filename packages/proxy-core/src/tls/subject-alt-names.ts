/**
 * Reads the subject alternative names from a certificate's DER bytes (RFC 5280 4.2.1.6). OpenSSL's printed form is not used, because a
 * name could imitate its separators; names with bytes that no URI or DNS name may hold (NUL, controls, non-ASCII) are refused as a whole.
 */

/** Names of a certificate, in their order. */
export interface SubjectAltNames {
  readonly uris: readonly string[]
  readonly dnsNames: readonly string[]
  readonly ipAddresses: readonly string[]
}

interface Element {
  readonly tag: number
  /** Content `[from, to)`; `to` is also the start of the next element. */
  readonly from: number
  readonly to: number
}

const SAN_OID = [0x55, 0x1d, 0x11] // 2.5.29.17
const EXTENSIONS = 0xa3
const URI = 0x86
const DNS = 0x82
const IP = 0x87

/** Names of a certificate in DER; undefined if the bytes are not a certificate or a name is malformed. */
export function subjectAltNames(der: Uint8Array): SubjectAltNames | undefined {
  const certificate = element(der, 0, der.length)
  const tbs = certificate && element(der, certificate.from, certificate.to)
  if (!certificate || certificate.tag !== 0x30 || !tbs || tbs.tag !== 0x30) return undefined
  const fields = elements(der, tbs)
  if (!fields) return undefined
  const wrapper = fields.find(field => field.tag === EXTENSIONS)
  const none: SubjectAltNames = { uris: [], dnsNames: [], ipAddresses: [] }
  if (!wrapper) return none
  const list = element(der, wrapper.from, wrapper.to)
  const extensions = list && elements(der, list)
  if (!extensions) return undefined
  for (const extension of extensions) {
    const parts = elements(der, extension)
    const oid = parts?.[0]
    const value = parts?.at(-1)
    if (!oid || !value) return undefined
    if (isSanOid(der, oid)) return generalNames(der, value)
  }
  return none
}

const isSanOid = (der: Uint8Array, oid: Element): boolean => oid.tag === 6 && oid.to - oid.from === 3 && SAN_OID.every((byte, i) => der[oid.from + i] === byte)

function generalNames(der: Uint8Array, octets: Element): SubjectAltNames | undefined {
  const sequence = octets.tag === 4 ? element(der, octets.from, octets.to) : undefined
  const names = sequence && elements(der, sequence)
  if (!names) return undefined
  const uris: string[] = []
  const dnsNames: string[] = []
  const ipAddresses: string[] = []
  for (const name of names) {
    if (name.tag === IP) ipAddresses.push(ipText(der.subarray(name.from, name.to)))
    if (name.tag !== URI && name.tag !== DNS) continue
    const text = printableAscii(der, name)
    if (text === undefined) return undefined
    if (name.tag === URI) uris.push(text)
    else dnsNames.push(text)
  }
  return { uris, dnsNames, ipAddresses }
}

function printableAscii(der: Uint8Array, name: Element): string | undefined {
  let text = ''
  for (let i = name.from; i < name.to; i++) {
    const byte = der[i] ?? 0
    if (byte <= 0x20 || byte >= 0x7f) return undefined
    text += String.fromCharCode(byte)
  }
  return text
}

const ipText = (bytes: Uint8Array): string =>
  bytes.length === 4 ? bytes.join('.') : Array.from({ length: bytes.length >> 1 }, (_, i) => (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16)).join(':')

/** The element at `at`, if it is whole inside `[at, end)` (definite lengths only, as DER demands). */
function element(der: Uint8Array, at: number, end: number): Element | undefined {
  if (at + 2 > end) return undefined
  const tag = der[at] ?? 0
  let length = der[at + 1] ?? 0
  let from = at + 2
  if (length === 0x80 || length > 0x83) return undefined
  if (length > 0x80) {
    const width = length & 0x7f
    if (from + width > end) return undefined
    length = 0
    for (let i = 0; i < width; i++) length = (length << 8) | (der[from + i] ?? 0)
    from += width
  }
  return from + length <= end ? { tag, from, to: from + length } : undefined
}

function elements(der: Uint8Array, parent: Element): Element[] | undefined {
  const list: Element[] = []
  let at = parent.from
  while (at < parent.to) {
    const child = element(der, at, parent.to)
    if (!child) return undefined
    list.push(child)
    at = child.to
  }
  return list
}
