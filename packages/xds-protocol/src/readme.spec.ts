/** The example of the README, run. */
import { expect, it } from 'vitest'
import { CLUSTER_TYPE, initialServerState, parseDeltaRequest, formatDeltaRequest, snapshotStore, stepContext, stepServer } from './index.ts'

it('serves a cluster to a client that asks for all', () => {
  const store = snapshotStore()
  const snapshot = store.build([{ typeUrl: CLUSTER_TYPE, key: 'default', resources: [{ name: 'cart', bytes: Uint8Array.of(0x0a, 4, 99, 97, 114, 116), provenance: [] }] }])
  const context = stepContext()
  const { state } = stepServer(initialServerState('delta'), { kind: 'snapshot', snapshot }, context)
  const request = parseDeltaRequest(formatDeltaRequest({ typeUrl: CLUSTER_TYPE, nonce: '', subscribe: [], unsubscribe: [], initialVersions: new Map() }))
  const { effects } = stepServer(state, { kind: 'delta-request', request }, context)
  expect(effects).toMatchObject([{ kind: 'send', response: { typeUrl: CLUSTER_TYPE, resources: [{ name: 'cart' }] } }])
})
