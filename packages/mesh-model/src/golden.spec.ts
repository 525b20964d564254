/** Golden folders: `testdata/<case>/in.yaml` holds resources, and `view.yaml` what one proxy should do. UPDATE_GOLDEN=1 rewrites. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kindOf, parse, parseApiVersion, type LoopbackPlan, type MeshConfigOverlay, type Resource } from '@istio-ts/api-types'
import { formatDiagnostic } from '@istio-ts/foundation'
import { parseAllDocuments, stringify } from 'yaml'
import { describe, expect, it } from 'vitest'
import { meshModel, type ProxyIdentity } from './index.ts'
import { memoryMesh, printView, testIdentity, type ViewPart } from './testing/index.ts'

const FOLDER = join(import.meta.dirname, 'testdata')

interface Case {
  readonly resources: readonly Resource[]
  readonly proxy: Partial<ProxyIdentity> & { readonly show?: readonly ViewPart[] }
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
  const { resources, proxy: { show, ...identity }, mesh, loopback } = readCase(text)
  const memory = memoryMesh({ resources, mesh, loopback })
  const model = meshModel(memory.graph, memory.inputs)
  const { view } = model.view(testIdentity(identity))
  expect(memory.graph.failures).toEqual([])
  const findings = model.diagnostics.values().map(formatDiagnostic)
  return stringify({ ...(printView(view, show) as object), ...(findings.length > 0 ? { diagnostics: findings } : {}) }, { lineWidth: 160, aliasDuplicateObjects: false })
}

describe('golden views', () => {
  const cases = readdirSync(FOLDER)
  it('exist', () => expect(cases.length).toBeGreaterThan(10))
  it.each(cases)('%s', (name) => {
    const text = readFileSync(join(FOLDER, name, 'in.yaml'), 'utf8')
    expect(text.startsWith('# ')).toBe(true)
    const made = outcome(text)
    const file = join(FOLDER, name, 'view.yaml')
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, made)
    expect(existsSync(file)).toBe(true)
    expect(made).toBe(readFileSync(file, 'utf8'))
  })
})
