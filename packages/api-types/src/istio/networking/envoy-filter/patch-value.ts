/** The value of a patch against the Envoy message it becomes a part of. */
import { parseDuration, parseJsonPath } from '@istio-ts/foundation'
import { apiDiagnostics as found } from '../../../diagnostics.ts'
import { fromJson, hasMessage } from '../../../envoy/index.ts'
import type { Findings } from '../../../validation/findings.ts'
import type { ApplyTo } from './types.ts'

const MESSAGES: Readonly<Partial<Record<ApplyTo, string>>> = {
  LISTENER: 'envoy.config.listener.v3.Listener',
  FILTER_CHAIN: 'envoy.config.listener.v3.FilterChain',
  LISTENER_FILTER: 'envoy.config.listener.v3.ListenerFilter',
  NETWORK_FILTER: 'envoy.config.listener.v3.Filter',
  HTTP_FILTER: 'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter',
  ROUTE_CONFIGURATION: 'envoy.config.route.v3.RouteConfiguration',
  VIRTUAL_HOST: 'envoy.config.route.v3.VirtualHost',
  HTTP_ROUTE: 'envoy.config.route.v3.Route',
  CLUSTER: 'envoy.config.cluster.v3.Cluster',
  EXTENSION_CONFIG: 'envoy.config.core.v3.TypedExtensionConfig',
  BOOTSTRAP: 'envoy.config.bootstrap.v3.Bootstrap',
}

const FILTERS: ReadonlySet<string> = new Set<ApplyTo>(['LISTENER_FILTER', 'NETWORK_FILTER', 'HTTP_FILTER'])

/** Packages of Envoy's removed API versions. */
const REMOVED_API = /(?:^|\/)envoy\.(?:[\w.]+\.)?v(?:1|2)(?:alpha\d*)?\.|(?:^|\/)envoy\.config\.filter\.(?:http|network|accesslog|fault|listener|thrift|dubbo)\./

/** Packages an Envoy is built from. */
const ENVOY_PACKAGES = /(?:^|\/)(?:envoy|xds|udpa|google|istio|cel|opentelemetry|io\.prometheus|stats|wasm)\./

/** Checks a value: what cannot be read is an error, what nobody knows a warning, as our knowledge of Envoy may be older than Envoy. */
export function checkPatchValue(applyTo: ApplyTo, value: Readonly<Record<string, unknown>>, at: Findings): void {
  const removed = removedType(value, 0)
  if (removed !== undefined) return at.add(found.invalidPatch(`referenced type unknown (hint: try using the v3 XDS API): ${removed}`, 'Use the v3 type.'))
  const name = MESSAGES[applyTo]
  if (name !== undefined && hasMessage(name)) {
    for (const { path, message } of fromJson(name, value).problems) checkProblem(path, message, value, at)
  }
  if (FILTERS.has(applyTo) && !['typed_config', 'typedConfig', 'config_discovery', 'configDiscovery'].some((field) => Object.hasOwn(value, field))) {
    at.add(found.deprecated(`using deprecated types by name without typed_config; ${String(value['name'] ?? '')}`, 'Add typed_config.'))
  }
}

function checkProblem(path: string, message: string, value: unknown, at: Findings): void {
  const steps = parseJsonPath(path)
  const place = steps.reduce<Findings>((here, step) => here.at(step), at)
  const given = steps.reduce<unknown>((inner, step) => (typeof inner === 'object' && inner !== null ? Object.getOwnPropertyDescriptor(inner, step)?.value : undefined), value)
  // Istio reads Go durations (500ms) here too, not only protobuf's.
  if (typeof given === 'string' && parseDuration(given) !== undefined && /duration/i.test(message)) return
  // We hold a part of Envoy's messages; the rest travels as a TypedStruct. Types of nobody Envoy knows are refused.
  if (steps.at(-1) === '@type' && typeof given === 'string') {
    if (!ENVOY_PACKAGES.test(given)) place.add(found.invalidPatch(`referenced type unknown: ${given}`, 'Correct the type, or carry it in a TypedStruct.'))
    return
  }
  const owner = /^(\S+) has no such field$/.exec(message)?.[1]
  if (owner !== undefined) return place.add(found.ineffective(`Envoy filter: unknown field ${JSON.stringify(String(steps.at(-1)))} in ${owner}`, 'Correct the name, or ignore this if your Envoy knows it.'))
  place.add(found.invalidPatch(`Envoy filter: ${message}`, 'Write the value as Envoy reads it.'))
}

/** The first type URL of a removed API version in a value. */
function removedType(value: unknown, depth: number): string | undefined {
  if (typeof value !== 'object' || value === null || depth > 100) return undefined
  for (const [key, child] of Object.entries(value)) {
    const type = (key === '@type' || key === 'type_url') && typeof child === 'string' ? child : undefined
    const hit = type !== undefined && REMOVED_API.test(type) ? type : removedType(child, depth + 1)
    if (hit !== undefined) return hit
  }
  return undefined
}
