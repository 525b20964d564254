/** The parts of an HTTP rule that need nothing from the rest of the mesh. */
import type * as api from '@istio-ts/api-types'
import type { Provenance } from '@istio-ts/foundation'
import { dropUndefined, durationMs } from '../mesh/mesh-settings.ts'
import type { CorsPolicy, DirectResponse, Fault, HeaderChanges, HeaderOperations, Redirect, Rewrite } from '../view/route-action.ts'
import { stringMatch } from './match.ts'

const NO_CHANGES: HeaderChanges = { set: {}, add: {}, remove: [] }

/** Headers stay as they are. */
export const NO_HEADER_CHANGES: HeaderOperations = { request: NO_CHANGES, response: NO_CHANGES }

/** Header changes in both directions. */
export const headerOperations = (rules: api.HeaderRules): HeaderOperations => ({ request: changes(rules.request), response: changes(rules.response) })

const changes = (operations: NonNullable<api.HeaderRules['request']> | undefined): HeaderChanges =>
  operations ? { set: operations.set ?? {}, add: operations.add ?? {}, remove: operations.remove ?? [] } : NO_CHANGES

/** A redirect; 301 unless another code is given. */
export const redirect = (from: api.HttpRedirect): Redirect => ({
  kind: 'redirect',
  ...dropUndefined({ path: from.uri, prefixRewrite: from.prefixRewrite, authority: from.authority, scheme: from.scheme, port: from.port }),
  ...(from.port === undefined && from.derivePort ? { derivePort: from.derivePort } : {}),
  code: from.redirectCode ?? 301,
})

/** A fixed answer. */
export const directResponse = (from: api.HttpDirectResponse): DirectResponse => ({
  kind: 'direct-response',
  status: from.status,
  ...(from.body?.string !== undefined ? { body: { kind: 'string', text: from.body.string } } : from.body?.bytes !== undefined ? { body: { kind: 'bytes', base64: from.body.bytes } } : {}),
})

/** Change of path and host before forwarding. */
export const rewrite = (from: api.HttpRewrite): Rewrite =>
  dropUndefined({
    path: from.uri === '' ? undefined : from.uri,
    authority: from.authority === '' ? undefined : from.authority,
    pathRegex: from.uriRegexRewrite && { match: from.uriRegexRewrite.match ?? '', rewrite: from.uriRegexRewrite.rewrite ?? '' },
  })

/** Injected faults; a delay or abort without a share hits every request. */
export function fault(from: api.HttpFaultInjection, origin: readonly Provenance[]): Fault | undefined {
  const { delay, abort } = from
  const at = (step: string): readonly Provenance[] => origin.slice(0, 1).map((one) => ({ resource: one.resource, path: `${one.path}.fault.${step}` }))
  const fixedMs = durationMs(delay?.fixedDelay)
  const made: Fault = {
    ...(delay && fixedMs !== undefined ? { delay: { fixedMs, ...share(delay.percentage?.value, delay.percentage !== undefined, delay.percent), from: at('delay') } } : {}),
    ...(abort && (abort.httpStatus !== undefined || abort.grpcStatus !== undefined)
      ? { abort: { ...dropUndefined({ httpStatus: abort.httpStatus, grpcStatus: abort.grpcStatus }), ...share(abort.percentage?.value, abort.percentage !== undefined, undefined), from: at('abort') } }
      : {}),
  }
  return made.delay || made.abort ? made : undefined
}

const share = (percent: number | undefined, isGiven: boolean, deprecated: number | undefined): { readonly percent: number; readonly percentIsDefault: boolean } =>
  ({ percent: percent ?? (isGiven ? 0 : (deprecated ?? 100)), percentIsDefault: !isGiven && deprecated === undefined })

/** Cross-origin rules. */
export function corsPolicy(from: api.CorsPolicy): CorsPolicy {
  const origins = (from.allowOrigins ?? []).flatMap((origin) => stringMatch(origin) ?? [])
  return {
    allowOrigins: origins.length > 0 ? origins : (from.allowOrigin ?? []).map((value) => ({ kind: 'exact', value })),
    allowMethods: from.allowMethods ?? [],
    allowHeaders: from.allowHeaders ?? [],
    exposeHeaders: from.exposeHeaders ?? [],
    ...dropUndefined({ maxAgeMs: durationMs(from.maxAge), allowCredentials: from.allowCredentials }),
    ...(from.unmatchedPreflights === 'FORWARD' || from.unmatchedPreflights === 'IGNORE' ? { unmatchedPreflights: from.unmatchedPreflights } : {}),
  }
}
