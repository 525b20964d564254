/** Corpus path-normalization: raw paths through two sidecars, and what the process behind them sees, by mode of the mesh. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startMesh, type Mesh } from '../../../packages/testkit/src/scenario/mesh/start-mesh.ts'
import { sendRequest, type Outcome as Answered } from '../../../packages/testkit/src/scenario/world/send-request.ts'
import { runUntil } from '../../../packages/testkit/src/scenario/world/virtual-time.ts'
import { report, type CorpusResult, type Outcome } from '../report.ts'

interface Case {
  readonly name: string
  readonly mode: string
  /** Octets as Latin-1 text. */
  readonly path: string
  readonly expectPath?: string
  readonly expectStatus?: number
}

const meshOf = (mode: string): string => `apiVersion: istio-ts.dev/v1alpha1
kind: LocalMesh
metadata: {name: paths}
spec:
  workloads:
  - {name: client, ports: [{name: http, port: 80, targetPort: 19000}]}
  - {name: server, service: server, ports: [{name: http, port: 80, targetPort: 19001}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data:
  mesh: |
    pathNormalization: {normalization: ${mode}}
`

/** Runs every case of the folder, one mesh per mode. @param dir the folder of the corpus */
export async function run(dir: string): Promise<CorpusResult> {
  const { cases } = JSON.parse(readFileSync(join(dir, 'cases.json'), 'utf8')) as { readonly cases: readonly Case[] }
  const outcomes: Outcome[] = []
  for (const [mode, some] of Map.groupBy(cases, (one) => one.mode)) {
    const mesh = await startMesh('mesh.yaml', meshOf(mode))
    for (const one of some) outcomes.push({ name: one.name, reason: await reasonOf(mesh, one) })
    await mesh.stop()
  }
  return report('path-normalization', import.meta.dirname, outcomes)
}

async function reasonOf(mesh: Mesh, { path, expectPath, expectStatus }: Case): Promise<string | undefined> {
  const before = mesh.seen.length
  const { answer } = await call(mesh, path)
  const [seen] = mesh.seen.slice(before)
  if (expectStatus !== undefined) return answer?.status === expectStatus && seen === undefined ? undefined : `answered ${answer?.status ?? 'not at all'}, not ${expectStatus}`
  return seen?.path === expectPath ? undefined : `the server saw ${JSON.stringify(seen?.path)}, not ${JSON.stringify(expectPath)} (status ${answer?.status ?? 'none'})`
}

/** Clients drop the fragment before they send. */
function call(mesh: Mesh, path: string): Promise<Answered> {
  const listen = mesh.plans.get('default/client')?.outbound.find((one) => one.host.startsWith('server.'))?.listen ?? 0
  const request = { speaks: 'http/1.1', method: 'GET', target: path.replace(/#.*$/s, ''), host: 'server', headers: {} } as const
  return runUntil(mesh.clock, sendRequest(mesh.engine, { kind: 'ip', ip: '127.0.0.1', port: listen }, request), path)
}
