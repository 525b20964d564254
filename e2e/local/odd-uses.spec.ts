/** What people do at odd moments: two `up` at once, Ctrl-C in the middle, a closed terminal, a folder that is gone (LOCAL.md, Life cycle). */
import { describe, expect, it } from 'vitest'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { workload, type MeshStatus } from './mesh-status.ts'
import { MeshUnderTest } from './mesh-under-test.ts'
import { until } from './run.ts'
import { havePeers, program } from './peers.ts'

const MESH = `apiVersion: istio-ts.dev/v1alpha1
kind: LocalMesh
metadata: {name: odd}
spec:
  workloads:
  - {name: echo, service: echo, ports: [{name: http, port: 80, targetPort: \${PORT:echo}}], command: [node, echo.mjs], cwd: \${SERVICES}}
`
const make = (): Promise<MeshUnderTest> => MeshUnderTest.make({ files: { 'mesh.yaml': MESH } })

describe.skipIf(!havePeers('e2e/local/odd-uses', { python3: program('python3') }))('a mesh used oddly', () => {
  it('comes up once for many who say `up` at the same time, and goes down once', async () => {
    await using mesh = await make()
    const all = await Promise.all([mesh.up(), mesh.up(), mesh.up()])
    expect(all.map(({ ready }) => ready)).toEqual([true, true, true])
    expect(new Set(all.map((status) => status.istiod.pid)).size).toBe(1)
    expect((await Promise.all([mesh.down(), mesh.down()])).map(({ code }) => code)).toEqual([0, 0])
    expect(mesh.processes()).toEqual([])
  })

  it.each([50, 250, 450, 900])('leaves nothing when Ctrl-C comes %i ms after `up`', async (ms) => {
    await using mesh = await make()
    const { child, ended } = mesh.foreground(['local', 'up'])
    await new Promise((resolve) => setTimeout(resolve, ms))
    // Twice, as where npm or a bin on an old Node hands the signal on.
    child.kill('SIGINT')
    child.kill('SIGINT')
    await ended
    // A supervisor that came up after its `up` had ended would be there by then.
    await new Promise((resolve) => setTimeout(resolve, 700))
    expect(mesh.processes()).toEqual([])
  })

  it('goes down when the terminal is closed, though nothing can be said any more', async () => {
    await using mesh = await make()
    const { child, text, ended } = mesh.foreground(['local', 'up'])
    await until(() => text().includes('The mesh is up'), 60_000)
    child.stdout?.destroy()
    child.stderr?.destroy()
    child.kill('SIGHUP')
    expect(await ended).toBe(0)
    expect(mesh.processes()).toEqual([])
  })

  it('ends its foreground `up` when somebody takes it down from elsewhere', async () => {
    await using mesh = await make()
    const { text, ended } = mesh.foreground(['local', 'up'])
    await until(() => text().includes('The mesh is up'), 60_000)
    expect((await mesh.down()).code).toBe(0)
    expect(await ended).toBe(0)
    expect(text()).toContain('was taken down')
  })

  it('is left as it is by a second `up`, which exits with 0 even in the foreground', async () => {
    await using mesh = await make()
    const before = await mesh.up()
    const { text, ended } = mesh.foreground(['local', 'up'])
    expect(await ended).toBe(0)
    expect(text()).toContain('was up already')
    expect(await mesh.status()).toEqual(before)
  })

  it('goes down as a whole when its supervisor is told to end, as by a service manager', async () => {
    await using mesh = await make()
    await mesh.up()
    process.kill(mesh.supervisorPid, 'SIGTERM')
    await until(() => mesh.processes().length === 0, 40_000)
  })

  it('can be looked at and taken down when its folder is gone', async () => {
    await using mesh = await make()
    await mesh.up()
    rmSync(mesh.folder, { recursive: true })
    const { code, stdout } = await mesh.istioctl(['local', 'status', '-o', 'json', '-f', mesh.folder], { cwd: '/' })
    expect(code).toBe(0)
    expect((JSON.parse(stdout) as MeshStatus).name).toBe('odd')
    expect((await mesh.istioctl(['local', 'down', '-f', mesh.folder], { cwd: '/' })).code).toBe(0)
    expect(mesh.processes()).toEqual([])
    mkdirSync(mesh.folder)
  })

  it('shows logs of a mesh that is down, and names what there is', async () => {
    await using mesh = await make()
    await mesh.up()
    await mesh.down()
    const { code, stdout } = await mesh.istioctl(['local', 'logs', 'echo.default'])
    expect(code).toBe(0)
    expect(stdout).toContain('workload certificate obtained')
    expect((await mesh.istioctl(['local', 'logs', 'nobody'])).stderr).toContain('There are: echo.default, istiod, supervisor.')
  })
})

describe.skipIf(!havePeers('e2e/local/odd-uses', { python3: program('python3') }))('programs of odd manners', () => {
  it('are started, waited for and ended all the same; what cannot be started says why', async () => {
    const program = (name: string, command: string, more = ''): string => `  - {name: ${name}, service: ${name}, ports: [{name: http, port: 80, targetPort: \${PORT:${name}}}], command: ${command}${more}}\n`
    await using mesh = await MeshUnderTest.make({ files: {
      'mesh.yaml': MESH
        + program('stubborn', `[python3, -c, "import signal, os, http.server as h; signal.signal(signal.SIGTERM, signal.SIG_IGN); h.HTTPServer(('127.0.0.1', int(os.environ['PORT'])), h.SimpleHTTPRequestHandler).serve_forever()"]`)
        + program('forker', '[sh, -c, "sleep 1000 & python3 -m http.server $PORT --bind 127.0.0.1 & wait"]')
        + program('late', '[sh, -c, "sleep 2; exec python3 -m http.server $PORT --bind 127.0.0.1"]')
        + program('elsewhere', '[python3, -m, http.server, "${PORT:other}", --bind, 127.0.0.1]')
        + program('nowhere', '[python3]', ', cwd: no/such')
        + program('in-a-file', '[python3]', ', cwd: mesh.yaml'),
    } })
    expect((await mesh.istioctl(['local', 'up', '--detach', '-o', 'json', '--timeout', '2s'])).code).toBe(1)
    const says = (status: MeshStatus, message: string): boolean => status.problems.some((problem) => problem.message.includes(message))
    const runs = (status: MeshStatus): boolean => ['echo', 'stubborn', 'forker', 'late'].every((name) => workload(status, name).ready)
    const elsewhere = `elsewhere runs but is not ready: nothing accepts connections on 127.0.0.1:${mesh.port('elsewhere')}; it listens on 127.0.0.1:${mesh.port('other')}.`
    const status = await mesh.statusWhen((now) => runs(now) && says(now, elsewhere), 'all run that can', 40_000)
    expect(says(status, `its folder ${join(mesh.folder, 'no/such')} does not exist`)).toBe(true)
    expect(says(status, `${join(mesh.folder, 'mesh.yaml')} is no folder`)).toBe(true)
    expect((await mesh.down()).code).toBe(0)
    expect(mesh.processes()).toEqual([])
  })
})
