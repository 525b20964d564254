/** The shipped CRDs in a real kube-apiserver: taken, described, and refusing what they should. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { crdOf, knownCrdKinds, type Crd } from '../../packages/api-types/src/crd/index.ts'
import { kindOf } from '../../packages/api-types/src/catalog.ts'
import { safeParse } from '../../packages/api-types/src/parse.ts'
import { parseApiVersion } from '../../packages/api-types/src/resource.ts'
import { corpora, lacksCorpora } from '../conformance/corpora.ts'
import type { KubeObject, OpenApiSchema } from './client.ts'
import { startCluster, type TestCluster } from './cluster.ts'
import { crdCases, sampleCases, tableCases, type CorpusCase } from './corpus-cases.ts'
import { eventually } from './eventually.ts'
import { deepest, explain, explainedPath, joined, typeOf } from './explain.ts'
import { lacksCluster } from './gate.ts'
import { collectionOf, installCrds, readCrds, storageVersion, type InstalledCrd } from './install-crds.ts'
import { objectsIn } from './objects-in.ts'
import { fieldsOf, schemaOfKind, textOf } from './published-schema.ts'
import { refusalTable, refusedBy } from './refusal-table.ts'
import { crdIndex, inParallel, placeOf, renamed, storedUnchanged, validatorRefusal, verdictOf } from './verdict.ts'
import { REFUSED_BY_ISTIOS_CRD, saysExpected } from './wording.ts'

const NAMESPACE = 'corpus'
const isSkipped = lacksCluster('CRDs in a cluster')

/** A name in `*.k8s.io` needs to say who approved it; these were made by us, for tests. */
const unapproved = (crd: Crd): Crd => ({ ...crd, metadata: { ...crd.metadata, annotations: { ...crd.metadata.annotations, 'api-approved.kubernetes.io': 'unapproved, made by a test' } } })

const own = readCrds()
const others = knownCrdKinds.filter((kind) => kind.owner !== 'istio').map(crdOf).map(unapproved)
const crdFor = crdIndex([...own, ...others])

/** Own golden inputs: each kind once, what is stored and what is refused. */
const testdata = join(import.meta.dirname, 'testdata')
const slugs = readdirSync(testdata).sort()
const objectsOf = (slug: string): readonly KubeObject[] => objectsIn(join(testdata, slug, 'in.yaml'))
/** The first object of each folder is valid. */
const sampleOf = (crd: Crd): KubeObject => {
  const found = slugs.flatMap((slug) => objectsOf(slug).slice(0, 1)).find((object) => object.kind === crd.spec.names.kind && parseApiVersion(object.apiVersion).group === crd.spec.group)
  if (!found) throw new Error(`no golden input of ${crd.metadata.name}`)
  return found
}

describe.skipIf(isSkipped)('the shipped CRDs in a real kube-apiserver', () => {
  let cluster: TestCluster
  let installed: readonly InstalledCrd[] = []

  beforeAll(async () => {
    cluster = await startCluster()
    const namespace = await cluster.client.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } })
    expect(namespace.ok).toBe(true)
    const started = performance.now()
    installed = await installCrds(cluster.client, [...own, ...others])
    console.log(`${installed.length} CRDs established and served in ${((performance.now() - started) / 1000).toFixed(1)} s`)
  })
  afterAll(() => cluster?.stop())

  it('are all accepted and established, ours and those made of the Gateway API schemas', () => {
    expect(own.length).toBe(knownCrdKinds.filter((kind) => kind.owner === 'istio').length)
    expect(installed).toEqual([...own, ...others].map((crd) => ({ name: crd.metadata.name, conditions: expect.arrayContaining(['NamesAccepted=True', 'Established=True']) })))
    const structural = installed.flatMap(({ conditions }) => conditions.filter((condition) => condition.startsWith('NonStructuralSchema')))
    expect(structural).toEqual([])
  })

  it('keep within the CEL budget, which the API server does enforce', async () => {
    const costly = structuredClone(own.find((crd) => crd.spec.names.kind === 'WorkloadEntry')) as unknown as { metadata: { name: string }; spec: { group: string; versions: { schema: { openAPIV3Schema: { properties: { spec: Record<string, unknown> } } } }[] } }
    costly.spec.group = 'costly.istio-ts.dev'
    costly.metadata.name = 'workloadentries.costly.istio-ts.dev'
    for (const version of costly.spec.versions) version.schema.openAPIV3Schema.properties.spec['x-kubernetes-validations'] = [{ rule: 'self.labels.all(a, self.labels.all(b, self.labels.all(c, a + b + c != a)))' }]
    const refused = await installCrds(cluster.client, [costly as unknown as Crd])
    expect(refused[0]?.refusal).toMatch(/exceeds budget|estimated rule cost/i)
  })

  it('are served in the versions they name and no other, with their short names and categories', async () => {
    const groups = [...new Set(own.map((crd) => crd.spec.group))]
    const all = ['v1', 'v1alpha1', 'v1alpha2', 'v1alpha3', 'v1beta1']
    for (const group of groups) {
      for (const version of all) {
        const expected = own.filter((crd) => crd.spec.group === group && crd.spec.versions.some(({ name, served }) => served && name === version))
        const found = await cluster.client.get<{ readonly resources: readonly { readonly name: string; readonly kind: string; readonly singularName: string; readonly shortNames?: readonly string[]; readonly categories?: readonly string[] }[] }>(`/apis/${group}/${version}`)
        const resources = found.ok ? found.body.resources.filter(({ name }) => !name.includes('/')) : []
        expect(found.ok, `${group}/${version}`).toBe(expected.length > 0)
        const shown = resources.map(({ name, kind, singularName, shortNames = [], categories = [] }) => ({ name, kind, singularName, shortNames, categories })).sort((a, b) => a.name.localeCompare(b.name))
        expect(shown).toEqual(expected.map(({ spec: { names } }) => ({ name: names.plural, kind: names.kind, singularName: names.singular, shortNames: names.shortNames ?? [], categories: names.categories ?? [] })).sort((a, b) => a.name.localeCompare(b.name)))
        const subresources = found.ok ? found.body.resources.map(({ name }) => name).filter((name) => name.includes('/')).sort() : []
        expect(subresources).toEqual(expected.map((crd) => `${crd.spec.names.plural}/status`).sort())
      }
    }
  })

  it('are described: a sentence at the kind, at its spec and at each field', async () => {
    const lines: string[] = []
    for (const crd of own) {
      const { kind, schema, spec } = await publishedOf(cluster, crd)
      const fields = fieldsOf(spec, 'spec')
      const silent = fields.filter((field) => textOf(field) === '')
      expect(schema.description, kind).toMatch(new RegExp(`^${kind}: .{10,}\\.`))
      expect(spec.description, `${kind}.spec`).toMatch(/^[A-Z].{10,}/)
      expect(silent.map(({ path }) => path), `fields of ${kind} without a description`).toEqual([])
      expect(fields.map(textOf).filter((text) => text !== '' && !/^["`A-Z0-9].*[.)`"]$|^[A-Z0-9].* See https:\S+$/s.test(text)), `descriptions of ${kind} that are no sentences`).toEqual([])
      lines.push(`  ${kind.padEnd(24)}${String(fields.length).padStart(4)} fields, each described`)
    }
    console.log(`descriptions in the published OpenAPI:\n${lines.join('\n')}`)
  })

  it('read well in `kubectl explain`: every kind, its spec, and the deepest path of each with type and text', async () => {
    const lines: string[] = []
    for (const crd of own) {
      const { kind, schema, spec } = await publishedOf(cluster, crd)
      const version = `${crd.spec.group}/${storageVersion(crd)}`
      const { plural } = crd.spec.names
      const whole = explain(cluster, plural, version)
      expect(whole.description).toBe(joined(schema.description ?? ''))
      expect(whole.fields).toMatchObject({ metadata: 'ObjectMeta', spec: 'Object', status: 'Object' })
      const explained = explain(cluster, `${plural}.spec`, version)
      expect(explained.description).toBe(joined(spec.description ?? ''))
      expect(explained.fields).toEqual(Object.fromEntries(Object.entries(spec.properties ?? {}).map(([name, field]) => [name, typeOf(field)])))
      const field = deepest(fieldsOf(spec, 'spec'))
      if (!field) expect.fail(`${kind} has no field`)
      const path = explainedPath(plural, field)
      const deep = explain(cluster, path, version)
      expect(deep.type, path).toBe(typeOf(field.schema))
      expect(deep.description, path).toContain(joined(textOf(field)))
      lines.push(`  ${path} <${deep.type}>: ${deep.description}`)
    }
    console.log(`read through kubectl explain:\n${lines.join('\n')}`)
  })

  it('show in `kubectl explain` what a destination of a route is, by any name of the kind', () => {
    for (const name of ['virtualservice', 'virtualservices', 'vs']) {
      const { type, description, fields, text } = explain(cluster, `${name}.spec.http.route.destination`, 'networking.istio.io/v1')
      expect({ type, description, fields }).toEqual({ type: 'Object', description: 'A service, or a subset of its workloads.', fields: { host: 'string', port: 'Object', subset: 'string' } })
      expect(text).toContain('host\t<string> -required-\n    Name of a service; short names are resolved in the namespace of the\n    resource.')
    }
    expect(() => explain(cluster, 'virtualservice.spec.http.route.destinations', 'networking.istio.io/v1')).toThrow('field "destinations" does not exist')
  })

  it('show the columns that the CRD names, with the values of the object', async () => {
    for (const crd of own) {
      for (const version of crd.spec.versions.filter(({ served }) => served)) {
        const collection = collectionOf(crd, NAMESPACE, version.name)
        const object = renamed({ ...sampleOf(crd), apiVersion: `${crd.spec.group}/${version.name}` }, 'shown', NAMESPACE)
        expect(await cluster.client.apply(collection, object)).toMatchObject({ ok: true })
        const { columnDefinitions, rows } = await cluster.client.table(collection)
        const expected = columnsOf(crd, version.name)
        expect(columnDefinitions.map(({ name, type }) => ({ name, type })), `${crd.metadata.name} ${version.name}`).toEqual([{ name: 'Name', type: 'string' }, ...expected.map(({ name, type }) => ({ name, type }))])
        const cells = rows.find((row) => row.object.metadata.name === 'shown')?.cells ?? []
        expect(cells[0]).toBe('shown')
        for (const [i, { name, type, jsonPath }] of expected.entries()) {
          if (type === 'date') expect(cells[i + 1]).toMatch(/^\d+s$/)
          else expect(cells[i + 1] ?? undefined, `${crd.metadata.name} ${name}`).toEqual(cellOf(valueAt(object, jsonPath)))
        }
        await cluster.client.delete(`${collection}/shown`)
      }
    }
  })

  it('have a status of their own: written apart from the spec, and checked', async () => {
    for (const crd of own) {
      const collection = collectionOf(crd, NAMESPACE)
      const object: KubeObject = { ...renamed(sampleOf(crd), 'with-status', NAMESPACE), apiVersion: `${crd.spec.group}/${storageVersion(crd)}` }
      const status = crd.spec.names.kind === 'IstioOperator' ? { status: 'HEALTHY' } : { conditions: [{ type: 'Reconciled', status: 'True', message: 'all proxies have it' }] }
      const created = await cluster.client.create(collection, { ...object, status })
      expect(created.ok && created.body['status'], `${crd.metadata.name}: a status written with the object is dropped`).toBeUndefined()
      const head = { apiVersion: object.apiVersion, kind: object.kind, metadata: object.metadata }
      expect(await cluster.client.apply(collection, { ...head, status }, { subresource: 'status' }), crd.metadata.name).toMatchObject({ ok: true, status: 200 })
      const found = await cluster.client.get(`${collection}/with-status`)
      expect(found, crd.metadata.name).toMatchObject({ ok: true, body: { status, metadata: { generation: 1 } } })
      expect(found.ok && found.body['spec']).toEqual(object['spec'])
      expect(await cluster.client.apply(collection, { ...head, status: crd.spec.names.kind === 'IstioOperator' ? { status: 'SPLENDID' } : { conditions: 'fine' } }, { subresource: 'status' }), crd.metadata.name).toMatchObject({ ok: false })
      await cluster.client.delete(`${collection}/with-status`)
    }
  })

  it('have a golden input each', () => own.forEach((crd) => expect(slugs.flatMap(objectsOf).filter((object) => object.kind === crd.spec.names.kind).length, crd.metadata.name).toBeGreaterThan(1)))

  it.each(slugs)('%s', async (slug) => {
    expect(readFileSync(join(testdata, slug, 'in.yaml'), 'utf8'), 'the first line says why the case exists').toMatch(/^# \S/)
    const results: unknown[] = []
    for (const [i, object] of objectsOf(slug).entries()) {
      const stand = renamed(object, `golden-${i}`, NAMESPACE)
      const { apiServer, validator } = await verdictOf(cluster.client, crdFor, object, stand)
      if (apiServer === undefined) expect(await storedUnchanged(cluster.client, crdFor, stand)).toBeUndefined()
      results.push({ object: object.metadata.name, apiServer: apiServer?.replace(/^.*? is invalid: /, '') ?? 'stores it, unchanged', validator: validator ?? 'finds no error' })
    }
    expect(results[0], 'the first object is valid').toMatchObject({ apiServer: 'stores it, unchanged', validator: 'finds no error' })
    const text = stringify(results, { lineWidth: 0 })
    const file = join(testdata, slug, 'out.yaml')
    if (process.env['GOLDEN_UPDATE'] === '1') writeFileSync(file, text)
    expect(text).toBe(existsSync(file) ? readFileSync(file, 'utf8') : '')
  })

  describe.skipIf(lacksCorpora('corpora in a cluster'))('with the corpora', () => {
    it('have the printer columns of crd-facts', () => {
      const facts = (crd: Crd): string => join(corpora, 'crd-facts/istio', `${crd.metadata.name}.json`)
      const known = own.filter((crd) => existsSync(facts(crd)))
      expect(known.length).toBe(15)
      for (const crd of known) {
        const { versions } = JSON.parse(readFileSync(facts(crd), 'utf8')) as { readonly versions: readonly { readonly name: string; readonly printerColumns?: readonly object[] }[] }
        expect(crd.spec.versions.map(({ name, additionalPrinterColumns = [] }) => ({ name, columns: additionalPrinterColumns.map(({ description: _, ...column }) => column) }))).toEqual(versions.map(({ name, printerColumns = [] }) => ({ name, columns: printerColumns })))
      }
    })

    it.each([
      ['validation-crds', crdCases, 27, 51],
      ['validation-tables', tableCases, 129, 171],
    ] as const)('store every valid object of %s unchanged, and every invalid one is refused', async (corpus, read, leastValid, leastInvalid) => {
      const cases = read(corpora)
      const valid = cases.filter((one) => one.valid && !REFUSED_BY_ISTIOS_CRD.has(one.id))
      const stored = await inParallel(valid, async (one, i) => ({ id: one.id, api: await storedUnchanged(cluster.client, crdFor, renamed(one.object, `valid-${i}`, NAMESPACE)), validator: validatorRefusal(one.object) }))
      expect(stored.filter(({ api, validator }) => api !== undefined || validator !== undefined)).toEqual([])
      const invalid = cases.filter((one) => !one.valid)
      const refusals = await inParallel(invalid, async (one, i) => ({ id: one.id, kind: one.object.kind, error: one.error, verdict: await verdictOf(cluster.client, crdFor, one.object, renamed(one.object, `invalid-${i}`, NAMESPACE)) }))
      console.log(`${corpus}: ${valid.length} valid objects stored and read back unchanged\n${refusalTable(corpus, refusals)}`)
      expect(refusals.filter(({ verdict }) => refusedBy(verdict) === 'nobody')).toEqual([])
      expect(refusals.filter(({ error, verdict }) => error !== undefined && !saysExpected(verdict.apiServer ?? 'nothing', error))).toEqual([])
      expect(refusals.filter(({ verdict }) => verdict.validator === undefined), 'a file is refused before it reaches a cluster').toEqual([])
      expect(valid.length).toBeGreaterThanOrEqual(leastValid)
      expect(invalid.length).toBeGreaterThanOrEqual(leastInvalid)
    })

    it('refuse what Istio’s own CRDs refuse of objects its webhook would take', async () => {
      const cases = tableCases(corpora).filter(({ id }) => REFUSED_BY_ISTIOS_CRD.has(id))
      expect(cases.length).toBe(REFUSED_BY_ISTIOS_CRD.size)
      for (const { id, object } of cases) {
        const { apiServer, validator } = await verdictOf(cluster.client, crdFor, object, renamed(object, 'stricter', NAMESPACE))
        expect(apiServer).toContain(REFUSED_BY_ISTIOS_CRD.get(id))
        expect(validator).toContain(REFUSED_BY_ISTIOS_CRD.get(id))
      }
    })

    it('store every sample, with no more than the defaults we know too', async () => {
      const cases = sampleCases(corpora)
      const results = await inParallel(cases, (one, i) => sampleProblem(cluster, one, `sample-${i}`))
      expect(results.filter((problem) => problem !== undefined)).toEqual([])
      expect(cases.length).toBeGreaterThanOrEqual(68)
      console.log(`samples: ${cases.length} objects of ${new Set(cases.map(({ id }) => id.replace(/#.*/, ''))).size} files stored`)
    })
  })
})

/** Stores a sample; the server's defaults (Gateway API) must be those our schema fills in. */
async function sampleProblem({ client }: TestCluster, { id, object }: CorpusCase, name: string): Promise<string | undefined> {
  const kind = kindOf(parseApiVersion(object.apiVersion).group, object.kind)
  if (!kind) return `${id}: no kind ${object.kind}`
  if (kind.owner === 'istio') {
    const problem = await storedUnchanged(client, crdFor, renamed(object, name, NAMESPACE))
    return problem === undefined ? undefined : `${id} ${problem}`
  }
  const { resource, diagnostics } = safeParse(kind, object)
  if (!resource) return `${id}: ${JSON.stringify(diagnostics)}`
  const stand = renamed(object, name, NAMESPACE)
  const applied = await client.apply(placeOf(crdFor, stand), stand)
  if (!applied.ok) return `${id} refused: ${applied.message}`
  const found = await client.get(`${placeOf(crdFor, stand)}/${name}`)
  const read = found.ok ? JSON.stringify(sorted(found.body['spec'])) : found.message
  const expected = JSON.stringify(sorted(resource.spec))
  return read === expected ? undefined : `${id}: stored ${read}, our defaults say ${expected}`
}

/** Without the order of keys. */
const sorted = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(sorted) : typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => a.localeCompare(b)).map(([key, child]) => [key, sorted(child)])) : value

/** The API server shows an age where a CRD names no column. */
const columnsOf = (crd: Crd, version: string) => crd.spec.versions.find(({ name }) => name === version)?.additionalPrinterColumns ?? [{ name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }]

const valueAt = (object: unknown, jsonPath: string): unknown =>
  jsonPath.split('.').slice(1).reduce((value, key) => (typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined), object)

/** Lists and objects are shown as JSON. */
const cellOf = (value: unknown): unknown => (typeof value === 'object' ? JSON.stringify(value) : value)

/** A kind as the API server publishes it, some moments after its CRD is established. */
async function publishedOf({ client }: TestCluster, crd: Crd): Promise<{ readonly kind: string; readonly schema: OpenApiSchema; readonly spec: OpenApiSchema }> {
  const { group, names } = crd.spec
  const schema = await eventually(`OpenAPI of ${crd.metadata.name}`, async () => schemaOfKind(await client.openapi(`${group}/${storageVersion(crd)}`), names.kind))
  return { kind: names.kind, schema, spec: schema.properties?.['spec'] ?? {} }
}
