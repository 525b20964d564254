/**
 * One normaliser for request paths: routing, authorisation, logging and forwarding all see its result.
 * Order as in Envoy: fragment (refused), escaped slashes, RFC 3986 normalisation, merging of slashes.
 * @see envoy http_connection_manager.proto normalize_path, merge_slashes, path_with_escaped_slashes_action
 */

/** What a listener asks for. */
export interface PathNormalization {
  /** RFC 3986 6.2.2: dot segments removed, unreserved characters decoded, `\` read as `/`. */
  readonly normalize: boolean
  readonly mergeSlashes: boolean
  /** `UNESCAPE_AND_REDIRECT` answers 307 with the unescaped path. */
  readonly escapedSlashes: 'KEEP_UNCHANGED' | 'REJECT_REQUEST' | 'UNESCAPE_AND_REDIRECT' | 'UNESCAPE_AND_FORWARD'
}

/** `forward` the path, `reject` the request with 400, or `redirect` the client to the path with 307. */
export interface NormalizedPath {
  readonly action: 'forward' | 'reject' | 'redirect'
  readonly path: string
}

/** True if the path needs no work in any mode: the common case, decided in one pass over its characters. */
export function isPlainPath(path: string): boolean {
  if (path.charCodeAt(0) !== SLASH) return false
  let previous = 0
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i)
    if (code === QUESTION) return !path.includes('#', i)
    if (code <= 32 || code > 126 || SPECIAL[code] === 1) return false
    // `//` may have to be merged, `/.` may start a dot segment.
    if (previous === SLASH && (code === SLASH || code === DOT)) return false
    previous = code
  }
  return true
}

/** Normalises a path with query. `*` and an empty path (CONNECT) are returned as they are. */
export function normalizePath(raw: string, options: PathNormalization): NormalizedPath {
  if (raw === '' || raw === '*' || isPlainPath(raw)) return { action: 'forward', path: raw }
  // A fragment is for the client alone; whoever sends one hopes that two readers cut it differently.
  if (raw.includes('#')) return { action: 'reject', path: raw }
  const question = raw.indexOf('?')
  let path = question < 0 ? raw : raw.slice(0, question)
  const query = question < 0 ? '' : raw.slice(question)
  let redirect = false
  if (options.escapedSlashes !== 'KEEP_UNCHANGED' && /%(?:2f|5c)/i.test(path)) {
    if (options.escapedSlashes === 'REJECT_REQUEST') return { action: 'reject', path: raw }
    path = path.replace(/%2f/gi, '/').replace(/%5c/gi, '\\')
    redirect = options.escapedSlashes === 'UNESCAPE_AND_REDIRECT'
  }
  if (options.normalize) {
    const normal = rfc3986(path)
    if (normal === undefined) return { action: 'reject', path: raw }
    path = normal
  }
  if (options.mergeSlashes) path = path.replace(/\/{2,}/g, '/')
  return { action: redirect ? 'redirect' : 'forward', path: path + query }
}

const SLASH = 47
const DOT = 46
const QUESTION = 63

/** Characters that may need work: escapes, `\\`, `#`, and those which a path holds only escaped (RFC 3986 3.3). */
const SPECIAL = Uint8Array.from({ length: 127 }, (_, code) => ('%\\#"<>^`{|}'.includes(String.fromCharCode(code)) ? 1 : 0))

/** Decodes unreserved characters, escapes those that a path may not hold as they are, leaves other escapes, reads `\` as `/`, removes dot segments; undefined = refuse. */
function rfc3986(path: string): string | undefined {
  if (!path.startsWith('/')) return undefined
  let refused = false
  const decoded = path.replace(/%([0-9a-fA-F]{2})/g, (escape, hex: string) => {
    const code = parseInt(hex, 16)
    // %00 can end a string early in whatever reads the path next (Envoy refuses it as well).
    if (code === 0) refused = true
    return isUnreserved(code) ? String.fromCharCode(code) : escape
  })
  if (refused || decoded.includes('\0')) return undefined
  const escaped = decoded.replace(/["<>^`{|}]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
  return removeDotSegments(escaped.replace(/\\/g, '/'))
}

const isUnreserved = (code: number): boolean =>
  (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code === 45 || code === DOT || code === 95 || code === 126

/** RFC 3986 5.2.4, keeping empty segments. */
function removeDotSegments(path: string): string | undefined {
  const out: string[] = []
  const segments = path.slice(1).split('/')
  for (const [i, segment] of segments.entries()) {
    const last = i === segments.length - 1
    if (segment === '.') {
      if (last) out.push('')
    } else if (segment === '..') {
      out.pop()
      if (last) out.push('')
    } else out.push(segment)
  }
  return `/${out.join('/')}`
}
