/** The samples do what their files say. The bookshop has its own tests, in demo.spec.ts. */
import { expect, it } from 'vitest'
import { curl } from './calls.ts'
import { workload } from './mesh-status.ts'
import { MeshUnderTest } from './mesh-under-test.ts'
import { until } from './run.ts'
import { havePeers, program } from './peers.ts'

it.skipIf(!havePeers('e2e/local/samples', { curl: program('curl'), python3: program('python3') }))('two-languages: Python asks Node by name, under the rules of the folder', async () => {
  await using mesh = await MeshUnderTest.ofSample('two-languages')
  const status = await mesh.up()
  expect(status.problems).toEqual([])
  const hello = (): Promise<{ readonly body: string }> => curl(`http://127.0.0.1:${mesh.port('p18110')}/`)
  expect((await hello()).body).toMatch(/^hello, it is 20\d\d-/)
  // The rules hold: a call that takes too long is given up, and the clock itself is no caller that may ask.
  expect((await curl('http://clock/?wait=3000', { proxy: workload(status, 'hello').proxy.httpProxy })).status).toBe(504)
  expect((await curl('http://clock/', { proxy: workload(status, 'clock').proxy.httpProxy })).status).toBe(403)
  await mesh.write('mesh.yaml', mesh.read('mesh.yaml').replace('sa/hello', 'sa/nobody'))
  await until(async () => (await hello()).body === 'the clock answers 403\n', 10_000)
})
