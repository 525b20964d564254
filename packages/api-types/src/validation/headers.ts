/** HTTP headers: which names may be matched, set or removed, and which values Envoy can format. */
import { apiDiagnostics as found } from '../diagnostics.ts'
import type { Findings } from './findings.ts'

/** Matching a header that Istio fills from a verified JWT. @see https://istio.io/latest/docs/tasks/security/authentication/jwt-route */
const CLAIM_PREFIX = /^@request\.auth\.claims(?:\.\S+|(?:\[[^\]]+\])+)$/i
const TOKEN = /^:?[-!#$%&'*+.^_`|~0-9A-Za-z]+$/
const STRICT_NAME = /^[-_A-Za-z0-9]+$/
// eslint-disable-next-line no-control-regex -- the rule is about control characters
const VALUE = /^[^\u0000-\u0008\u000A-\u001F\u007F]*$/

/** True for names such as `@request.auth.claims.group`. */
export const isJwtClaim = (name: string): boolean => CLAIM_PREFIX.test(name)

/** A header name that a request match may have: a token (RFC 9110 5.1), a pseudo header, or a JWT claim. */
export function checkHeaderNameOrClaim(name: string, at: Findings): void {
  if (name === '') at.add(found.invalidHeader('header name cannot be empty'))
  else if (!isJwtClaim(name) && !TOKEN.test(name)) at.add(found.invalidHeader(`header name ${name} is not a valid header name`))
}

/** A header name of letters, digits, `-` and `_` only. */
export function checkStrictHeaderName(name: string, at: Findings): void {
  if (name === '') at.add(found.invalidHeader('header name cannot be empty'))
  else if (!STRICT_NAME.test(name)) at.add(found.invalidHeader(`header name ${name} is not a valid header name`))
}

/** A header name in a CORS policy; `*` stands for all. */
export function checkCorsHeaderName(name: string, at: Findings): void {
  if (name !== '*') checkStrictHeaderName(name, at)
}

/** True if setting the header changes the host of the request. */
export const isAuthorityHeader = (name: string): boolean => /^(?::authority|host)$/i.test(name)

const isInternalHeader = (name: string): boolean => name.startsWith(':') || /^host$/i.test(name)

/** A header that is set or added on a request; the host may be. */
export function checkRequestHeaderName(name: string, at: Findings): void {
  if (name === '') at.add(found.invalidHeader('header name cannot be empty'))
  else if (isInternalHeader(name) && !isAuthorityHeader(name)) at.add(found.invalidHeader(`invalid header ${JSON.stringify(name)}: header cannot have ":" prefix`))
}

/** A header that is removed from a request, or changed in a response. */
export function checkOtherHeaderName(name: string, at: Findings): void {
  if (name === '') at.add(found.invalidHeader('header name cannot be empty'))
  else if (/^host$/i.test(name)) at.add(found.invalidHeader(`invalid header ${JSON.stringify(name)}: cannot set Host header`))
  else if (name.startsWith(':')) at.add(found.invalidHeader(`invalid header ${JSON.stringify(name)}: header cannot have ":" prefix`))
}

/** A header value: no control characters, and `%...%` variables of Envoy that are closed; `%%` is a percent sign. */
export function checkHeaderValue(value: string, at: Findings): void {
  if (!VALUE.test(value)) at.add(found.invalidHeader(`header value configuration ${JSON.stringify(value)} is invalid`))
  else if (value.includes('%') && !hasClosedVariables(value)) {
    at.add(found.invalidHeader(`header value configuration: ${JSON.stringify(value)} has a "%" that begins no closed variable`, 'Write %% for a percent sign.'))
  }
}

/** Envoy's substitution grammar: `%NAME%`, `%NAME(text)%`, `%NAME(["a", "b"])%`. @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers */
function hasClosedVariables(value: string): boolean {
  for (let i = value.indexOf('%'); i >= 0; i = value.indexOf('%', i)) {
    const end = value[i + 1] === '%' ? i + 2 : variableEnd(value, i + 1)
    if (end === undefined) return false
    i = end
  }
  return true
}

/** The index after the variable whose name begins at `i`; undefined if it is not closed. */
function variableEnd(value: string, i: number): number | undefined {
  const stop = value.slice(i).search(/[%(]/)
  if (stop < 0) return undefined
  if (value[i + stop] === '%') return i + stop + 1
  const closed = argumentsEnd(value, i + stop + 1)
  if (closed === undefined) return undefined
  const after = skipSpaces(value, closed)
  return value[after] === '%' ? after + 1 : undefined
}

/** The index after `)`; arguments are free text or a list of quoted texts. */
function argumentsEnd(value: string, start: number): number | undefined {
  const first = skipSpaces(value, start)
  if (value[first] === '[') return listEnd(value, first + 1)
  for (let i = first; i < value.length; i++) {
    if (value[i] === '\\') i++
    else if (value[i] === ')' && i > first) return i + 1
    else if (value[i] === '"' && i > first) return afterElement(value, i + 1)
  }
  return undefined
}

function listEnd(value: string, start: number): number | undefined {
  const quote = skipSpaces(value, start)
  if (value[quote] !== '"') return undefined
  for (let i = quote + 1; i < value.length; i++) {
    if (value[i] === '\\') i++
    else if (value[i] === ')') return i + 1
    else if (value[i] === '"') return afterElement(value, i + 1)
  }
  return undefined
}

/** After a quoted text: `,` and the next, or `]` and `)`. */
function afterElement(value: string, start: number): number | undefined {
  const i = skipSpaces(value, start)
  if (value[i] === ',') return listEnd(value, i + 1)
  if (value[i] !== ']') return undefined
  const close = skipSpaces(value, i + 1)
  return value[close] === ')' ? close + 1 : undefined
}

function skipSpaces(value: string, start: number): number {
  let i = start
  while (value[i] === ' ') i++
  return i
}
