import { readFileSync, existsSync } from 'node:fs'
import { parseAllDocuments } from 'yaml'
import { kindOf, safeParse, parseApiVersion, applyMeshConfig } from '@istio-ts/api-types'
import { meshModel } from '@istio-ts/mesh-model'
import { memoryMesh, testIdentity } from '@istio-ts/mesh-model/testing'
const dir = process.argv[2]
const docs = (f) => existsSync(`${dir}/${f}`) ? parseAllDocuments(readFileSync(`${dir}/${f}`, 'utf8')).map((d) => d.toJS()).filter(Boolean) : []
const resources = [...docs('config.yaml'), ...docs('kubernetes.yaml')].flatMap((o) => {
  const { group } = parseApiVersion(o.apiVersion)
  const kind = kindOf(group, o.kind)
  if (!kind) { console.error('no kind', group, o.kind); return [] }
  if (group.includes('istio.io')) o.metadata.creationTimestamp ??= '2025-01-01T00:00:00Z'
  const r = safeParse(kind, o)
  if (!r.resource) console.error(r.diagnostics)
  return r.resource ? [r.resource] : []
})
const mesh = memoryMesh({ resources, mesh: docs('mesh.yaml')[0] ?? {} })
const model = meshModel(mesh.graph, mesh.inputs)
for (const p of docs('proxies.yaml')[0]) {
  const id = testIdentity({ type: p.type === 'gateway' ? 'router' : p.type, name: p.pod ?? p.name, namespace: p.namespace, ips: p.ips ?? [p.ip], labels: p.labels ?? {}, serviceAccount: p.serviceAccount ?? 'default', metadata: p.metadata ?? {} })
  const { view } = model.view(id)
  if (process.argv[3] === '-s') continue
  console.log(JSON.stringify({ ...view, proxy: undefined, mesh: undefined, key: undefined, telemetry: undefined }, (k, v) => k === 'from' ? undefined : v, 1))
}
for (const d of model.diagnostics.values()) console.error(d.code, d.resource?.name, d.path, d.message)
for (const f of mesh.graph.failures) console.error(f.error.cause)
