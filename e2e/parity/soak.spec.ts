/** After mixed traffic with everything that goes wrong in it, the proxy holds what it held before. SOAK_MS=300000 makes it five minutes. */
import { expect, it } from 'vitest'
import { soak } from './soak.ts'

const MS = Number(process.env['SOAK_MS'] ?? 8000)

it('holds nothing after mixed traffic that it did not hold before', async () => {
  const { before, after, counts } = await soak(MS)
  expect(Object.keys(counts).length).toBe(27)
  expect(after.connections, 'downstream connections at rest').toBe(0)
  for (const [name, [, ...busy]] of Object.entries(after.upstream)) expect([name, ...busy.map(Number)]).toEqual([name, ...busy.map(() => 0)])
  expect(after.gauges).not.toHaveProperty('envoy_http_downstream_rq_active')
  expect(after.gauges).not.toHaveProperty('envoy_http_downstream_cx_active')
  expect(after.timers).toBeLessThanOrEqual(before.timers + 1)
  // Pooled upstream connections are held on purpose: at most as many as there were requests at a time.
  expect(after.sockets).toBeLessThan(before.sockets + 15)
  expect(after.heapMb).toBeLessThan(before.heapMb + 4)
  expect(after.buffersMb).toBeLessThan(before.buffersMb + 8)
}, MS * 1.2 + 60_000)
