/** A small client of the Kubernetes API: what tests ask of it, over node:https with the admin's certificate. */
import { Agent, request } from 'node:https'
import type { ClusterPki } from './pki.ts'

/** Any object of the API. */
export interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly generation?: number; readonly [field: string]: unknown }
  readonly [field: string]: unknown
}

/** An answer of the API: its status code and body; `message` is what the server says when it refuses. */
export type Answer<T> = { readonly ok: true; readonly status: number; readonly body: T } | { readonly ok: false; readonly status: number; readonly message: string }

/** A table as `kubectl get` shows it. */
export interface KubeTable {
  readonly columnDefinitions: readonly { readonly name: string; readonly type: string; readonly format: string; readonly description: string; readonly priority: number }[]
  readonly rows: readonly { readonly cells: readonly unknown[]; readonly object: KubeObject }[]
}

/** How a request is made. */
export interface RequestOptions {
  readonly body?: unknown
  readonly contentType?: string
  readonly accept?: string
  readonly timeoutMs?: number
}

/** The client. Paths are those of the API, e.g. `/apis/networking.istio.io/v1/namespaces/shop/virtualservices`. */
export interface KubeClient {
  request<T = KubeObject>(method: string, path: string, options?: RequestOptions): Promise<Answer<T>>
  get<T = KubeObject>(path: string): Promise<Answer<T>>
  list(path: string): Promise<readonly KubeObject[]>
  /** POST, refusing unknown fields as kubectl does; its messages are those of the validation of objects. */
  create(collection: string, object: unknown, options?: { readonly dryRun?: boolean }): Promise<Answer<KubeObject>>
  /** Server-side apply, refusing unknown fields as kubectl does. `subresource`: e.g. `status`. */
  apply(collection: string, object: KubeObject, options?: { readonly subresource?: string }): Promise<Answer<KubeObject>>
  delete(path: string): Promise<Answer<unknown>>
  /** The list as a table. */
  table(path: string): Promise<KubeTable>
  /** OpenAPI v3 of a group and version, e.g. `networking.istio.io/v1`. */
  openapi(groupVersion: string): Promise<OpenApi>
  close(): void
}

/** The part of an OpenAPI v3 document that describes kinds. */
export interface OpenApi {
  readonly components: { readonly schemas: Readonly<Record<string, OpenApiSchema>> }
}

/** A schema in it. */
export interface OpenApiSchema {
  readonly type?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, OpenApiSchema>>
  readonly items?: OpenApiSchema
  readonly additionalProperties?: OpenApiSchema | boolean
  readonly 'x-kubernetes-group-version-kind'?: readonly { readonly group: string; readonly version: string; readonly kind: string }[]
}

/** Who writes, as server-side apply records it. */
const FIELD_MANAGER = 'istio-ts-test'

/** Connects to an API server. @param server e.g. `https://127.0.0.1:6443` */
export function kubeClient(server: string, { ca, admin }: ClusterPki): KubeClient {
  const agent = new Agent({ ca, cert: admin.certificate, key: admin.key, keepAlive: true, maxSockets: 16 })
  const ask = <T>(method: string, path: string, options: RequestOptions = {}): Promise<Answer<T>> => send<T>(agent, new URL(path, server), method, options)
  const must = async <T>(method: string, path: string, options: RequestOptions = {}): Promise<T> => {
    const answer = await ask<T>(method, path, options)
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${answer.message}`)
    return answer.body
  }
  return {
    request: ask,
    get: (path) => ask('GET', path),
    list: async (path) => (await must<{ readonly items: readonly KubeObject[] }>('GET', path)).items,
    create: (collection, object, { dryRun = false } = {}) => ask('POST', `${collection}?fieldValidation=Strict${dryRun ? '&dryRun=All' : ''}`, { body: object }),
    apply: (collection, object, { subresource } = {}) =>
      ask('PATCH', `${collection}/${encodeURIComponent(object.metadata.name)}${subresource === undefined ? '' : `/${subresource}`}?fieldManager=${FIELD_MANAGER}&force=true&fieldValidation=Strict`, {
        body: object,
        contentType: 'application/apply-patch+yaml',
      }),
    delete: (path) => ask('DELETE', path),
    table: (path) => must('GET', path, { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' }),
    openapi: (groupVersion) => must('GET', `/openapi/v3/apis/${groupVersion}`),
    close: () => agent.destroy(),
  }
}

function send<T>(agent: Agent, url: URL, method: string, { body, contentType = 'application/json', accept = 'application/json', timeoutMs = 30_000 }: RequestOptions): Promise<Answer<T>> {
  const payload = body === undefined ? undefined : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const headers = { accept, ...(payload === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(payload) }) }
    const outgoing = request(url, { agent, method, headers, timeout: timeoutMs }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => resolve(answerOf<T>(response.statusCode ?? 0, Buffer.concat(chunks).toString())))
    })
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${url.pathname}: no answer in ${timeoutMs} ms`)))
    outgoing.on('error', reject)
    outgoing.end(payload)
  })
}

function answerOf<T>(status: number, text: string): Answer<T> {
  const body: unknown = text.startsWith('{') ? JSON.parse(text) : text
  if (status >= 200 && status < 300) return { ok: true, status, body: body as T }
  const message = typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : text
  return { ok: false, status, message }
}
