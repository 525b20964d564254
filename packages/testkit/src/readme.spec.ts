/** The README's example runs. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runScenario } from './index.ts'

it('does what the README shows', async () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')
  const code = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
  const [mesh = '', calls = ''] = [...code.matchAll(/`([^`]+)`/g)].map((match) => match[1])
  expect(code).toContain('runScenario({ mesh, calls })')
  expect((await runScenario({ mesh, calls })).problems).toEqual([])
  expect((await runScenario({ mesh, calls: calls.replace('418', '200') })).problems).toHaveLength(1)
})
