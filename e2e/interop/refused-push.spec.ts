/**
 * A rule that Istio's validation lets pass and the proxies refuse (an unknown command in a header value): one message with file, line and
 * remedy; the last good form of that rule stays in force; all other rules, of the same tables too, go on; mended by an edit.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { curl, echoed } from '../local/calls.ts'
import { outbound, syncz, workload, type MeshStatus } from '../local/mesh-status.ts'
import { meshFolder, MeshUnderTest } from '../local/mesh-under-test.ts'
import { until } from '../local/run.ts'
import { envoyBinary, havePeers, program } from '../local/peers.ts'

type Problem = MeshStatus['problems'][number]
const useful = havePeers('e2e/interop/refused-push', { 'a real Envoy': envoyBinary(), curl: program('curl'), python3: program('python3') })
const BAD = "x-tag: '%NOPE%'"
const hello = (status: number): string => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: hello, namespace: default}
spec:
  hosts: [hello]
  http:
  - fault: {abort: {httpStatus: ${status}, percentage: {value: 100}}}
    route: [{destination: {host: hello}}]
`

describe.skipIf(!useful).each([['envoy', 'Not supported field in StreamInfo: NOPE'], ['istio-ts', 'unknown command %NOPE%']])('a rule that %s refuses', (kind, said) => {
  let mesh: MeshUnderTest
  let status: MeshStatus
  let good: string
  let proxy: string
  const refusals = ({ problems }: MeshStatus): readonly Problem[] => problems.filter(({ code }) => code === 'MESH0550')
  const tagged = async (): Promise<string | undefined> => echoed(await curl('http://cart/', { proxy, headers: { 'x-version': 'v2' } })).headers['x-tag']
  const helloSays = async (): Promise<number> => (await curl('http://hello:8000/', { proxy })).status

  beforeAll(async () => {
    mesh = await MeshUnderTest.make({ from: [meshFolder('shop')], values: { CLIENT_PROXY: kind } })
    status = await mesh.upAndSynced()
    proxy = workload(status, 'client').proxy.httpProxy
    good = mesh.read('cart.yaml')
    await until(async () => (await tagged()) === 'by-rule', 10_000)
    await mesh.write('cart.yaml', good.replace('x-tag: by-rule', BAD))
    // All seven sidecars that have the route; the gateway does not.
    status = await mesh.statusWhen((now) => /and 4 more/.test(refusals(now)[0]?.message ?? '') && refusals(now)[0]?.message.includes(said) === true, 'the proxies refuse it')
  })
  afterAll(() => mesh[Symbol.asyncDispose]())

  it('is one problem of one resource, with file, line, what the proxies say, what stays in force, and a remedy', async () => {
    const [problem, ...more] = refusals(status)
    expect(more).toEqual([])
    const line = good.split('\n').findIndex((text) => text.includes('- name: tagged')) + 1
    expect(problem).toMatchObject({ severity: 'error', resource: { kind: 'VirtualService', name: 'cart' }, path: 'spec.http[1]', source: { file: 'cart.yaml', line }, remedy: 'Correct it; the new form is sent at once.' })
    expect(problem?.message).toMatch(/^Proxies cart-v1\.default, cart-v2\.default, client\.default and 4 more refused RDS cart\.default\.svc\.cluster\.local:80, http_proxy, made of it: /)
    expect(problem?.message).toContain(said)
    expect(problem?.message).toContain('They keep the last good form of it and take everything else.')
    expect((await mesh.istioctl(['local', 'status'])).stdout).toContain(`cart.yaml:${line}:`)
  })

  it('is named by `proxy-status`, and by the log of istiod', async () => {
    const { code, stderr } = await mesh.istioctl(['proxy-status'])
    expect(code).toBe(0)
    expect(stderr).toMatch(/cart\.yaml:\d+:\d+: error MESH0550 VirtualService default\/cart: spec\.http\[1\]: Proxies .*client\.default/)
    expect((await mesh.istioctl(['proxy-status', '-v', '1'])).stdout).toMatch(/client\.default .* ERROR /)
    const { stdout } = await mesh.istioctl(['local', 'logs', 'istiod'])
    expect(stdout.split('\n').filter((text) => text.includes('rejected by the proxy') && text.includes('client.default') && text.includes('VirtualService/default/cart#/spec/http/1')).join('\n')).toContain(said)
  })

  it('leaves its last good form in force', async () => {
    expect(await tagged()).toBe('by-rule')
    expect(workload(status, 'client').proxy).toMatchObject({ ready: true, synced: false })
  })

  it('does not hold back other rules, of the same route table or another, nor clusters', async () => {
    await mesh.write('hello.yaml', hello(429))
    await until(async () => (await helloSays()) === 429, 10_000)
    expect((await curl(`http://${outbound(status, 'client', 'hello.default.svc.cluster.local', 8000)}/`)).status).toBe(429)
    await mesh.write('hello.yaml', hello(430))
    await until(async () => (await helloSays()) === 430, 10_000)
    await mesh.write('outside.yaml', 'apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: outside, namespace: default}\nspec: {hosts: [outside.example], ports: [{number: 80, name: http, protocol: HTTP}], resolution: STATIC, endpoints: [{address: 127.0.0.1}]}\n')
    await until(async () => (await mesh.istioctl(['proxy-config', 'cluster', 'client'])).stdout.includes('outside.example'), 10_000)
    expect(await tagged()).toBe('by-rule')
    expect(refusals(await mesh.status())).toHaveLength(1)
  })

  it('serves all else to a proxy that starts while the rule is bad', async () => {
    const { pid } = workload(await mesh.status(), 'client').proxy
    process.kill(pid ?? 0, 'SIGKILL')
    await mesh.statusWhen((now) => now.ready && workload(now, 'client').proxy.restarts === 1, 'the proxy is back')
    await until(async () => (await helloSays().catch(() => 0)) === 430, 10_000)
  })

  it('is mended by an edit: the new form is in force, and nobody refuses anything', async () => {
    await mesh.write('cart.yaml', good.replace('x-tag: by-rule', 'x-tag: mended'))
    await until(async () => (await tagged().catch(() => '')) === 'mended', 10_000)
    const now = await mesh.statusWhen((one) => refusals(one).length === 0 && one.workloads.every(({ proxy: sidecar }) => sidecar.synced), 'nothing is refused')
    expect(now.problems.filter(({ severity }) => severity === 'error')).toEqual([])
    const rows = await syncz(now)
    for (const { errors } of rows) expect(errors).toEqual({})
  })
})
