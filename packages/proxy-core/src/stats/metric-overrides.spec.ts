/** Which metrics are left out, and what labels they have. */
import { expect, it } from 'vitest'
import { metricOverrides } from './metric-overrides.ts'

const STANDARD = [['source_app', 'web'], ['response_code', '200']] as const
const labels = (config: Readonly<Record<string, unknown>>, metric = 'requests_total') => metricOverrides(config).labels(metric, STANDARD)

it.each([
  ['nothing is said', {}, STANDARD],
  ['the metric is dropped', { metrics: [{ name: 'requests_total', drop: true }] }, undefined],
  ['another metric is dropped', { metrics: [{ name: 'request_bytes', drop: true }] }, STANDARD],
  ['all metrics are dropped', { metrics: [{ drop: true }] }, undefined],
  ['a label is removed', { metrics: [{ name: 'requests_total', tagsToRemove: ['source_app'] }] }, [['response_code', '200']]],
  ['a label is removed, in snake names', { metrics: [{ tags_to_remove: ['source_app', 'response_code'] }] }, []],
  ['a label gets a fixed value', { metrics: [{ dimensions: { source_app: "'front'" } }] }, [['response_code', '200'], ['source_app', 'front']]],
  ['a label gets an expression, which is not understood', { metrics: [{ dimensions: { host: 'request.host' } }] }, STANDARD],
  ['two entries speak of it', { metrics: [{ tagsToRemove: ['source_app'] }, { name: 'requests_total', dimensions: { team: '"blue"' } }] }, [['response_code', '200'], ['team', 'blue']]],
])('when %s', (_when, config, expected) => {
  expect(labels(config)).toEqual(expected)
})
