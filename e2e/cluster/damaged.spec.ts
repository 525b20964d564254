/** Thousands of damaged objects: the API server, with Istio's CRDs as we ship them and the Gateway API's own, and our validator agree. */
import { homedir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kindOf } from '../../packages/api-types/src/catalog.ts'
import type { Crd } from '../../packages/api-types/src/crd/index.ts'
import { safeParse } from '../../packages/api-types/src/parse.ts'
import { parseApiVersion } from '../../packages/api-types/src/resource.ts'
import { GATEWAY_API_VERSION } from '../../tools/prepare-tools.mjs'
import { corpora, lacksCorpora } from '../conformance/corpora.ts'
import type { KubeObject } from './client.ts'
import { startCluster, type TestCluster } from './cluster.ts'
import { crdCases, sampleCases, tableCases } from './corpus-cases.ts'
import { damaged, type DamagedObject } from './damage.ts'
import { lacksCluster, lacksFolder } from './gate.ts'
import { installCrds, readCrds } from './install-crds.ts'
import { filesBelow, objectsIn } from './objects-in.ts'
import { crdIndex, inParallel, placeOf, renamed, type CrdIndex } from './verdict.ts'

const NAMESPACE = 'damaged'
/** Where tools/prepare-tools.mjs puts what the Gateway API's Go module has. */
const gatewayApi = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'istio-ts', `gateway-api-${GATEWAY_API_VERSION}`)

/** Those that a CRD serves and a kind of ours reads, each spec once. */
function readable(objects: readonly KubeObject[], crds: readonly Crd[]): readonly KubeObject[] {
  const seen = new Set<string>()
  return objects.filter((object) => {
    const { group, version } = parseApiVersion(object.apiVersion)
    const crd = crds.find(({ spec }) => spec.group === group && spec.names.kind === object.kind)
    const key = `${object.apiVersion} ${object.kind} ${JSON.stringify(object['spec'])}`
    if (seen.has(key) || !kindOf(group, object.kind) || !crd?.spec.versions.some(({ name, served }) => served && name === version)) return false
    seen.add(key)
    return true
  })
}

/** What the two say of an object; `stored` and `read` are its spec afterwards. */
interface Answers {
  readonly how: string
  readonly apiServer: string
  readonly errors: readonly { readonly code: string; readonly text: string }[]
  readonly stored?: unknown
  readonly read?: unknown
}

async function ask({ client }: TestCluster, crdFor: CrdIndex, { object, how }: DamagedObject, name: string): Promise<Answers> {
  const { group } = parseApiVersion(object.apiVersion)
  const kind = kindOf(group, object.kind)
  if (!kind) throw new Error(`no kind ${object.kind}`)
  const stand = renamed(object, name, NAMESPACE)
  const answer = await client.request('POST', `${placeOf(crdFor, stand)}?fieldValidation=Ignore&dryRun=All`, { body: stand })
  const { resource, diagnostics } = safeParse(kind, stand)
  const errors = diagnostics.filter(({ severity }) => severity === 'error').map(({ code, path, message }) => ({ code, text: `${path}: ${message}` }))
  return { how: `${object.apiVersion} ${object.kind} ${how}`, apiServer: answer.ok ? 'takes it' : answer.message.slice(0, 400), errors, ...(answer.ok ? { stored: answer.body['spec'] } : {}), ...(resource ? { read: resource.spec } : {}) }
}

/** Without the order of keys, and without the unknown fields that the API server drops and we keep. */
const form = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(form) : typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).filter(([key, child]) => child !== undefined && key !== 'wrong').sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, child]) => [key, form(child)])) : value

describe.skipIf(lacksCluster('damaged objects in a cluster'))('damaged objects', () => {
  let cluster: TestCluster
  beforeAll(async () => {
    cluster = await startCluster()
    await cluster.client.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } })
  })
  afterAll(() => cluster?.stop())

  it.skipIf(lacksCorpora('damaged objects of Istio'))('of Istio: what the API server refuses we refuse, and our schemas refuse nothing else', { timeout: 300_000 }, async () => {
    const crds = readCrds()
    await installCrds(cluster.client, crds)
    const golden = filesBelow(join(import.meta.dirname, 'testdata')).filter((file) => file.endsWith('in.yaml')).flatMap(objectsIn)
    const objects = readable([...golden, ...[...crdCases(corpora), ...tableCases(corpora), ...sampleCases(corpora)].filter(({ valid }) => valid).map(({ object }) => object)], crds)
    const answers = await inParallel(damaged(objects, 2500), (one, i) => ask(cluster, crdIndex(crds), one, `istio-${i}`))
    const refusedByServer = answers.filter(({ apiServer }) => apiServer !== 'takes it')
    console.log(`Istio: ${answers.length} objects, ${refusedByServer.length} refused by the API server, ${answers.filter(({ errors }) => errors.length > 0).length} by us`)
    expect(refusedByServer.filter(({ errors }) => errors.length === 0).map(({ how, apiServer }) => `${how}: ${apiServer}`), 'taken by us alone').toEqual([])
    // The CRD keeps whatever stands for a tag; that it is no switch is our word. And null as an entry of a map of messages is refused by
    // Istio in a file; the API server takes it out.
    const bySchema = answers.filter(({ how, apiServer, errors }) => !/ IstioOperator (?:\S+\.)?tag = /.test(how) && !/\.(?:headers|queryParams|withoutHeaders|customTags|tagOverrides|portLevelMtls)\.\S+ = null$/.test(how) && apiServer === 'takes it' && errors.some(({ code }) => code === 'MESH0101' || code === 'MESH0102'))
    expect(bySchema.map(({ how, errors }) => `${how}: ${errors.map(({ text }) => text).join(' | ')}`), 'refused by our schema alone').toEqual([])
    expect(refusedByServer.length).toBeGreaterThan(1000)
  })

  it.skipIf(lacksFolder('damaged objects of the Gateway API', gatewayApi))('of the Gateway API: both refuse the same, and store and read the same', { timeout: 300_000 }, async () => {
    const crds = filesBelow(join(gatewayApi, 'crds')).filter((file) => /_[a-z]+\.yaml$/.test(file)).flatMap(objectsIn).filter(({ kind }) => kind === 'CustomResourceDefinition') as unknown as readonly Crd[]
    const installed = await installCrds(cluster.client, crds)
    expect(installed.filter(({ refusal }) => refusal !== undefined)).toEqual([])
    const own = filesBelow(join(import.meta.dirname, '../../packages/api-types/src/gateway-api')).filter((file) => file.endsWith('in.yaml'))
    const objects = readable([...filesBelow(join(gatewayApi, 'examples')), ...own].flatMap(objectsIn), crds)
    const answers = await inParallel(damaged(objects, 2500), (one, i) => ask(cluster, crdIndex(crds), one, `gateway-api-${i}`))
    const refusedByServer = answers.filter(({ apiServer }) => apiServer !== 'takes it')
    console.log(`Gateway API ${GATEWAY_API_VERSION}: ${answers.length} objects, ${refusedByServer.length} refused by the API server and by us`)
    const otherwise = answers.filter(({ apiServer, errors }) => (apiServer === 'takes it') !== (errors.length === 0))
    expect(otherwise.map(({ how, apiServer, errors }) => `${how}: API server ${apiServer}; we ${errors.map(({ text }) => text).join(' | ') || 'take it'}`)).toEqual([])
    // Older versions are read to the form of the newest.
    const changed = answers.filter(({ how, stored, read }) => !how.includes('/v1alpha2 ') && stored !== undefined && JSON.stringify(form(stored)) !== JSON.stringify(form(read)))
    expect(changed.map(({ how, stored, read }) => ({ how, stored: form(stored), read: form(read) })).slice(0, 5), 'defaults').toEqual([])
    expect(refusedByServer.length).toBeGreaterThan(1000)
  })
})
