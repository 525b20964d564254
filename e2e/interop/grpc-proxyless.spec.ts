/** `@grpc/grpc-js-xds` as a proxyless client (`GENERATOR: grpc`): it resolves and calls services by what our istiod serves. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { requestCertificate } from '@istio-ts/ca/grpc'
import type { MeshStatus } from '../local/mesh-status.ts'
import { MeshUnderTest } from '../local/mesh-under-test.ts'
import { run, until } from '../local/run.ts'
import { versionYaml } from '../local/version-yaml.ts'

const greeterYaml = (version: string): string => versionYaml({ service: 'greeter', version, port: { name: 'grpc', port: 50_051 }, script: 'grpc-greeter.mjs', cwd: '${SERVICES}' })
const MESH = `apiVersion: istio-ts.dev/v1alpha1
kind: LocalMesh
metadata: {name: proxyless}
spec:
  workloads:
${greeterYaml('v1')}${greeterYaml('v2')}  - {name: caller, service: caller, ports: [{name: http, port: 80, targetPort: \${PORT:caller}}]}
`

/** Only `caller` may call, by mutual TLS. */
const SECURITY = `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: default}
spec: {mtls: {mode: STRICT}}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: only-caller, namespace: default}
spec:
  selector: {matchLabels: {app: greeter}}
  rules: [{from: [{source: {principals: [cluster.local/ns/default/sa/caller]}}]}]
`

const RULES = (version: string, traffic = ''): string => `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: greeter, namespace: default}
spec:
  host: greeter${traffic}
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
  const call = async (target: string, count = 3, security: { readonly certificateProviders?: object } = {}): Promise<{ readonly answers?: readonly string[]; readonly code?: number; readonly details?: string }> => {
    const bootstrap = {
      xds_servers: [{ server_uri: status.istiod.xds, channel_creds: [{ type: 'insecure' }], server_features: ['xds_v3'] }],
      node: { id: 'sidecar~127.0.0.1~caller.default~default.svc.cluster.local', cluster: 'caller', locality: {}, metadata: { GENERATOR: 'grpc', NAMESPACE: 'default', CLUSTER_ID: 'Kubernetes' } },
      ...(security.certificateProviders ? { certificate_providers: security.certificateProviders } : {}),
    }
    const file = join(mesh.stateHome, 'grpc-bootstrap.json')
    writeFileSync(file, JSON.stringify(bootstrap))
    const { stdout, stderr } = await run('node', [join(import.meta.dirname, 'programs/xds-hello.mjs'), target, String(count)], { env: { ...process.env, GRPC_XDS_BOOTSTRAP: file, no_grpc_proxy: '*', ...(security.certificateProviders ? { XDS_SECURITY: '1' } : {}) }, timeoutMs: 30_000 })
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

  it('speaks mutual TLS as itself where a DestinationRule asks for it, with certificates of its own', async () => {
    const target = 'xds:///greeter.default.svc.cluster.local:50051'
    const certificateProviders = { default: { plugin_name: 'file_watcher', config: await certificateFiles('caller') } }
    await mesh.write('rules.yaml', RULES('v1', '\n  trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}'))
    await mesh.write('security.yaml', SECURITY)
    // Without certificates it is not let in any more; with them it is, and is who it says.
    await until(async () => (await call(target, 1)).answers === undefined, 15_000)
    await until(async () => (await call(target, 1, { certificateProviders })).answers !== undefined, 15_000)
    expect((await call(target, 12, { certificateProviders })).answers).toEqual(Array.from({ length: 12 }, () => 'hello xds from v1'))
    // Another identity is known, and denied.
    const others = { default: { plugin_name: 'file_watcher', config: await certificateFiles('greeter-v1') } }
    expect(await call(target, 1, { certificateProviders: others })).toMatchObject({ code: 7, details: expect.stringContaining('RBAC') })
    mesh.remove('security.yaml')
  })

  /** A certificate by Istio's CSR service and the token of a workload, in files as an agent would leave them. */
  async function certificateFiles(name: string): Promise<Readonly<Record<string, string>>> {
    const state = mesh.stateFolder ?? ''
    const bootstrap = JSON.parse(readFileSync(join(state, `run/default.${name}.bootstrap.json`), 'utf8')) as { caAddress: string; serverName: string; tokenFile: string; rootCertFile: string }
    const made = await requestCertificate({ address: bootstrap.caAddress, serverName: bootstrap.serverName, rootsPem: readFileSync(bootstrap.rootCertFile, 'utf8'), token: readFileSync(bootstrap.tokenFile, 'utf8').trim(), uri: '', now: Date.now() })
    const files = { certificate_file: `${name}-chain.pem`, private_key_file: `${name}-key.pem`, ca_certificate_file: `${name}-roots.pem` }
    for (const [file, pem] of [[files.certificate_file, made.chainPem], [files.private_key_file, made.privateKeyPem], [files.ca_certificate_file, made.rootsPem]] as const) writeFileSync(join(mesh.stateHome, file), pem, { mode: 0o600 })
    return { ...Object.fromEntries(Object.entries(files).map(([key, file]) => [key, join(mesh.stateHome, file)])), refresh_interval: '600s' }
  }

  it('gets UNAVAILABLE for a service that is not there', async () => {
    expect((await call('xds:///nobody.default.svc.cluster.local:50051', 1)).code).not.toBe(0)
  })
})
