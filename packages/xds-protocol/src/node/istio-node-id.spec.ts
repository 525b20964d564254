import { expect, it } from 'vitest'
import { formatNodeId, parseNodeId } from './istio-node-id.ts'

it('reads what it writes, and splits pod and namespace at the last dot', () => {
  const id = { type: 'sidecar', ip: '10.1.2.3', name: 'reviews.v1', namespace: 'default', dnsDomain: 'default.svc.cluster.local' } as const
  expect([parseNodeId(formatNodeId(id)), formatNodeId(id)]).toEqual([id, 'sidecar~10.1.2.3~reviews.v1.default~default.svc.cluster.local'])
})

it.each(['', 'a~b', 'proxy~1~a.b~c', 'sidecar~1~a.b~c~d'])('refuses %j', (text) => expect(parseNodeId(text)).toBeUndefined())
