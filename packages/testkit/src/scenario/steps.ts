/** What a scenario does: calls with expectations and changes, read from YAML as strictly as any configuration. */
import { parseDuration } from '@istio-ts/foundation'
import { DEFAULT_LIMITS, parseValues } from '@istio-ts/api-types/yaml'
import { Fields } from './fields.ts'
import type { PlannedAnswer } from './world/answering.ts'

/** What must be true of every call of a step. Absent = not looked at. */
export interface Expectation {
  /** HTTP status; `none` when the connection ends without an answer (or cannot be made, or its TLS). */
  readonly status?: number | 'none'
  /** Process that answered; `nobody` when none was reached; `always the same` whichever it is; or shares of several, which add to 1 (each may be off by 0.1). */
  readonly reached?: string | Readonly<Record<string, number>>
  /** Status of a gRPC call. */
  readonly grpcStatus?: number
  /** Fields of the answer; `absent` for one that must not be there, `present` for one with whatever value. */
  readonly headers?: Readonly<Record<string, string>>
  /** Text that the answer's body holds. */
  readonly body?: string
  /** What reached the process, after all that proxies did. */
  readonly seen?: ExpectedRequest
  /** DNS name in the certificate that the caller was shown. */
  readonly certificate?: string
  /** SPIFFE id that the process was told of its caller. */
  readonly caller?: string
  /** How often a process was asked for one call (retries). */
  readonly attempts?: number
  /** Which rule routed it, as `Kind/namespace/name` and a JSON path; the rest of the line is free. */
  readonly route?: string
  /** Virtual milliseconds from the first byte to the answer: at least and at most. */
  readonly tookMs?: readonly [number, number]
}

/** What must be true of the request that reached the process. */
export interface ExpectedRequest {
  readonly method?: string
  readonly path?: string
  /** `HTTP/1.1` or `HTTP/2`. */
  readonly protocol?: string
  /** Server name and DNS name of the client's certificate, where the process itself speaks TLS. */
  readonly serverName?: string
  readonly certificate?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Requests of one kind. */
export interface CallStep {
  readonly kind: 'call'
  /** `name[.namespace]` of a workload or gateway, or `outside`: plain text straight to the sidecar's inbound port of `to`. */
  readonly from: string
  /** Only with `outside`. The port of the URL, if the workload has it, says which inbound port. */
  readonly to?: string
  readonly method: string
  /**
   * `http://host[:port]/path` and `ws://...` (says hello to a WebSocket) by the HTTP proxy of the workload, or to the gateway;
   * `https://...` with TLS, to a gateway or `outside`; and straight to the listener that the workload has for a service's port:
   * `tcp://host:port/path` (HTTP/1.1 as mere bytes), `tls://...` (the same under TLS), `h2c://...` (HTTP/2) and `grpc://...`.
   */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** DNS name of the certificate that the caller shows in TLS. */
  readonly as?: string
  /** Default 1. */
  readonly times: number
  /** All of them together instead of one by one. */
  readonly atOnce: boolean
  /** Sent all at once and left alone: the next step begins while they are on their way. Nothing is expected of them. */
  readonly unattended: boolean
  /** A file that is applied when the requests are on their way. */
  readonly meanwhile?: string
  readonly expect: Expectation
}

/** A look at what came of the steps before. */
export type Look =
  /** How many requests reached a process since the last such look: at least and at most. */
  | { readonly kind: 'asked'; readonly program: string; readonly times: readonly [number, number] }
  /** How many lines of a proxy's access log hold the text. */
  | { readonly kind: 'log'; readonly of: string; readonly holds: string; readonly lines: number }
  /** The sum of a proxy's metric over the series that have these labels; 0 if there are none. */
  | { readonly kind: 'metric'; readonly metric: string; readonly of: string; readonly labels: Readonly<Record<string, string>>; readonly is: number }
  /** How many certificates a proxy has had by now. */
  | { readonly kind: 'certificates'; readonly of: string; readonly are: number }

/** One step. */
export type Step =
  | CallStep
  /** Lays a file over the mesh. */
  | { readonly kind: 'apply'; readonly file: string }
  /** Statuses of a process's next answers, of HTTP (0 = it never answers) or of gRPC. */
  | { readonly kind: 'answers'; readonly program: string; readonly answers: readonly PlannedAnswer[] }
  /** A process takes TLS from now on, with a certificate for this DNS name; `asksClients`: only from clients with one of their own. */
  | { readonly kind: 'secure'; readonly program: string; readonly certificate: string; readonly asksClients: boolean }
  /** Lets virtual time pass. */
  | { readonly kind: 'wait'; readonly ms: number }
  | Look

/** Reads the steps of a text. @throws Error that names the step and key */
export function parseSteps(text: string): readonly Step[] {
  const parsed = parseValues(text, DEFAULT_LIMITS)
  if ('problem' in parsed) throw new Error(`line ${parsed.problem.line + 1}: ${parsed.problem.reason}`)
  if (!Array.isArray(parsed.value)) throw new Error('steps are a list')
  return parsed.value.map((step: unknown, i) => readStep(new Fields(step, `step ${i + 1}`)))
}

function readStep(step: Fields): Step {
  if (step.has('apply')) return step.done({ kind: 'apply', file: step.text('apply') ?? '' })
  if (step.has('answers')) return step.done({ kind: 'answers', program: step.text('answers') ?? '', answers: [...(step.numbers('statuses') ?? []).map((status) => ({ status })), ...(step.numbers('grpcStatuses') ?? []).map((grpcStatus) => ({ grpcStatus }))] })
  if (step.has('secure')) return step.done({ kind: 'secure', program: step.text('secure') ?? '', certificate: step.text('certificate') ?? '', asksClients: step.flag('asksClients') })
  if (step.has('asked')) return step.done({ kind: 'asked', program: step.text('asked') ?? '', times: pair(step.numbers('times')) ?? [1, 1] })
  if (step.has('log')) return step.done({ kind: 'log', of: step.text('log') ?? '', holds: step.text('holds') ?? '', lines: step.number('lines') ?? 1 })
  if (step.has('metric')) return step.done({ kind: 'metric', metric: step.text('metric') ?? '', of: step.text('of') ?? '', labels: step.texts('labels') ?? {}, is: step.number('is') ?? 0 })
  if (step.has('certificates')) return step.done({ kind: 'certificates', of: step.text('certificates') ?? '', are: step.number('are') ?? 1 })
  if (step.has('wait')) return step.done({ kind: 'wait', ms: step.oneOf('wait', (value) => (typeof value === 'string' ? parseDuration(value) : undefined)) ?? 0 })
  const [method = '', url = ''] = (step.text('request') ?? '').split(' ')
  const expected = step.fields('expect')
  return step.done({
    kind: 'call',
    from: step.text('from') ?? '',
    method, url,
    headers: step.texts('headers') ?? {},
    times: step.number('times') ?? 1,
    atOnce: step.flag('atOnce'),
    unattended: step.flag('unattended'),
    ...given('as', step.text('as')),
    ...given('to', step.text('to')),
    ...given('meanwhile', step.text('meanwhile')),
    expect: expected ? readExpectation(expected) : {},
  })
}

function readExpectation(expected: Fields): Expectation {
  const seen = expected.fields('seen')
  return expected.done({
    ...given('status', expected.oneOf<number | 'none'>('status', (value) => (value === 'none' || typeof value === 'number' ? value : undefined))),
    ...given('reached', expected.oneOf<string | Readonly<Record<string, number>>>('reached', (value) => (typeof value === 'string' ? value : shares(value)))),
    ...given('headers', expected.texts('headers')),
    ...given('body', expected.text('body')),
    ...given('caller', expected.text('caller')),
    ...given('attempts', expected.number('attempts')),
    ...given('route', expected.text('route')),
    ...given('tookMs', pair(expected.numbers('tookMs'))),
    ...given('grpcStatus', expected.number('grpcStatus')),
    ...given('certificate', expected.text('certificate')),
    ...given('seen', seen && readExpectedRequest(seen)),
  })
}

const readExpectedRequest = (seen: Fields): ExpectedRequest => seen.done({
  ...given('method', seen.text('method')),
  ...given('path', seen.text('path')),
  ...given('protocol', seen.text('protocol')),
  ...given('serverName', seen.text('serverName')),
  ...given('certificate', seen.text('certificate')),
  ...given('headers', seen.texts('headers')),
})

const pair = (numbers: readonly number[] | undefined): readonly [number, number] | undefined => {
  const [least, most] = numbers ?? []
  return least === undefined || most === undefined ? undefined : [least, most]
}

function shares(value: unknown): Readonly<Record<string, number>> | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const entries = Object.entries(value).flatMap(([name, share]): [string, number][] => (typeof share === 'number' ? [[name, share]] : []))
  return entries.length === Object.keys(value).length ? Object.fromEntries(entries) : undefined
}

const given = <K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } => (value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: V }))
