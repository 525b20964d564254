import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { netEngine, systemClock } from './node/index.ts'
import { Proxy, standardCodecs } from './index.ts'

it('runs the example of the README', async () => {
  const text = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')
  const example = /```ts\n([^]*?)```/.exec(text)?.[1] ?? ''
  const [imports, code] = [example.match(/^import .*$/gm) ?? [], example.replace(/^import .*$/gm, '')]
  expect(imports.join('\n')).toContain('@istio-ts/proxy-core')
  const log = vi.fn()
  // The example's own text, with its imports and console given to it.
  const run = new Function('Proxy', 'standardCodecs', 'netEngine', 'systemClock', 'console', `${code}\nreturn proxy`) as (...given: readonly unknown[]) => Proxy
  const proxy = run(Proxy, standardCodecs, netEngine, systemClock, { log, error: log })
  expect(log).toHaveBeenCalledWith(0, 0)
  await proxy.stop()
})
