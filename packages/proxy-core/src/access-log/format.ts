/**
 * Envoy's substitution format strings, compiled once to a list of parts; used for access logs and for header values.
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage
 */
import { formatFlags } from '../stream/response-flags.ts'
import type { StreamInfo } from '../stream/stream-info.ts'
import { escapeControl } from './escape.ts'
import { formatStartTime, isoTimes } from './start-time.ts'

/** One part of a compiled format; undefined stands for "no value" (printed as `-`). */
export type FormatPart = (info: StreamInfo) => string | undefined

/** A compiled format. */
export interface CompiledFormat {
  readonly parts: readonly FormatPart[]
  /** True if it reads response headers other than those the proxy knows anyway. */
  readonly readsResponse: boolean
  /** Commands that are not known; the configuration is refused if there are any. */
  readonly unknown: readonly string[]
}

/** What formats may know of the process. */
export interface FormatEnvironment {
  readonly hostname: string
  readonly environment: (name: string) => string | undefined
}

/** Compiles a text; `%%` is a percent sign. */
export function compileFormat(text: string, environment: FormatEnvironment): CompiledFormat {
  const parts: FormatPart[] = []
  const unknown: string[] = []
  let readsResponse = false
  let from = 0
  for (const match of text.matchAll(/%%|%([A-Z0-9_]+)(?:\(((?:[^()]|\([^()]*\))*)\))?(?::(\d+))?%/g)) {
    if (match.index > from) parts.push(constant(text.slice(from, match.index)))
    from = match.index + match[0].length
    if (match[0] === '%%') {
      parts.push(constant('%'))
      continue
    }
    const [, command = '', argument = '', limit] = match
    const part = commandPart(command, argument, environment)
    if (!part) {
      unknown.push(match[0])
      continue
    }
    if ((command === 'RESP' || command === 'TRAILER') && !KNOWN_RESPONSE.has(argument.toLowerCase())) readsResponse = true
    parts.push(limit === undefined ? part : truncated(part, Number(limit)))
  }
  if (from < text.length) {
    const rest = text.slice(from)
    const stray = /%[A-Z_]*[^%]*%?/.exec(rest)
    if (stray) unknown.push(stray[0].trim())
    parts.push(constant(rest))
  }
  return { parts, readsResponse, unknown }
}

/** Prints a format; parts without a value print `empty`. Control characters are escaped, so that no value can forge a line. */
export function printFormat(format: CompiledFormat, info: StreamInfo, empty = '-'): string {
  let out = ''
  for (const part of format.parts) {
    const value = part(info)
    out += value === undefined || value === '' ? empty : value
  }
  return out
}

const KNOWN_RESPONSE: ReadonlySet<string> = new Set(['x-envoy-upstream-service-time', ':status'])

const constant = (text: string): FormatPart => () => text

const truncated = (part: FormatPart, limit: number): FormatPart => (info) => part(info)?.slice(0, limit)

const ms = (value: number): string | undefined => (value >= 0 ? String(Math.round(value)) : undefined)

const withoutPort = (address: string): string => {
  const colon = address.lastIndexOf(':')
  return colon < 0 ? address : address.slice(0, colon).replace(/^\[|\]$/g, '')
}

/** `NAME`, or `NAME?ALTERNATIVE`: the header, else the other one. */
function header(argument: string, read: (info: StreamInfo, name: string) => string | undefined): FormatPart {
  const [first = '', second] = argument.toLowerCase().split('?')
  if (second === undefined) return (info) => escapeControl(read(info, first))
  return (info) => escapeControl(read(info, first) ?? read(info, second))
}

const requestHeader = (info: StreamInfo, name: string): string | undefined =>
  name === 'x-envoy-original-path' && info.originalPath !== '' ? info.originalPath : info.request?.get(name)

const responseHeader = (info: StreamInfo, name: string): string | undefined =>
  name === 'x-envoy-upstream-service-time' ? ms(info.upstreamServiceTimeMs) : name === ':status' ? String(info.responseCode) : info.response?.get(name)

/** The values without arguments. */
const SIMPLE: Readonly<Record<string, FormatPart>> = {
  PROTOCOL: (info) => info.protocol || undefined,
  RESPONSE_CODE: (info) => String(info.responseCode),
  RESPONSE_CODE_DETAILS: (info) => escapeControl(info.responseCodeDetails.replaceAll(' ', '_')) || undefined,
  RESPONSE_FLAGS: (info) => formatFlags(info.flags),
  RESPONSE_FLAGS_LONG: (info) => formatFlags(info.flags, true),
  CONNECTION_TERMINATION_DETAILS: (info) => info.connection.terminationDetails.replaceAll(' ', '_') || undefined,
  UPSTREAM_TRANSPORT_FAILURE_REASON: (info) => escapeControl(info.upstreamTransportFailure) || undefined,
  DOWNSTREAM_TRANSPORT_FAILURE_REASON: (info) => escapeControl(info.connection.transportFailure) || undefined,
  BYTES_RECEIVED: (info) => String(info.bytesReceived),
  BYTES_SENT: (info) => String(info.bytesSent),
  DURATION: (info) => ms(info.durationMs),
  REQUEST_DURATION: (info) => (info.requestEndMono ? ms(info.requestEndMono - info.startMono) : undefined),
  RESPONSE_DURATION: (info) => (info.firstResponseMono ? ms(info.firstResponseMono - info.startMono) : undefined),
  RESPONSE_TX_DURATION: (info) => (info.firstResponseMono ? ms(info.endMono - info.firstResponseMono) : undefined),
  UPSTREAM_HOST: (info) => info.upstreamHost?.label,
  UPSTREAM_REMOTE_ADDRESS: (info) => info.upstreamHost?.label,
  UPSTREAM_CLUSTER: (info) => info.upstreamCluster?.statName,
  UPSTREAM_CLUSTER_RAW: (info) => info.upstreamCluster?.name,
  UPSTREAM_LOCAL_ADDRESS: (info) => info.upstreamLocalAddress || undefined,
  UPSTREAM_REQUEST_ATTEMPT_COUNT: (info) => String(info.attempts),
  UPSTREAM_PEER_URI_SAN: (info) => info.upstreamPrincipal || undefined,
  DOWNSTREAM_LOCAL_ADDRESS: (info) => info.connection.local,
  DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT: (info) => withoutPort(info.connection.local),
  DOWNSTREAM_LOCAL_PORT: (info) => String(info.connection.localPort),
  DOWNSTREAM_REMOTE_ADDRESS: (info) => (info.remoteIp && info.remoteIp !== withoutPort(info.connection.remote) ? `${info.remoteIp}:0` : info.connection.remote),
  DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT: (info) => info.remoteIp || withoutPort(info.connection.remote),
  DOWNSTREAM_REMOTE_PORT: (info) => (info.connection.remoteAddress.kind === 'ip' ? String(info.connection.remoteAddress.port) : undefined),
  DOWNSTREAM_DIRECT_REMOTE_ADDRESS: (info) => info.connection.remote,
  DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT: (info) => withoutPort(info.connection.remote),
  REQUESTED_SERVER_NAME: (info) => escapeControl(info.connection.requestedServerName) || undefined,
  ROUTE_NAME: (info) => info.routeName || undefined,
  VIRTUAL_CLUSTER_NAME: () => undefined,
  VIRTUAL_HOST_NAME: (info) => info.virtualHost || undefined,
  FILTER_CHAIN_NAME: (info) => info.connection.filterChain || undefined,
  CONNECTION_ID: (info) => String(info.connection.id),
  DOWNSTREAM_PEER_URI_SAN: (info) => info.connection.tls?.peerUris.join(',') || undefined,
  DOWNSTREAM_PEER_DNS_SAN: (info) => info.connection.tls?.peerDnsNames.join(',') || undefined,
  DOWNSTREAM_LOCAL_URI_SAN: (info) => info.connection.tls?.localUris.join(',') || undefined,
  DOWNSTREAM_PEER_SUBJECT: (info) => info.connection.tls?.peerSubject,
  DOWNSTREAM_PEER_FINGERPRINT_256: (info) => info.connection.tls?.peerFingerprint,
  DOWNSTREAM_TLS_VERSION: (info) => info.connection.tls?.version,
  DOWNSTREAM_TLS_CIPHER: (info) => info.connection.tls?.cipher,
  GRPC_STATUS_NUMBER: (info) => info.grpcStatus || undefined,
  GRPC_STATUS: (info) => info.grpcStatus || undefined,
  TRACE_ID: (info) => info.request?.get('traceparent')?.split('-')[1] ?? info.request?.get('x-b3-traceid'),
}

function commandPart(command: string, argument: string, environment: FormatEnvironment): FormatPart | undefined {
  switch (command) {
    case 'REQ': return header(argument, requestHeader)
    case 'RESP': return header(argument, responseHeader)
    case 'TRAILER': return header(argument, (info, name) => info.responseTrailers?.get(name))
    case 'REQ_WITHOUT_QUERY': return header(argument, (info, name) => requestHeader(info, name)?.split('?')[0])
    case 'PATH': return (info) => escapeControl(info.originalPath || info.request?.path)
    case 'START_TIME': return argument === '' ? startTimes() : (info) => formatStartTime(info.startMs, argument)
    case 'DYNAMIC_METADATA': return metadata(argument, (info, namespace) => info.dynamicMetadata?.get(namespace))
    case 'CLUSTER_METADATA':
      return metadata(argument, (info, namespace) => info.upstreamCluster?.metadata[namespace])
    case 'METADATA': return argument.startsWith('ROUTE:')
      ? metadata(argument.slice(6), (info, namespace) => info.routeMetadata?.[namespace])
      : argument.startsWith('CLUSTER:')
      ? metadata(argument.slice(8), (info, namespace) => info.upstreamCluster?.metadata[namespace])
      : metadata(argument.replace(/^[A-Z_]+:/, ''), (info, namespace) => info.dynamicMetadata?.get(namespace))
    case 'FILTER_STATE': return filterState(argument)
    case 'HOSTNAME': return constant(environment.hostname)
    case 'ENVIRONMENT': return constant(environment.environment(argument) ?? '-')
    case 'STREAM_ID': return (info) => info.request?.get('x-request-id')
    default: return Object.hasOwn(SIMPLE, command) ? SIMPLE[command] : undefined
  }
}

function startTimes(): FormatPart {
  const format = isoTimes()
  return (info) => format(info.startMs)
}

/** Istio's own filter state: the peers as `upstream_peer` and `downstream_peer`. */
function filterState(argument: string): FormatPart {
  const [key = ''] = argument.split(':')
  return (info) => {
    const peer = key === 'upstream_peer' ? info.upstreamHost?.peer : key === 'downstream_peer' ? info.peer : undefined
    return peer ? JSON.stringify(peer) : undefined
  }
}

function metadata(argument: string, read: (info: StreamInfo, namespace: string) => unknown): FormatPart {
  const [namespace = '', ...path] = argument.split(':')
  return (info) => {
    let value = read(info, namespace)
    for (const step of path) value = typeof value === 'object' && value !== null && Object.hasOwn(value, step) ? Reflect.get(value, step) : undefined
    return value === undefined || value === null ? undefined : escapeControl(typeof value === 'string' ? value : JSON.stringify(value))
  }
}
