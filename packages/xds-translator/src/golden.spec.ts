/** Golden folders: `<feature>/testdata/<case>/in.yaml` holds resources and a proxy, `out.yaml` what it is sent. UPDATE_GOLDEN=1 rewrites. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kindOf, parse, parseApiVersion, type LoopbackPlan, type MeshConfigOverlay, type Resource } from '@istio-ts/api-types'
import { toJson } from '@istio-ts/api-types/envoy'
import { provenanceId } from '@istio-ts/foundation'
import { meshModel, type ProxyIdentity } from '@istio-ts/mesh-model'
import { memoryMesh, testIdentity } from '@istio-ts/mesh-model/testing'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'
import { translate, translationMemo } from './index.ts'
import { RESOURCE_TYPES, typeUrlOf } from './wire/encode.ts'

/** What to show: `{cluster: [names]}`; `at` narrows a resource to a path such as `filterChains.0.filters`. */
interface Show {
  readonly type: keyof typeof RESOURCE_TYPES
  readonly name: string
  readonly at?: string
}

interface Case {
  readonly resources: readonly Resource[]
  readonly proxy: Partial<ProxyIdentity> & { readonly show?: readonly Show[]; readonly announces?: readonly string[] }
  readonly mesh: MeshConfigOverlay
  readonly loopback: readonly LoopbackPlan[]
}

/** Documents of kind Proxy, Mesh and LoopbackPlan are the test's own; all others are resources. */
function readCase(text: string): Case {
  const objects = parseAllDocuments(text).map((document) => document.toJS() as Record<string, unknown>).filter((one) => one !== null)
  const own = <T>(kind: string): readonly T[] => objects.filter((one) => one['kind'] === kind).map((one) => one['spec'] as T)
  return {
    resources: objects.filter((one) => typeof one['apiVersion'] === 'string').map((one) => {
      const kind = kindOf(parseApiVersion(String(one['apiVersion'])).group, String(one['kind']))
      if (!kind) throw new Error(`no kind ${String(one['kind'])}`)
      return parse(kind, one)
    }),
    proxy: own<Case['proxy']>('Proxy')[0] ?? {}, mesh: own<MeshConfigOverlay>('Mesh')[0] ?? {}, loopback: own<LoopbackPlan>('LoopbackPlan'),
  }
}

function outcome(text: string): string {
  const { resources, proxy: { show, announces, ...identity }, mesh, loopback } = readCase(text)
  const memory = memoryMesh({ resources, mesh, loopback })
  const { view } = meshModel(memory.graph, memory.inputs).view(testIdentity({ ...identity, ...(announces === undefined ? {} : { extensions: new Set(announces) }) }))
  const { bundles, diagnostics } = translate(view, translationMemo())
  const shown = (show ?? []).map(({ type, name, at }) => {
    const found = bundles.filter((bundle) => bundle.typeUrl === typeUrlOf(RESOURCE_TYPES[type])).flatMap((bundle) => bundle.resources).find((resource) => resource.name === name)
    if (found === undefined) return { [type]: name, absent: true }
    const from = found.parts.filter((part) => part.from.length > 0).map((part) => `${part.path}: ${part.from.map(provenanceId).join(', ')}`)
    const message: unknown = toJson(RESOURCE_TYPES[type], found.message)
    return { [type]: name, ...(at === undefined ? {} : { at }), message: (at ?? '').split('.').filter((step) => step !== '').reduce(step, message), ...(from.length === 0 ? {} : { from }) }
  })
  return stringify([...shown, ...diagnostics], { lineWidth: 160, aliasDuplicateObjects: false, sortMapEntries: false })
}

const step = (value: unknown, name: string): unknown => (typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(name) : undefined)

describe('golden translations', () => {
  const features = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory() && existsSync(join(import.meta.dirname, entry.name, 'testdata'))).map((entry) => entry.name)
  const cases = features.flatMap((feature) => readdirSync(join(import.meta.dirname, feature, 'testdata')).map((name) => `${feature}/testdata/${name}`))
  it('exist', () => expect(cases.length).toBeGreaterThan(8))
  it.each(cases)('%s', (name) => {
    const text = readFileSync(join(import.meta.dirname, name, 'in.yaml'), 'utf8')
    expect(text.startsWith('# ')).toBe(true)
    const made = outcome(text)
    const file = join(import.meta.dirname, name, 'out.yaml')
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, made)
    expect(existsSync(file)).toBe(true)
    expect(made).toBe(readFileSync(file, 'utf8'))
  })
})
