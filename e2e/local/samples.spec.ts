/** The samples do what their files say. The bookshop has its own tests, in demo.spec.ts. */
import { expect, it } from 'vitest'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { curl } from './calls.ts'
import { MeshUnderTest, until, workload } from './mesh-under-test.ts'
import { havePeers, program } from './peers.ts'

const SAMPLE = join(import.meta.dirname, '../../samples/two-languages')

it.skipIf(!havePeers('e2e/local/samples', { curl: program('curl'), python3: program('python3') }))('two-languages: Python asks Node by name, under the rules of the folder', async () => {
  const text = readFileSync(join(SAMPLE, 'mesh.yaml'), 'utf8').replaceAll(/targetPort: (\d+)/g, 'targetPort: ${PORT:p$1}')
  await using mesh = await MeshUnderTest.make({ from: [SAMPLE], files: { 'mesh.yaml': text } })
  const status = await mesh.up()
  expect(status.problems).toEqual([])
  const hello = (): Promise<{ readonly body: string }> => curl(`http://127.0.0.1:${mesh.port('p18110')}/`)
  expect((await hello()).body).toMatch(/^hello, it is 20\d\d-/)
  // The rules hold: a call that takes too long is given up, and the clock itself is no caller that may ask.
  expect((await curl('http://clock/?wait=3000', { proxy: workload(status, 'hello').proxy.httpProxy })).status).toBe(504)
  expect((await curl('http://clock/', { proxy: workload(status, 'clock').proxy.httpProxy })).status).toBe(403)
  await mesh.write('mesh.yaml', text.replace('sa/hello', 'sa/nobody'))
  await until(async () => (await hello()).body === 'the clock answers 403\n', 10_000)
})
