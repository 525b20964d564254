/** The admin interface: Envoy's paths and forms, as a function from request to answer. A shell serves it on loopback. */
import type { Messages } from '@istio-ts/api-types/envoy'
import { formatAddress } from '../config/scalars.ts'
import { warmingReport } from '../config/warming.ts'
import { compileRegex } from '../match/regex.ts'
import type { Proxy } from '../proxy.ts'
import { jsonStats, printPlain, printPrometheus } from '../stats/print-stats.ts'
import { clustersJson, clustersText } from './clusters-page.ts'
import { configDump } from './config-dump.ts'
import { toProtoNames } from './snake-case.ts'

/** A request to the admin port. */
export interface AdminRequest {
  readonly method: string
  /** Path with query. */
  readonly path: string
  /** `host` and `origin` headers: a page in a browser must not reach this port by a rebound name. */
  readonly host: string | undefined
  readonly origin: string | undefined
}

/** What to send back. */
export interface AdminAnswer {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

/** What the admin interface knows besides the proxy. */
export interface AdminDeps {
  readonly proxy: Proxy
  readonly node: Messages['envoy.config.core.v3.Node']
  readonly version: string
  /** True once traffic may come: a first configuration, a certificate, and listening. */
  readonly isReady: () => boolean
  readonly isDraining: () => boolean
  /** Facts of a certificate for `/certs`; undefined for what is none. */
  readonly certificateFacts: (pem: string) => CertificateSummary | undefined
  readonly onQuit: () => void
  readonly onDrain: () => void
  /** Wall clock. */
  readonly now: () => number
}

/** What `/certs` tells of a certificate. */
export interface CertificateSummary {
  readonly serial: string
  readonly notBefore: number
  readonly notAfter: number
  readonly uris: readonly string[]
  readonly dnsNames: readonly string[]
}

type Page = (deps: AdminDeps, query: URLSearchParams) => AdminAnswer

const text = (body: string, status = 200): AdminAnswer => ({ status, contentType: 'text/plain; charset=UTF-8', body })
const json = (value: unknown): AdminAnswer => ({ status: 200, contentType: 'application/json', body: JSON.stringify(value, null, 1) })

/** Answers one request. */
export function answerAdmin(deps: AdminDeps, request: AdminRequest): AdminAnswer {
  if (!isLocalCaller(request)) return text('Forbidden\n', 403)
  const [path = '/', query = ''] = request.path.split('?')
  const page = Object.hasOwn(PAGES, path) ? PAGES[path] : undefined
  const change = Object.hasOwn(CHANGES, path) ? CHANGES[path] : undefined
  if (change) return request.method === 'POST' ? change(deps, new URLSearchParams(query)) : text(`Method ${request.method} not allowed, POST required.\n`, 405)
  if (!page) return text(`invalid path. admin commands are:\n${[...Object.keys(PAGES), ...Object.keys(CHANGES)].sort().map((name) => `  ${name}`).join('\n')}\n`, 404)
  return page(deps, new URLSearchParams(query))
}

const PAGES: Readonly<Record<string, Page>> = {
  '/ready': (deps) => (deps.isReady() ? text('LIVE\n') : text(`${deps.isDraining() ? 'DRAINING' : 'PRE_INITIALIZING'}\n`, 503)),
  '/server_info': (deps) => json(serverInfo(deps)),
  '/config_dump': configDumpPage,
  '/clusters': ({ proxy }, query) => (query.get('format') === 'json' ? json(clustersJson(proxy)) : text(clustersText(proxy))),
  '/listeners': ({ proxy }, query) => (query.get('format') === 'json' ? json(listenersJson(proxy)) : text(listenersText(proxy))),
  '/stats': statsPage,
  '/stats/prometheus': ({ proxy }) => ({ status: 200, contentType: 'text/plain; version=0.0.4; charset=utf-8', body: printPrometheus(proxy.stats) }),
  '/certs': (deps) => json(certificates(deps)),
  '/init_dump': ({ proxy }) => json({ unready_targets_dumps: warmingReport(proxy.config).map(({ resource, missing }) => ({ name: resource, target_names: missing })) }),
  '/memory': () => json({}),
  '/runtime': () => json({ layers: [], entries: {} }),
}

const CHANGES: Readonly<Record<string, Page>> = {
  '/quitquitquit': (deps) => {
    deps.onQuit()
    return text('OK\n')
  },
  '/drain_listeners': (deps) => {
    deps.onDrain()
    return text('OK\n')
  },
  '/healthcheck/fail': () => text('OK\n'),
  '/healthcheck/ok': () => text('OK\n'),
  '/reset_counters': ({ proxy }) => {
    for (const family of proxy.stats.families.values()) if (family.type === 'counter') for (const { stat } of family.series.values()) if ('value' in stat) stat.value = 0
    return text('OK\n')
  },
  '/logging': () => text('OK\n'),
}

/** DNS rebinding and cross-site requests carry another host or an origin. */
function isLocalCaller({ host, origin }: AdminRequest): boolean {
  const name = (host ?? 'localhost').replace(/:\d+$/, '').toLowerCase()
  if (!(name === 'localhost' || name === '[::1]' || name.startsWith('127.'))) return false
  return origin === undefined || /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(origin)
}

function configDumpPage(deps: AdminDeps, query: URLSearchParams): AdminAnswer {
  if (query.get('mask')) return text('mask is not supported here; use resource.\n', 400)
  const resource = query.get('resource')
  const pattern = query.get('name_regex')
  const regex = pattern === null ? undefined : compileRegex(pattern, '', { where: '', problems: [] })
  if (pattern !== null && !regex) return text(`Invalid regex: ${pattern}\n`, 400)
  const dump = configDump(deps.proxy.config, deps.node, {
    ...(resource === null ? {} : { resource }),
    ...(regex ? { nameMatches: (name: string) => regex.matches(name) } : {}),
    includeEds: query.has('include_eds'),
  })
  return dump === undefined ? text(`${resource ?? ''} not found in config dump\n`, 404) : json(dump)
}

function statsPage({ proxy }: AdminDeps, query: URLSearchParams): AdminAnswer {
  const format = query.get('format')
  if (format === 'prometheus') return { status: 200, contentType: 'text/plain; version=0.0.4; charset=utf-8', body: printPrometheus(proxy.stats) }
  const filter = query.get('filter')
  const regex = filter === null ? undefined : compileRegex(`.*(?:${filter}).*`, '', { where: '', problems: [] })
  if (filter !== null && !regex) return text(`Invalid re2 regex: ${filter}\n`, 400)
  const accept = (name: string): boolean => regex?.matches(name) ?? true
  const used = query.has('usedonly')
  return format === 'json' ? json(jsonStats(proxy.stats, accept, used)) : text(printPlain(proxy.stats, accept, used))
}

const serverInfo = (deps: AdminDeps): unknown => {
  const uptime = `${Math.floor((deps.now() - deps.proxy.startedMs) / 1000)}s`
  return {
    version: deps.version,
    state: deps.isDraining() ? 'DRAINING' : deps.isReady() ? 'LIVE' : 'INITIALIZING',
    hot_restart_version: 'disabled',
    command_line_options: {},
    node: toProtoNames(deps.node),
    uptime_current_epoch: uptime,
    uptime_all_epochs: uptime,
  }
}

const listenersText = (proxy: Proxy): string => [...proxy.listeners.values()].map((live) => `${live.name}::${live.addresses.map(formatAddress).join(',')}\n`).join('')

const listenersJson = (proxy: Proxy): unknown => ({
  listener_statuses: [...proxy.listeners.values()].map((live) => {
    const [address] = live.addresses
    return { name: live.name, ...(address?.kind === 'ip' ? { local_address: { socket_address: { address: address.ip, port_value: address.port } } } : {}) }
  }),
})

function certificates({ proxy, certificateFacts, now }: AdminDeps): unknown {
  const details = (pem: string, path: string): readonly unknown[] => {
    const facts = certificateFacts(pem)
    if (!facts) return []
    return [{
      path,
      serial_number: facts.serial,
      subject_alt_names: [...facts.uris.map((uri) => ({ uri })), ...facts.dnsNames.map((dns) => ({ dns }))],
      days_until_expiration: String(Math.max(0, Math.floor((facts.notAfter - now()) / 86_400_000))),
      valid_from: new Date(facts.notBefore).toISOString(),
      expiration_time: new Date(facts.notAfter).toISOString(),
    }]
  }
  const list = [...proxy.config.secrets.values()].map(({ compiled }) =>
    compiled.kind === 'certificate' ? { cert_chain: details(compiled.chainPem, '<inline>') } : { ca_cert: details(compiled.caPem, '<inline>') })
  return { certificates: list }
}
