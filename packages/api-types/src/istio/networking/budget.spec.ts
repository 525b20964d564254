/** What one kind costs: in a bundle for a browser, and in time. */
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { VirtualService } from './index.ts'
import { safeParse } from '../../parse.ts'

const KINDS = [
  ['virtual-service', 'VirtualService'],
  ['destination-rule', 'DestinationRule'],
  ['gateway', 'Gateway'],
  ['service-entry', 'ServiceEntry'],
  ['workload-entry', 'WorkloadEntry'],
  ['workload-group', 'WorkloadGroup'],
  ['sidecar', 'Sidecar'],
  ['envoy-filter', 'EnvoyFilter'],
  ['proxy-config', 'ProxyConfig'],
] as const

/** Size of a minified and gzipped bundle of an entry, in bytes. */
async function bundled(contents: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    conditions: ['@istio-ts/source'],
    absWorkingDir: join(import.meta.dirname, '../../../../..'),
  })
  return gzipSync(outputFiles[0]?.contents ?? new Uint8Array(), { level: 9 }).length
}

describe('the bundle of one kind', () => {
  it.each(KINDS)('%s: type and schema below 40 KB, with validation below 110 KB gzipped', async (folder, name) => {
    const camel = name.charAt(0).toLowerCase() + name.slice(1)
    expect(await bundled(`export { ${camel}Schema } from './${folder}/index.ts'`)).toBeLessThan(40_000)
    expect(await bundled(`export { ${name} } from './${folder}/index.ts'; export { safeParse } from '../../parse.ts'`)).toBeLessThan(110_000)
  }, 30_000)
})

/** The usual canary: matches, weights, a timeout and retries. */
const canary = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'reviews', namespace: 'shop' },
  spec: {
    hosts: ['reviews.shop.svc.cluster.local'],
    gateways: ['mesh', 'istio-system/ingress'],
    http: [
      {
        match: [{ uri: { prefix: '/reviews' }, headers: { 'end-user': { exact: 'jason' } } }],
        route: [
          { destination: { host: 'reviews', subset: 'v2', port: { number: 9080 } }, weight: 90 },
          { destination: { host: 'reviews', subset: 'v1' }, weight: 10 },
        ],
        timeout: '5s',
        retries: { attempts: 3, perTryTimeout: '2s', retryOn: '5xx,reset' },
      },
      { route: [{ destination: { host: 'reviews', subset: 'v1' } }] },
    ],
  },
}

it('thousands of VirtualServices are checked per second', () => {
  const rates = Array.from({ length: 8 }, () => {
    const before = process.threadCpuUsage()
    for (let i = 0; i < 3000; i++) safeParse(VirtualService, canary)
    const { user, system } = process.threadCpuUsage(before)
    return 3000 / ((user + system) / 1e6)
  })
  const best = Math.max(...rates)
  console.log(`VirtualService: ${Math.round(best)} checked per second of a core`)
  // CPU time of this thread, because the machine is shared; here it is twice the bound with a load of twenty.
  expect(best).toBeGreaterThan(20_000)
}, 60_000)
