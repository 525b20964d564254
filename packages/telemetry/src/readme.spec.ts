/** The example of the README, run. */
import { expect, it } from 'vitest'
import { formatPrometheus, metricRegistry } from './index.ts'

it('counts and prints', () => {
  const registry = metricRegistry()
  registry.counter({ name: 'pilot_xds_pushes', help: 'Pushes.', labels: ['type'] }).add(1, { type: 'cds' })
  expect(formatPrometheus(registry.collect())).toContain('pilot_xds_pushes{type="cds"} 1')
})
