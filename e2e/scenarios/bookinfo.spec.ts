/** Bookinfo's own networking YAML, unchanged, on stand-ins of its four services: each file does what Istio's documentation says of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { curl } from '../local/calls.ts'
import { syncz, workload, type MeshStatus } from '../local/mesh-status.ts'
import { MeshUnderTest } from '../local/mesh-under-test.ts'
import { until } from '../local/run.ts'
import { versionYaml } from '../local/version-yaml.ts'
import { conformanceFolder, havePeers, program } from '../local/peers.ts'

const NETWORKING = conformanceFolder('istio/samples/bookinfo/networking')
const STAND_INS = join(import.meta.dirname, '../../samples/bookshop/services')

const workloadYaml = (service: string, version: string): string => versionYaml({ service, version, port: { name: 'http', port: 9080 }, script: `${service}.mjs`, cwd: '${STAND_INS}' })
const MESH = `apiVersion: istio-ts.dev/v1alpha1
kind: LocalMesh
metadata: {name: bookinfo}
spec:
  workloads:
${[['productpage', 'v1'], ['details', 'v1'], ['reviews', 'v1'], ['reviews', 'v2'], ['reviews', 'v3'], ['ratings', 'v1']].map(([name = '', version = '']) => workloadYaml(name, version)).join('')}  gateways:
  - {name: ingress, namespace: istio-system, labels: {istio: ingressgateway}, ports: [{port: 8080, listen: \${PORT:ingress}}]}
`

interface Page {
  readonly details?: { readonly title?: string; readonly error?: string }
  readonly reviews?: { readonly version?: string; readonly reviews?: readonly { readonly rating?: { readonly stars?: number; readonly color?: string; readonly error?: string } }[] }
  readonly statuses: { readonly details: number; readonly reviews: number }
}

describe.skipIf(!havePeers('e2e/scenarios/bookinfo', { "Istio's samples": NETWORKING, curl: program('curl') }))('Bookinfo', () => {
  let mesh: MeshUnderTest
  let status: MeshStatus

  /** As `kubectl apply -f`: each document replaces the one of its kind and name. Each lies in a file of its own, its text untouched. */
  async function apply(...files: readonly string[]): Promise<void> {
    for (const file of files) {
      for (const document of readFileSync(join(NETWORKING ?? '', `${file}.yaml`), 'utf8').split(/^---$/m).filter((text) => /^kind:/m.test(text))) {
        const name = `${/^kind: (\w+)/m.exec(document)?.[1]}-${/^ {2}name: ([\w-]+)/m.exec(document)?.[1]}.yaml`
        await mesh.write(name, document)
      }
    }
  }

  const page = async (user?: string): Promise<Page & { readonly took: number }> => {
    const { status: code, body, took } = await curl(`http://127.0.0.1:${mesh.port('ingress')}/api/v1/products/0`, { headers: user ? { 'end-user': user } : {} })
    if (code !== 200) throw new Error(`the page answered ${code}: ${body}`)
    return { ...(JSON.parse(body) as Page), took }
  }
  const seen = async (count: number, user?: string): Promise<Readonly<Record<string, number>>> => {
    const versions: Record<string, number> = {}
    const pages = await Promise.all(Array.from({ length: 4 }, async () => {
      const out: string[] = []
      for (let i = 0; i < count / 4; i++) out.push((await page(user)).reviews?.version ?? 'none')
      return out
    }))
    for (const version of pages.flat()) versions[version] = (versions[version] ?? 0) + 1
    return versions
  }
  /** The change is there as soon as a page shows it; the first pages may still be those of before. */
  const when = (shows: (page: Page) => boolean, user?: string): Promise<number> => until(async () => shows(await page(user).catch((): Page => ({ statuses: { details: 0, reviews: 0 } }))), 15_000)
  const version = (wanted: string) => (shown: Page): boolean => shown.reviews?.version === wanted

  beforeAll(async () => {
    mesh = await MeshUnderTest.make({ files: { 'mesh.yaml': MESH }, values: { STAND_INS } })
    await apply('bookinfo-gateway', 'destination-rule-all', 'virtual-service-all-v1')
    status = await mesh.upAndSynced()
    await when(version('v1'))
  })
  afterAll(() => mesh[Symbol.asyncDispose]())

  it('bookinfo-gateway: shows the page under its paths and nothing else', async () => {
    const base = `http://127.0.0.1:${mesh.port('ingress')}`
    expect(await curl(`${base}/productpage`)).toMatchObject({ status: 200, body: expect.stringContaining('The Comedy of Errors') })
    expect((await curl(`${base}/api/v1/products`)).status).toBe(200)
    for (const path of ['/', '/productpages', '/admin']) expect((await curl(`${base}${path}`)).status).toBe(404)
  })

  it('has no error in any of these files', () => {
    expect(status.problems.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  it('virtual-service-all-v1: everybody sees reviews v1, without stars', async () => {
    expect(await seen(20)).toEqual({ v1: 20 })
    expect((await page('jason')).reviews?.reviews?.every(({ rating }) => rating === undefined)).toBe(true)
  })

  it('virtual-service-reviews-test-v2: Jason sees v2 with black stars, the others v1', async () => {
    await apply('virtual-service-reviews-test-v2')
    await when(version('v2'), 'jason')
    expect(await seen(12, 'jason')).toEqual({ v2: 12 })
    expect(await seen(12)).toEqual({ v1: 12 })
    expect((await page('jason')).reviews?.reviews?.map(({ rating }) => rating?.color)).toEqual(['black', 'black'])
  })

  it('virtual-service-ratings-test-delay: Jason waits 7 s for the ratings, the others do not', async () => {
    await apply('virtual-service-ratings-test-delay')
    let slow: Awaited<ReturnType<typeof page>> | undefined
    await until(async () => (slow = await page('jason')).took >= 7000, 40_000)
    expect(slow?.took).toBeLessThan(9500)
    expect((await page()).took).toBeLessThan(3000)
  })

  it('virtual-service-ratings-test-abort: Jason sees that ratings are unavailable, the others see nothing of it', async () => {
    await apply('virtual-service-ratings-test-abort')
    await when(({ reviews }) => reviews?.reviews?.[0]?.rating?.error === 'Ratings service is currently unavailable', 'jason')
    expect((await page('jason')).statuses).toEqual({ details: 200, reviews: 200 })
    expect(await page()).toMatchObject({ reviews: { version: 'v1' }, statuses: { details: 200, reviews: 200 } })
    await apply('virtual-service-all-v1')
    await when(version('v1'), 'jason')
  })

  it.each([
    ['virtual-service-reviews-50-v3', { v1: 50, v3: 50 }],
    ['virtual-service-reviews-80-20', { v1: 80, v2: 20 }],
    ['virtual-service-reviews-90-10', { v1: 90, v2: 10 }],
    ['virtual-service-reviews-v2-v3', { v2: 50, v3: 50 }],
  ] as const)('%s: splits the readers', async (file, percent) => {
    await apply(file)
    const rare = Object.entries(percent).at(-1)?.[0] ?? ''
    await when(version(rare))
    // Pages of before are gone once a version of another file is not seen any more; both files hold v1 or v2 alone otherwise.
    await until(async () => Object.keys(await seen(12)).every((one) => one in percent), 15_000)
    const counts = await seen(100)
    for (const [one, share] of Object.entries(percent)) {
      // Five standard deviations of a fair draw.
      const slack = 5 * Math.sqrt(share * (1 - share / 100))
      expect(counts[one] ?? 0).toBeGreaterThanOrEqual(Math.floor(share - slack))
      expect(counts[one] ?? 0).toBeLessThanOrEqual(Math.ceil(share + slack))
    }
    expect(Object.keys(counts).every((one) => one in percent)).toBe(true)
  })

  it('virtual-service-reviews-v3: everybody sees v3 with red stars', async () => {
    await apply('virtual-service-reviews-v3')
    await until(async () => JSON.stringify(await seen(12)) === '{"v3":12}', 15_000)
    expect((await page()).reviews?.reviews?.map(({ rating }) => [rating?.color, rating?.stars])).toEqual([['red', 5], ['red', 4]])
  })

  it('virtual-service-reviews-jason-v2-v3: Jason sees v2, the others v3', async () => {
    await apply('virtual-service-reviews-jason-v2-v3')
    await when(version('v2'), 'jason')
    expect(await seen(12, 'jason')).toEqual({ v2: 12 })
    expect(await seen(12)).toEqual({ v3: 12 })
  })

  it('fault-injection-details-v1: details answer 555', async () => {
    await apply('fault-injection-details-v1')
    await when(({ statuses }) => statuses.details === 555)
    expect((await page()).statuses).toEqual({ details: 555, reviews: 200 })
    await apply('virtual-service-all-v1', 'destination-rule-all')
    await when(({ statuses }) => statuses.details === 200)
  })

  it('virtual-service-details-v2: a version that nobody runs is answered 503, and the page says so', async () => {
    await apply('virtual-service-details-v2')
    await when(({ statuses }) => statuses.details === 503)
    expect((await page()).reviews?.version).toBe('v1')
    await apply('virtual-service-all-v1')
    await when(({ statuses }) => statuses.details === 200)
  })

  it('destination-rule-reviews: without a VirtualService all versions are asked', async () => {
    await apply('destination-rule-reviews')
    mesh.remove('VirtualService-reviews.yaml')
    await until(async () => Object.keys(await seen(24)).length === 3, 15_000)
  })

  it('destination-rule-all-mtls: goes on over mutual TLS, as the metrics of the callee say', async () => {
    await apply('destination-rule-all-mtls', 'virtual-service-all-v1')
    await until(async () => JSON.stringify(await seen(12)) === '{"v1":12}', 15_000)
    const metrics = await (await fetch(`http://${workload(status, 'details-v1').proxy.admin}/stats/prometheus`)).text()
    const lines = metrics.split('\n').filter((line) => line.startsWith('istio_requests_total{'))
    expect(lines.length).toBeGreaterThan(0)
    for (const line of lines.filter((one) => one.includes('reporter="destination"'))) {
      expect(line).toContain('connection_security_policy="mutual_tls"')
      expect(line).toContain('source_principal="spiffe://cluster.local/ns/default/sa/productpage"')
    }
  })

  it('has no NACK and no error after all of these', async () => {
    const rows = await syncz(status)
    for (const { errors } of rows) expect(errors).toEqual({})
    await mesh.statusWhen(({ problems }) => problems.every(({ severity }) => severity !== 'error'), 'there is no error')
  })
})
