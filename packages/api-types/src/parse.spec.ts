/** Objects to resources: the door that library users and the loader come in by. */
import { MeshError } from '@istio-ts/foundation'
import { describe, expect, it } from 'vitest'
import { TLSRoute } from './gateway-api/index.ts'
import { ConfigMap, defaults, parse, safeParse, VirtualService, WorkloadEntry } from './index.ts'

const virtualService = (spec: unknown, more: object = {}): object => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'reviews', namespace: 'shop' },
  spec,
  ...more,
})
const fine = virtualService({ hosts: ['reviews'], http: [{ route: [{ destination: { host: 'reviews' } }] }] })

const codes = (object: unknown): readonly string[] => safeParse(VirtualService, object).diagnostics.map(({ code, path }) => `${code} ${path ?? ''}`)

describe('safeParse', () => {
  it('gives a typed, frozen resource', () => {
    const { resource, diagnostics } = safeParse(VirtualService, fine)
    expect(diagnostics).toEqual([])
    expect(resource?.spec.http?.[0]?.route?.[0]?.destination.host).toBe('reviews')
    expect(resource?.metadata).toEqual({ name: 'reviews', namespace: 'shop' })
    expect(Object.isFrozen(resource?.spec.http?.[0])).toBe(true)
  })

  it('gives no resource where there is an error, and one where there are only warnings', () => {
    expect(safeParse(VirtualService, virtualService({ hosts: ['reviews'] })).resource).toBeUndefined()
    const warned = safeParse(VirtualService, virtualService({ hosts: ['reviews'], http: [{ mirrorPercent: 5, route: [{ destination: { host: 'reviews' } }] }] }))
    expect(warned.resource).toBeDefined()
    expect(warned.diagnostics.map(({ severity, code }) => `${severity} ${code}`)).toEqual(['warning MESH0130'])
  })

  it('tells what is wrong with the object around the spec', () => {
    expect(codes('text')).toEqual(['MESH0104 '])
    expect(codes(virtualService({}, { apiVersion: 'networking.istio.io/v9' }))).toContain('MESH0105 apiVersion')
    expect(codes(virtualService({}, { kind: 'Gateway' }))).toContain('MESH0100 kind')
    expect(codes(virtualService({}, { metadata: { labels: { a: 1 } } }))).toEqual(['MESH0101 metadata.name', 'MESH0101 metadata.labels.a', 'MESH0110 spec'])
    expect(codes({ ...fine, metadata: { name: true } })).toEqual(['MESH0101 metadata.name'])
    expect(codes({ ...fine, specs: {} })).toEqual(['MESH0103 specs'])
    expect(codes(virtualService(null))).toEqual(['MESH0101 spec'])
    expect(safeParse(WorkloadEntry, { ...fine, kind: 'WorkloadEntry', spec: undefined }).diagnostics.map(({ message }) => message)).toEqual(['Required value.'])
  })

  it('takes null for absent where the API server does: in fields and maps of texts, not in lists and maps of messages, and not for what is required', () => {
    const nulls = virtualService({ hosts: ['reviews'], gateways: null, http: [{ timeout: null, match: [{ sourceLabels: { a: null, b: 'c' } }], route: [{ destination: { host: 'reviews', port: null }, weight: null }] }] })
    expect(safeParse(VirtualService, nulls)).toMatchObject({ diagnostics: [], resource: { spec: { hosts: ['reviews'], http: [{ match: [{ sourceLabels: { b: 'c' } }], route: [{ destination: { host: 'reviews' } }] }] } } })
    expect(JSON.stringify(safeParse(VirtualService, nulls).resource?.spec)).not.toContain('null')
    expect(codes(virtualService({ hosts: ['reviews', null], http: [{ match: [{ headers: { a: null } }], route: [{ destination: null }] }] }))).toEqual(['MESH0101 spec.hosts[1]', 'MESH0101 spec.http[0].match[0].headers.a', 'MESH0101 spec.http[0].route[0].destination'])
  })

  it('reads an older version by its own schema, to the form of the newest', () => {
    const route = (version: string) => safeParse(TLSRoute, { apiVersion: `gateway.networking.k8s.io/${version}`, kind: 'TLSRoute', metadata: { name: 'a', namespace: 'b' }, spec: { rules: [{ backendRefs: [{ name: 'c', port: 443 }] }, { backendRefs: [{ name: 'd', port: 443 }] }] } })
    expect(route('v1alpha2').resource?.spec).toMatchObject({ hostnames: [], rules: [{}, {}] })
    expect(route('v1').diagnostics.map(({ path }) => path)).toEqual(['spec.hostnames', 'spec.rules'])
  })

  it('refuses annotations that lend rights', () => {
    const annotations = { 'internal.istio.io/webhook-always-reject': 'true' }
    expect(safeParse(VirtualService, { ...fine, metadata: { name: 'a', annotations } }).resource).toBeUndefined()
  })

  it('asks the document for file, line and column', () => {
    const source = { file: 'a.yaml', index: 0, locate: () => ({ file: 'a.yaml', line: 7, column: 3 }) }
    expect(safeParse(VirtualService, virtualService({ hosts: ['reviews'] }), { source }).diagnostics[0]?.source).toEqual({ file: 'a.yaml', line: 7, column: 3 })
  })

  it('reads kinds whose fields stand at the root, and leaves the namespace to default', () => {
    const { resource } = safeParse(ConfigMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', creationTimestamp: null }, data: { a: 'b' } })
    expect(resource?.metadata).toEqual({ name: 'a', namespace: 'default' })
    expect(resource?.spec).toEqual({ data: { a: 'b' } })
  })
})

describe('parse', () => {
  it('gives the resource or throws all errors', () => {
    expect(parse(VirtualService, fine).spec.hosts).toEqual(['reviews'])
    expect(() => parse(VirtualService, virtualService({ hosts: ['*'] }))).toThrow(MeshError)
    expect(() => parse(VirtualService, virtualService({ hosts: ['*'] }))).toThrow(/wildcard host[\s\S]*must be provided/)
  })
})

it('defaults say what absent fields mean', () => {
  expect(defaults(VirtualService)).toEqual({ gateways: ['mesh'], exportTo: ['*'] })
})

it('a kind makes its schema on first use, and once', () => {
  expect(VirtualService.schema()).toBe(VirtualService.schema())
})
