/** The demo: what it sends, what it shows, and that both follow the sample when somebody edits it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MeshUnderTest } from './mesh-under-test.ts'
import { type Ended, until } from './run.ts'

const SAMPLE = join(import.meta.dirname, '../../samples/bookshop')

const sampleText = (file: string): string => readFileSync(join(SAMPLE, file), 'utf8')

/** A row as the contract has it; what is more is for people. */
interface Row {
  readonly from: string; readonly to: string; readonly method: string; readonly path: string; readonly status: number; readonly upstreamPod: string | null; readonly upstreamVersion: string | null
  readonly tls: boolean; readonly sourcePrincipal: string; readonly route: string; readonly shows: string; readonly durationMs: number; readonly attempts: number
  readonly config: readonly { readonly kind: string; readonly namespace: string; readonly name: string; readonly file: string; readonly line: number }[]
}

describe('the demo', () => {
  let mesh: MeshUnderTest
  beforeAll(async () => {
    mesh = await MeshUnderTest.ofSample('bookshop')
  })
  afterAll(() => mesh[Symbol.asyncDispose]())

  const demo = (...args: readonly string[]): Promise<Ended> => mesh.istioctl(['local', 'demo', '--once', '-f', mesh.folder, ...args], { cwd: '/', timeoutMs: 90_000 })
  const routesOf = async (workload: string): Promise<string> => (await mesh.istioctl(['proxy-config', 'routes', workload, '-o', 'json'])).stdout
  const lineOf = ({ file, line }: Row['config'][number]): string => mesh.read(file).split('\n')[line - 1]?.trim() ?? ''
  const reasons = (row: Row | undefined): readonly string[] => (row?.config ?? []).map(lineOf)
  const find = (rows: readonly Row[], shows: string, to: string): Row | undefined => rows.find((row) => row.shows === shows && row.to === to)

  it('prints one JSON array with a split, a denial, an abort, a delay and a retry, each with the lines that caused it', async () => {
    const { code, stdout, stderr } = await demo('-o', 'json')
    const rows = JSON.parse(stdout) as readonly Row[]
    expect([code, stderr.includes('NOT SEEN')]).toEqual([0, false])
    expect(rows.length).toBeGreaterThanOrEqual(12)
    for (const row of rows) {
      expect(row).toEqual(expect.objectContaining({ from: expect.any(String), to: expect.any(String), method: 'GET', path: expect.any(String), status: expect.any(Number), tls: expect.any(Boolean), sourcePrincipal: expect.stringMatching(/^spiffe:\/\/cluster\.local\/ns\//), route: expect.any(String) }))
      expect(row.tls).toBe(row.upstreamPod !== null)
      expect(row.config.length).toBeGreaterThan(0)
    }
    const split = rows.filter((row) => row.shows === 'split' && row.to === 'reviews')
    expect([...new Set(split.map((row) => row.upstreamVersion))].sort()).toEqual(['v1', 'v3'])
    for (const row of split) expect(reasons(row)).toContain('weight: 50')
    expect(find(rows, 'denial', 'ratings')).toMatchObject({ status: 403, upstreamPod: 'ratings-v1', sourcePrincipal: 'spiffe://cluster.local/ns/default/sa/productpage' })
    expect(find(rows, 'denial', 'ratings')?.config[0]).toMatchObject({ kind: 'AuthorizationPolicy', namespace: 'default', name: 'ratings-for-reviews', file: 'config/security.yaml' })
    expect(find(rows, 'abort', 'ratings')).toMatchObject({ status: 500, upstreamPod: null, upstreamVersion: null, tls: false })
    expect(reasons(find(rows, 'abort', 'ratings'))[0]).toMatch(/^abort: /)
    expect(find(rows, 'delay', 'ratings')?.durationMs).toBeGreaterThanOrEqual(695)
    expect(reasons(find(rows, 'delay', 'ratings'))[0]).toMatch(/^delay: /)
    expect(find(rows, 'retry', 'details')).toMatchObject({ status: 200, attempts: 2 })
    expect(reasons(find(rows, 'retry', 'details'))[0]).toMatch(/^retries: /)
    expect(mesh.processes()).toEqual([])
  })

  it('stays true after edits: shifted lines, other weights, a rule in another file, DOS line ends; and uses a mesh that is up without ending it', async () => {
    await mesh.up()
    const [split = '', rest = ''] = sampleText('config/reviews.yaml').replace('weight: 50', 'weight: 100').replace('weight: 50', 'weight: 0').split('---\n')
    await mesh.write('moved.yaml', `# shifted\n\n${split}`)
    await mesh.write('config/reviews.yaml', rest)
    await mesh.write('config/resilience.yaml', sampleText('config/resilience.yaml').replaceAll('\n', '\r\n').replace('0.7s', '300ms'))
    // Before anything was read all proxies are in step as well, with what was there before: so ask what they have.
    await until(async () => !(await routesOf('productpage-v1')).includes('"weight": 50') && (await Promise.all(['v1', 'v2', 'v3'].map((version) => routesOf(`reviews-${version}`)))).every((routes) => routes.includes('"fixedDelay": "0.300s"')), 20_000)
    await mesh.statusWhen(({ workloads, problems }) => problems.length === 0 && workloads.every(({ proxy }) => proxy.synced), 'the edits are in force')
    const { code, stdout } = await demo('-o', 'json')
    const rows = JSON.parse(stdout) as readonly Row[]
    expect(code).toBe(0)
    const seen = rows.filter((row) => row.shows === 'split' && row.to === 'reviews')
    expect([...new Set(seen.map((row) => row.upstreamVersion))]).toEqual(['v1'])
    expect(seen[0]?.config[0]).toMatchObject({ kind: 'VirtualService', name: 'reviews', file: 'moved.yaml' })
    expect(reasons(seen[0])).toContain('weight: 100')
    expect(reasons(find(rows, 'delay', 'ratings'))[0]).toContain('300ms')
    expect((await mesh.status()).ready).toBe(true)
  })

  it('stays up, says after an edit who answers now, and stops everything at Ctrl-C', async () => {
    await mesh.down()
    const { child, text, ended } = mesh.foreground(['local', 'demo', '-f', mesh.folder])
    await until(() => text().includes('Ctrl-C stops everything'), 60_000)
    expect(text()).toMatch(/moved\.yaml:\d+\n/)
    await mesh.write('moved.yaml', mesh.read('moved.yaml').replace('weight: 100', 'weight: 1').replace('weight: 0', 'weight: 100').replace('weight: 1\n', 'weight: 0\n'))
    await until(() => text().includes('The files changed'), 40_000)
    expect(text()).toContain('(weights: v1 0, v3 100). Of 20 pages reviews-v3 answered 20.')
    child.kill('SIGINT')
    expect(await ended).toBe(0)
    expect(mesh.processes()).toEqual([])
    await mesh.write('moved.yaml', mesh.read('moved.yaml').replace('weight: 0', 'weight: 1').replace('weight: 100', 'weight: 0').replace('weight: 1\n', 'weight: 100\n'))
    await mesh.up()
  })

  it('says what was not seen and exits with 1 when a rule is gone, and shows its table without colours to a pipe', async () => {
    mesh.remove('config/security.yaml')
    await until(async () => (await fetch(`http://127.0.0.1:${mesh.port('p18080')}/api/ratings`)).status === 200, 10_000)
    const { code, stdout, stderr } = await demo()
    expect(code).toBe(1)
    expect(stderr).toContain('NOT SEEN: productpage was denied access to ratings')
    expect(stdout).toMatch(/^ +\d+x {2}productpage-v1 +reviews +200 +reviews-v1 +default\/productpage\n +moved\.yaml:\d+ +weight: 100$/m)
    expect(stdout).not.toContain('\u001b')
  })
})
