/** What the demo expects follows the files, which somebody may have edited. */
import { expect, it } from 'vitest'
import type { Resource } from '@istio-ts/api-types'
import { unmet } from './expectations.ts'
import type { DemoRow } from './rows.ts'

const virtualService = (name: string, http: readonly object[]): Resource => ({ cluster: 'Kubernetes', apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name, namespace: 'default' }, spec: { http } })
const sample = (fixedDelay: string): readonly Resource[] => [virtualService('ratings', [{ fault: { abort: { httpStatus: 500 } } }, { fault: { delay: { fixedDelay } } }])]
const row = (durationMs: number): DemoRow => ({
  from: 'reviews-v2', to: 'ratings', method: 'GET', path: '/', status: 200, upstreamPod: 'ratings-v1', upstreamVersion: 'v1', tls: true, sourcePrincipal: 'spiffe://cluster.local/ns/default/sa/reviews', route: 'slow',
  config: [{ kind: 'VirtualService', namespace: 'default', name: 'ratings', file: 'x.yaml', line: 1 }], shows: 'delay', attempts: 1, durationMs,
})
const SLOW = 'ratings was slow for sally by the injected delay'

it.each([
  ['0.7s', 711, true], ['0.7s', 311, false], ['0.3s', 311, true], ['2s', 711, false],
] as const)('a delay of %s is seen in a call of %i ms: %s', (fixedDelay, durationMs, seen) => {
  expect(!unmet([row(durationMs)], sample(fixedDelay)).includes(SLOW)).toBe(seen)
})

it('does not take a slow answer for a delay that nobody configured', () => {
  expect(unmet([row(5000)], [virtualService('ratings', [{}])])).toContain(SLOW)
})
