/** Istio's rules for one issuer of a RequestAuthentication. */
import { parseDuration } from '@istio-ts/foundation'
import type { Findings } from '../../../validation/findings.ts'
import { policyDiagnostics } from '../../policy/diagnostics.ts'
import { parseUrl } from '../../policy/url.ts'
import type { ClaimToHeader, JwtRule } from './types.ts'
import { checkJwks } from './jwks.ts'

/** All findings of a rule; null, which the schema refuses, has none. */
export function checkJwtRule(jwt: JwtRule | null, at: Findings): void {
  if (!jwt) return
  const uri = jwt.jwksUri ?? jwt.jwks_uri
  checkNames(jwt.audiences, 'audience', at.at('audiences'))
  if (!jwt.issuer && !uri) at.add(policyDiagnostics.jwtIssuer())
  if (uri && !isJwksUri(uri)) at.at(jwt.jwksUri === undefined ? 'jwks_uri' : 'jwksUri').add(policyDiagnostics.jwksUri(uri))
  if (jwt.jwks) checkJwks(jwt.jwks, at.at('jwks'))
  jwt.fromHeaders?.forEach((header, i) => {
    if (!header?.name) at.at('fromHeaders').at(i).add(policyDiagnostics.emptyName('location header name'))
  })
  checkNames(jwt.fromParams, 'location query', at.at('fromParams'))
  checkNames(jwt.fromCookies, 'cookie name', at.at('fromCookies'))
  jwt.outputClaimToHeaders?.forEach((output, i) => checkOutput(output, at.at('outputClaimToHeaders').at(i)))
  checkNames(jwt.spaceDelimitedClaims, 'space delimited claim', at.at('spaceDelimitedClaims'))
  if (jwt.timeout !== undefined && jwt.timeout !== null) checkTimeout(jwt.timeout, at.at('timeout'))
}

const isJwksUri = (uri: string): boolean => {
  const url = parseUrl(uri)
  return url !== undefined && (url.scheme === 'http' || url.scheme === 'https')
}

function checkNames(names: readonly string[] | undefined, what: string, at: Findings): void {
  names?.forEach((name, i) => {
    if (name === '') at.at(i).add(policyDiagnostics.emptyName(what))
  })
}

function checkOutput(output: Partial<ClaimToHeader> | null, at: Findings): void {
  if (!output?.claim || !output.header) at.add(policyDiagnostics.emptyName('outputClaimToHeaders header and claim value'))
  else if (!/^[-_A-Za-z0-9]+$/.test(output.header)) at.at('header').add(policyDiagnostics.headerName(output.header))
}

function checkTimeout(timeout: string, at: Findings): void {
  const ms = parseDuration(timeout)
  if (ms === undefined || ms < 1 || !Number.isInteger(ms)) at.add(policyDiagnostics.duration(timeout))
}
