/** Mistakes in files and on the machine: one clear message with file, line and remedy each, and the rest goes on with the last good configuration. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServer } from 'node:net'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { curl, echoed } from './calls.ts'
import { syncz, workload, type MeshStatus } from './mesh-status.ts'
import { meshFolder, MeshUnderTest } from './mesh-under-test.ts'
import { until } from './run.ts'
import { havePeers, program } from './peers.ts'

type Problem = MeshStatus['problems'][number]
const useful = havePeers('e2e/local/bad-input', { curl: program('curl'), python3: program('python3') })

describe.skipIf(!useful)('a mesh with mistakes in its files', () => {
  let mesh: MeshUnderTest
  let status: MeshStatus
  const version = async (): Promise<string> => echoed(await curl('http://cart/', { proxy: workload(status, 'client').proxy.httpProxy })).version
  /** The problem of that file; every one says where and what to do. */
  const problemIn = async (file: string, wanted: (problem: Problem) => boolean = () => true): Promise<Problem> => {
    let found: Problem | undefined
    await mesh.statusWhen(({ problems }) => (found = problems.find((problem) => problem.source?.file === file && wanted(problem))) !== undefined, `there is a problem in ${file}`)
    expect(found?.source?.line).toBeGreaterThan(0)
    expect(found?.remedy).toMatch(/\w+/)
    return found as Problem
  }
  const noProblemIn = (file: string): Promise<MeshStatus> => mesh.statusWhen(({ problems }) => problems.every((problem) => problem.source?.file !== file), `there is no problem in ${file}`)

  beforeAll(async () => {
    mesh = await MeshUnderTest.make({ from: [meshFolder('shop')], values: { CLIENT_PROXY: 'istio-ts' } })
    status = await mesh.up()
  })
  afterAll(() => mesh[Symbol.asyncDispose]())

  it('keeps the last good form of a file with broken YAML, and says where it is broken', async () => {
    const good = mesh.read('cart.yaml')
    await mesh.write('cart.yaml', good.replace('weight: 100', 'weight: [100'))
    const problem = await problemIn('cart.yaml', ({ severity }) => severity === 'error')
    expect(problem.source?.line).toBeGreaterThan(30)
    expect(await version()).toBe('v1')
    expect((await curl('http://cart/abort', { proxy: workload(status, 'client').proxy.httpProxy })).status).toBe(418)
    // The other files still count.
    await mesh.write('hello.yaml', virtualService('hello', '{fault: {abort: {httpStatus: 429, percentage: {value: 100}}}, route: [{destination: {host: hello}}]}'))
    await until(async () => (await curl('http://hello:8000/', { proxy: workload(status, 'client').proxy.httpProxy })).status === 429, 10_000)
    mesh.remove('hello.yaml')
    await mesh.write('cart.yaml', good)
    await mesh.statusWhen(({ problems }) => problems.every(({ severity }) => severity !== 'error'), 'the error is gone')
    expect(await version()).toBe('v1')
  })

  it('says that it does not know a kind', async () => {
    await mesh.write('kind.yaml', 'apiVersion: networking.istio.io/v1\nkind: VirtualServices\nmetadata: {name: x}\nspec: {}\n')
    expect((await problemIn('kind.yaml')).message).toContain('VirtualServices')
    expect(await version()).toBe('v1')
    mesh.remove('kind.yaml')
    await noProblemIn('kind.yaml')
  })

  it('says that it does not know a field, and at which line', async () => {
    await mesh.write('field.yaml', 'apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: field, namespace: default}\nspec:\n  hosts: [hello]\n  htttp:\n  - route: [{destination: {host: hello}}]\n')
    // All findings of a document come, in no order: that it has no routes is one more.
    const problem = await problemIn('field.yaml', ({ message }) => message.includes('htttp'))
    expect(problem.source?.line).toBe(6)
    mesh.remove('field.yaml')
    await noProblemIn('field.yaml')
  })

  it('says that a VirtualService points to nothing; the rest goes on', async () => {
    await mesh.write('nothing.yaml', virtualService('hello', '{route: [{destination: {host: nobody}}]}'))
    expect((await problemIn('nothing.yaml')).message).toMatch(/nobody/)
    expect(await version()).toBe('v1')
    mesh.remove('nothing.yaml')
    await noProblemIn('nothing.yaml')
  })

  it('refuses what Istio refuses, and keeps the last good form of that document', async () => {
    const good = mesh.read('cart.yaml')
    await mesh.write('cart.yaml', good.replace('httpStatus: 418', 'httpStatus: 9'))
    expect((await problemIn('cart.yaml', ({ severity }) => severity === 'error')).source?.line).toBeGreaterThan(10)
    expect((await curl('http://cart/abort', { proxy: workload(status, 'client').proxy.httpProxy })).status).toBe(418)
    await mesh.write('cart.yaml', good)
    await mesh.statusWhen(({ problems }) => problems.every(({ severity }) => severity !== 'error'), 'the error is gone')
  })

  it('takes a half-written LocalMesh for what it is', async () => {
    const good = mesh.read('mesh.yaml')
    await mesh.write('mesh.yaml', good.slice(0, good.indexOf('cart-v2')))
    await problemIn('mesh.yaml').catch(() => undefined)
    await mesh.write('mesh.yaml', good)
    const now = await mesh.statusWhen(({ ready }) => ready, 'all is ready again')
    expect(now.workloads.map(({ name }) => name)).toEqual(status.workloads.map(({ name }) => name))
  })
})

describe.skipIf(!useful)('a mesh that cannot get ready', () => {
  const MESH = 'apiVersion: istio-ts.dev/v1alpha1\nkind: LocalMesh\nmetadata: {name: broken}\nspec:\n  workloads:\n'
  const workloadYaml = (name: string, command: string): string => `  - name: ${name}\n    service: ${name}\n    ports: [{name: http, port: 80, targetPort: \${PORT:${name}}}]\n    command: ${command}\n    cwd: \${SERVICES}\n`

  it('says which port is in use and where it is asked for, serves the rest, and heals when the port is free', async () => {
    await using mesh = await MeshUnderTest.make({ files: { 'mesh.yaml': MESH + workloadYaml('good', '[node, echo.mjs]') + workloadYaml('taken', '[node, echo.mjs]') } })
    const thief = createServer()
    await new Promise<void>((resolve) => void thief.listen(mesh.port('taken'), '127.0.0.1', resolve))
    const { code, stdout } = await mesh.istioctl(['local', 'up', '--detach', '-o', 'json', '--timeout', '6s'])
    expect(code).toBe(1)
    const status = JSON.parse(stdout) as MeshStatus
    expect(status.ready).toBe(false)
    expect(status.problems).toEqual(expect.arrayContaining([expect.objectContaining({ code: 'MESH0820', message: expect.stringContaining(String(mesh.port('taken'))), source: expect.objectContaining({ file: 'mesh.yaml', line: 13 }), remedy: expect.any(String) })]))
    expect(workload(status, 'good').ready).toBe(true)
    expect((await curl(`http://127.0.0.1:${mesh.port('good')}/`)).status).toBe(200)
    await new Promise((resolve) => void thief.close(resolve))
    expect((await mesh.up()).ready).toBe(true)
  })

  it('tells of a program that ends at once and of one that is not there', async () => {
    await using mesh = await MeshUnderTest.make({ files: { 'mesh.yaml': MESH + workloadYaml('dies', '[node, -e, process.exit(3)]') + workloadYaml('missing', '[no-such-program]') } })
    const { code, stdout } = await mesh.istioctl(['local', 'up', '--detach', '-o', 'json', '--timeout', '6s'])
    expect(code).toBe(1)
    const { problems } = JSON.parse(stdout) as MeshStatus
    expect(problems).toEqual(expect.arrayContaining([
      expect.objectContaining({ code: 'MESH0822', message: expect.stringContaining('code 3'), source: expect.objectContaining({ file: 'mesh.yaml', line: 9 }) }),
      expect.objectContaining({ code: 'MESH0821', message: expect.stringContaining('no-such-program'), source: expect.objectContaining({ file: 'mesh.yaml', line: 14 }) }),
    ]))
  })

  it('says in one line that a folder has no mesh', async () => {
    await using mesh = await MeshUnderTest.make({ files: { 'x.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n' } })
    const { code, stdout, stderr } = await mesh.istioctl(['local', 'up', '--detach', '-o', 'json'])
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/LocalMesh/)
    expect(mesh.processes()).toEqual([])
  })
})

describe.skipIf(!useful)('a push that a proxy rejects', () => {
  it('leaves the last good certificate of a gateway in force, and istiod tells', async () => {
    await using mesh = await MeshUnderTest.make({ from: [meshFolder('tls')] })
    const status = await mesh.up()
    const call = () => curl(`https://shop.example:${mesh.port('https')}/`, { args: ['--resolve', `shop.example:${mesh.port('https')}:127.0.0.1`, '--cacert', join(meshFolder('tls'), 'certs/ca.pem')] })
    await until(async () => (await call().catch(() => ({ status: 0 }))).status === 200, 10_000)
    const good = mesh.read('secret.yaml')
    const other = readFileSync(join(meshFolder('tls'), 'certs/other-key.pem'))
    await mesh.write('secret.yaml', good.replace(/tls\.key: \S+/, `tls.key: ${other.toString('base64')}`))
    await mesh.statusWhen(({ problems }) => problems.length > status.problems.length, 'there is a problem')
    expect((await call()).status).toBe(200)
    await mesh.write('secret.yaml', good)
    await mesh.statusWhen(({ problems }) => problems.length === status.problems.length, 'the problem is gone')
    expect((await call()).status).toBe(200)
    const rows = await syncz(status)
    for (const { errors } of rows) expect(errors).toEqual({})
  })
})

const virtualService = (host: string, http: string): string => `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: ${host}-test, namespace: default}\nspec:\n  hosts: [${host}]\n  http:\n  - ${http}\n`
