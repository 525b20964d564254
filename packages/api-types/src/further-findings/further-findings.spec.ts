/** All findings of a document come at once, and no finding is made up because another part of the document could not be read. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AuthorizationPolicy, DestinationRule, Gateway, LocalMesh, safeParse, ServiceEntry, VirtualService, WorkloadEntry, type Kind } from '../index.ts'
import { ABSENT } from './plausible-values.ts'
import { substitute } from './substitute.ts'

const paths = (kind: Kind, spec: unknown, metadata: object = { name: 'a', namespace: 'b' }): readonly string[] =>
  safeParse(kind, { apiVersion: `${kind.group}/${kind.versions[0]?.name}`, kind: kind.kind, metadata, spec }).diagnostics.map(({ path, message }) => `${path ?? ''}: ${message}`)

const route = (more: object): object => ({ hosts: ['reviews'], http: [{ route: [{ destination: { host: 'reviews' } }], ...more }] })

describe('a spec that its schema refuses', () => {
  it('is checked by the rules too, with places', () => {
    const source = { file: 'a.yaml', index: 0, locate: (path: readonly (string | number)[]) => ({ file: 'a.yaml', line: path.length, column: 1 }) }
    const spec = { hosts: ['reviews'], http: [{ timeout: 5, route: [{ destination: { host: 'reviews' }, weight: -1 }] }] }
    const { resource, diagnostics } = safeParse(VirtualService, { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'a', namespace: 'b' }, spec }, { source })
    expect(resource).toBeUndefined()
    expect(diagnostics.map(({ code, path, source: place }) => `${code} ${path} ${place?.line}`)).toEqual(['MESH0101 spec.http[0].timeout 4', 'MESH0112 spec.http[0].route[0].weight 6'])
  })

  it.each([
    ['a duration that is no text', VirtualService, route({ match: [{ uri: { regex: '(' } }], timeout: 5 }), ['spec.http[0].timeout', 'spec.http[0].match[0].uri.regex']],
    ['an unknown name in an enum', VirtualService, route({ corsPolicy: { unmatchedPreflights: 'MAYBE', allowMethods: ['FETCH'] } }), ['spec.http[0].corsPolicy.unmatchedPreflights', 'spec.http[0].corsPolicy.allowMethods[0]']],
    ['two of a oneof', VirtualService, route({ match: [{ uri: { exact: '/a', prefix: '/b' } }], retries: { attempts: 1, retryOn: 'sometimes' } }), ['spec.http[0].match[0].uri', 'spec.http[0].retries.retryOn']],
    ['a missing field', VirtualService, { hosts: ['a'], http: [{ route: [{ weight: 1 }, { destination: { host: '*' }, weight: 1 }] }] }, ['spec.http[0].route[0].destination', 'spec.http[0].route[1].destination.host']],
    ['a port that is a text', ServiceEntry, { hosts: ['a.com'], resolution: 'STATIC', ports: [{ number: '80', name: 'http' }], exportTo: ['*', '*'] }, ['spec.ports[0].number', 'spec.exportTo[1]', 'spec.exportTo']],
    ['a rule of the schema over siblings', VirtualService, { hosts: ['a'], http: 'none', tls: [{ match: [{ sniHosts: [] }] }] }, ['spec.http', 'spec.tls[0].match[0].sniHosts', 'spec.tls[0].route']],
    ['a workload without a name', LocalMesh, { workloads: [{ ports: [{ port: 0 }], env: { '1A': 'x' } }] }, ['spec.workloads[0].name', 'spec.workloads[0].ports[0].port', 'spec.workloads[0].env.1A']],
  ] as const)('tells besides %s what else is wrong', (_, kind, spec, expected) => {
    expect(paths(kind as Kind, spec).map((line) => line.replace(/: .*/, ''))).toEqual(expected)
  })

  it.each([
    ['hosts that are no list: it may be no delegate', VirtualService, { hosts: 'reviews', gateways: ['gw'], http: [{ route: [{ destination: { host: 'reviews' } }] }] }, ['spec.hosts']],
    ['a route that is no list: it may be there', VirtualService, { hosts: ['a'], http: [{ route: 'reviews' }] }, ['spec.http[0].route']],
    ['routes that are no list: http may be there', VirtualService, { hosts: ['a'], http: { route: [] } }, ['spec.http']],
    ['a destination that is no object', VirtualService, { hosts: ['a'], http: [{ route: [{ destination: 'reviews' }] }] }, ['spec.http[0].route[0].destination']],
    ['weights that are texts: they may add up', VirtualService, { hosts: ['a'], http: [{ route: [{ destination: { host: 'a' }, weight: '60' }, { destination: { host: 'b' }, weight: '40' }] }] }, ['spec.http[0].route[0].weight', 'spec.http[0].route[1].weight']],
    ['an action that is misspelt: it may be CUSTOM', AuthorizationPolicy, { action: 'CUSTM', provider: { name: 'opa' }, rules: [{}] }, ['spec.action']],
    ['a mode of TLS that is misspelt', Gateway, { servers: [{ port: { number: 443, name: 'https', protocol: 'HTTPS' }, hosts: ['*'], tls: { mode: 'SIMPEL' } }] }, ['spec.servers[0].tls.mode']],
    ['gateways that are no list: it may be bound to the mesh no more', VirtualService, { hosts: ['*'], gateways: 'gw', http: [{ route: [{ destination: { host: 'a' } }] }] }, ['spec.gateways']],
    ['a subset without a name', DestinationRule, { host: 'a', subsets: [{ name: 5 }] }, ['spec.subsets[0].name']],
    ['a field that both ask for', WorkloadEntry, { labels: { a: 'b' } }, ['spec']],
    ['a rule that stands in the schema and among Istio’s own', ServiceEntry, { hosts: ['a.com'], addresses: ['10.0.0.0/8'], resolution: 'DNS', ports: [{ number: 80, name: 'http' }] }, ['spec']],
  ] as const)('has no finding made up by %s', (_, kind, spec, expected) => {
    expect(paths(kind as Kind, spec).map((line) => line.replace(/: .*/, ''))).toEqual(expected)
  })

  it('is checked whatever is wrong with the metadata or the version', () => {
    const bad = { hosts: ['*'], http: [{ route: [{ destination: { host: 'a' } }] }] }
    expect(paths(VirtualService, bad, {}).map((line) => line.replace(/: .*/, ''))).toEqual(['metadata.name', 'spec.hosts[0]'])
    const { diagnostics } = safeParse(VirtualService, { apiVersion: 'networking.istio.io/v9', kind: 'VirtualService', metadata: { name: 'a' }, spec: bad })
    expect(diagnostics.map(({ path }) => path)).toEqual(['apiVersion', 'spec.hosts[0]'])
  })
})

describe('mistakes that have nothing to do with each other', () => {
  /** One mistake each, all in places of their own; the first half are of the schema, the second of Istio's rules. */
  const mistakes: readonly (readonly [string, object])[] = [
    ['timeout', { timeout: 5 }],
    ['corsPolicy.allowCredentials', { corsPolicy: { allowCredentials: 'yes' } }],
    ['name', { name: 7 }],
    ['headers.request.remove', { headers: { request: { remove: 'x' } } }],
    ['retries.retryOn', { retries: { attempts: 1, retryOn: 'sometimes' } }],
    ['mirrorPercentage.value', { mirrorPercentage: { value: 101 } }],
    ['match[0].withoutHeaders.a.regex', { match: [{ withoutHeaders: { a: { regex: '(' } } }] }],
    ['fault', { fault: {} }],
  ]

  it('are found together as they are found alone', () => {
    fc.assert(
      fc.property(fc.subarray([...mistakes], { minLength: 1 }), (chosen) => {
        const spec = route(Object.assign({}, ...chosen.map(([, more]) => more)) as object)
        expect([...paths(VirtualService, spec)].sort()).toEqual(chosen.flatMap(([, more]) => paths(VirtualService, route(more))).sort())
        expect(paths(VirtualService, spec).map((line) => line.replace(/: .*/, '')).sort()).toEqual(chosen.map(([path]) => `spec.http[0].${path}`).sort())
      }),
    )
  })
})

describe('substitute', () => {
  it('replaces, leaves out and adds, and shares the rest', () => {
    const root = { a: [{ b: 1, c: 2 }, { d: 3 }], e: { f: 4 } }
    const copy = substitute(root, [{ path: ['a', 0, 'b'], value: ABSENT }, { path: ['a', 0, 'g'], value: 5 }])
    expect(copy).toEqual({ a: [{ c: 2, g: 5 }, { d: 3 }], e: { f: 4 } })
    expect(root).toEqual({ a: [{ b: 1, c: 2 }, { d: 3 }], e: { f: 4 } })
    expect((copy as typeof root).e).toBe(root.e)
  })

  it('takes __proto__ for a name like others', () => {
    const root: unknown = JSON.parse('{"__proto__": {"a": 1}, "b": 2}')
    expect(JSON.stringify(substitute(root, [{ path: ['__proto__', 'a'], value: 2 }]))).toBe('{"__proto__":{"a":2},"b":2}')
    expect('a' in {}).toBe(false)
  })
})
