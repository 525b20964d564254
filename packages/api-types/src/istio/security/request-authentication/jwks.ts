/** JSON Web Key Sets: whether a text is one, and whether it gives away a key. @see RFC 7517, RFC 7518 section 6, RFC 8037 */
import type { Findings } from '../../../validation/findings.ts'
import { isRecord } from '../../../validation/is-record.ts'
import { policyDiagnostics } from '../../policy/diagnostics.ts'

type Json = Readonly<Record<string, unknown>>

/** Members that a public key of each type must have. */
const REQUIRED: ReadonlyMap<string, readonly string[]> = new Map([
  ['RSA', ['n', 'e']],
  ['EC', ['x', 'y']],
  ['OKP', ['x']],
  ['oct', ['k']],
])

/** The finding about the text of a key set, or of one key. */
export function checkJwks(jwks: string, at: Findings): void {
  const keys = parseKeys(jwks)
  if (typeof keys === 'string') return void at.add(policyDiagnostics.jwks(keys))
  const problem = keys.map(keyProblem).find((found) => found !== undefined)
  if (problem !== undefined) at.add(policyDiagnostics.jwks(problem))
  else if (keys.some(isSecret)) at.add(policyDiagnostics.jwksPrivate())
}

/** The keys of a set, or the single key; a text says what is wrong. */
function parseKeys(jwks: string): readonly Json[] | string {
  const value = parseJson(jwks)
  if (!isRecord(value)) return 'it is not a JSON object'
  if (!Object.hasOwn(value, 'keys')) return Object.hasOwn(value, 'kty') ? [value] : 'it has neither keys nor kty'
  return Array.isArray(value['keys']) && value['keys'].every(isRecord) ? value['keys'] : 'keys is not a list of objects'
}

function keyProblem(key: Json): string | undefined {
  const type = key['kty']
  if (typeof type !== 'string') return 'a key has no kty'
  const required = REQUIRED.get(type)
  if (!required) return `unknown key type ${JSON.stringify(type)}`
  const curve = type === 'EC' || type === 'OKP' ? key['crv'] : 'none'
  if (typeof curve !== 'string' || curve === '') return `a key of type ${type} has no crv`
  const bad = required.find((name) => !isBase64Url(key[name]))
  return bad === undefined ? undefined : `a key of type ${type} has no valid ${bad}`
}

/** A private part, or a key that signs and verifies alike. */
const isSecret = (key: Json): boolean => key['kty'] === 'oct' || typeof key['d'] === 'string'

/** Base64url, or plain base64 as some issuers write it; not empty. */
const isBase64Url = (value: unknown): boolean => typeof value === 'string' && /^[A-Za-z0-9_\-+/]+={0,2}$/.test(value)

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
