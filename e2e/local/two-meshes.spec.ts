/** Two meshes of one user on one machine do not disturb each other (LOCAL.md, Life cycle). */
import { describe, expect, it } from 'vitest'
import { curl, echoed } from './calls.ts'
import { workload } from './mesh-status.ts'
import { MeshUnderTest } from './mesh-under-test.ts'
import { havePeers, program } from './peers.ts'

const MESH = `apiVersion: istio-ts.dev/v1alpha1
kind: LocalMesh
metadata: {name: same-name}
spec:
  workloads:
  - {name: cart, service: cart, ports: [{name: http, port: 80, targetPort: \${PORT:cart}}], command: [node, echo.mjs], cwd: "\${SERVICES}", env: {SERVICE: "\${MARK}"}}
`

describe.skipIf(!havePeers('e2e/local/two-meshes', { curl: program('curl') }))('two meshes with the same names', () => {
  it('run side by side, each with its own certificate authority, and one goes without the other', async () => {
    await using first = await MeshUnderTest.make({ files: { 'mesh.yaml': MESH }, values: { MARK: 'first' } })
    await using second = await MeshUnderTest.make({ files: { 'mesh.yaml': MESH }, values: { MARK: 'second' }, stateHome: first.stateHome })
    const [one, two] = await Promise.all([first.up(), second.up()])
    const call = async (status: typeof one): Promise<string> => echoed(await curl('http://cart/', { proxy: workload(status, 'cart').proxy.httpProxy })).service
    expect([await call(one), await call(two)]).toEqual(['first', 'second'])
    expect(second.stateFolder).not.toBe(first.stateFolder)

    // Which of the two is meant cannot be told from elsewhere; in its folder it can.
    const elsewhere = await first.istioctl(['local', 'status'], { cwd: '/' })
    expect(elsewhere.code).toBe(1)
    expect(elsewhere.stderr).toContain(first.folder)
    expect(elsewhere.stderr).toContain(second.folder)
    expect((await second.status()).workloads[0]?.pid).toBe(two.workloads[0]?.pid)
    expect((await first.istioctl(['proxy-config', 'routes', 'cart', '--mesh', second.folder], { cwd: '/' })).code).toBe(0)

    expect((await first.down()).code).toBe(0)
    expect(await call(two)).toBe('second')
    expect((await second.status()).ready).toBe(true)
    expect((await second.down()).code).toBe(0)
    expect(second.processes()).toEqual([])
  })
})
