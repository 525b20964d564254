/** `@grpc/grpc-js-xds` as a proxyless client (`GENERATOR: grpc`): it resolves and calls services by what our istiod serves. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MeshUnderTest, run, until, type MeshStatus } from '../local/mesh-under-test.ts'

const greeterYaml = (version: string): string => `  - name: greeter-${version}
    service: greeter
    labels: {app: greeter, version: ${version}}
    ports: [{name: grpc, port: 50051, targetPort: \${PORT:greeter-${version}}}]
    command: [node, grpc-greeter.mjs]
    cwd: \${SERVICES}
    env: {VERSION: ${version}}
`
const MESH = `apiVersion: istio-ts.dev/v1alpha1
kind: LocalMesh
metadata: {name: proxyless}
spec:
  workloads:
${greeterYaml('v1')}${greeterYaml('v2')}`

const RULES = (version: string): string => `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: greeter, namespace: default}
spec:
  host: greeter
  subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: greeter, namespace: default}
spec:
  hosts: [greeter]
  http:
  - route: [{destination: {host: greeter, subset: ${version}}}]
`

describe('a gRPC client without a sidecar', () => {
  let mesh: MeshUnderTest
  let status: MeshStatus
  const call = async (target: string, count = 3): Promise<{ readonly answers?: readonly string[]; readonly code?: number; readonly details?: string }> => {
    const bootstrap = {
      xds_servers: [{ server_uri: status.istiod.xds, channel_creds: [{ type: 'insecure' }], server_features: ['xds_v3'] }],
      node: { id: 'sidecar~127.0.0.1~caller.default~default.svc.cluster.local', cluster: 'caller', locality: {}, metadata: { GENERATOR: 'grpc', NAMESPACE: 'default', CLUSTER_ID: 'Kubernetes' } },
    }
    const file = join(mesh.stateHome, 'grpc-bootstrap.json')
    writeFileSync(file, JSON.stringify(bootstrap))
    const { stdout, stderr } = await run('node', [join(import.meta.dirname, 'programs/xds-hello.mjs'), target, String(count)], { env: { ...process.env, GRPC_XDS_BOOTSTRAP: file, no_grpc_proxy: '*' }, timeoutMs: 30_000 })
    if (stdout === '') throw new Error(stderr)
    return JSON.parse(stdout) as { answers?: string[] }
  }

  beforeAll(async () => {
    mesh = await MeshUnderTest.make({ files: { 'mesh.yaml': MESH } })
    status = await mesh.up()
  })
  afterAll(() => mesh[Symbol.asyncDispose]())

  it('resolves a service by its name and calls all its endpoints', async () => {
    const { answers } = await call('xds:///greeter.default.svc.cluster.local:50051', 40)
    expect(new Set(answers)).toEqual(new Set(['hello xds from v1', 'hello xds from v2']))
  })

  it('obeys a VirtualService', async () => {
    await mesh.write('rules.yaml', RULES('v2'))
    await until(async () => new Set((await call('xds:///greeter.default.svc.cluster.local:50051', 12)).answers).size === 1, 15_000)
    expect(new Set((await call('xds:///greeter.default.svc.cluster.local:50051', 12)).answers)).toEqual(new Set(['hello xds from v2']))
  })

  it('gets UNAVAILABLE for a service that is not there', async () => {
    expect((await call('xds:///nobody.default.svc.cluster.local:50051', 1)).code).not.toBe(0)
  })
})
