/** A mistake is told once, whoever suffers from it, and until nobody does. */
import { expect, it } from 'vitest'
import { formatDiagnostic, from, type Provenance } from '@istio-ts/foundation'
import type { RefusedConfig } from '../server-session/state.ts'
import { ROUTE_TYPE } from '../type-urls.ts'
import { refusalLedger } from './refusal-ledger.ts'
import type { XdsClient } from './server-seam.ts'

const client = (name: string): XdsClient => ({
  connectionId: `${name}-1`,
  peer: { address: '', security: 'plaintext', uris: [] },
  node: { id: `sidecar~10.0.0.1~${name}.default~default.svc.cluster.local`, cluster: '', metadata: {}, locality: { region: '', zone: '', subZone: '' }, userAgentName: '', extensions: [], clientFeatures: [] },
})
const rule = (name: string, path = 'spec.http[1]'): Provenance => from({ cluster: 'Kubernetes', group: 'networking.istio.io', kind: 'VirtualService', namespace: 'default', name }, path)
const refused = (table: string, detail: string, ...origins: readonly Provenance[]): RefusedConfig => ({ name: table, detail, from: origins })

function ledger() {
  const found = new Map<string, readonly string[]>()
  const { set } = refusalLedger((subject, typeUrl, diagnostics) => void (diagnostics.length === 0 ? found.delete(`${subject} ${typeUrl}`) : found.set(`${subject} ${typeUrl}`, diagnostics.map(formatDiagnostic))))
  return { set, all: () => [...found.values()].flat() }
}

it('names the rule, who refuses what, what they say, and what stays in force', () => {
  const { set, all } = ledger()
  set(client('b'), ROUTE_TYPE, [refused('80', 'no such command.', rule('cart')), refused('http_proxy', 'no such command', rule('cart'))])
  set(client('a'), ROUTE_TYPE, [refused('80', 'Not supported: NOPE', rule('cart', 'spec.http[0]'))])
  expect(all()).toEqual(['error MESH0550 VirtualService default/cart: spec.http[1]: Proxies a.default, b.default refused RDS 80, http_proxy, made of it: Not supported: NOPE; no such command. They keep the last good form of it and take everything else. Correct it; the new form is sent at once.'])
})

it('counts the proxies beyond three', () => {
  const { set, all } = ledger()
  for (const name of ['a', 'b', 'c', 'd', 'e']) set(client(name), ROUTE_TYPE, [refused('80', 'no', rule('cart'))])
  expect(all()).toEqual([expect.stringContaining('Proxies a.default, b.default, c.default and 2 more refused RDS 80, made of it: no. They keep')])
})

it('tells two rules apart, and what nobody wrote from both', () => {
  const { set, all } = ledger()
  set(client('a'), ROUTE_TYPE, [refused('80', 'no', rule('cart')), refused('80', 'no', rule('shop')), refused('81', 'no')])
  expect(all().map((line) => line.slice(0, 60))).toEqual([
    'error MESH0550 VirtualService default/cart: spec.http[1]: Pr', 'error MESH0550 VirtualService default/shop: spec.http[1]: Pr', 'error MESH0550 Proxy a.default refused RDS 81: no. It keeps ',
  ])
})

it('forgets a proxy that refuses no more or is gone, and the rule with the last of them', () => {
  const { set, all } = ledger()
  for (const name of ['a', 'b']) set(client(name), ROUTE_TYPE, [refused('80', 'no', rule('cart'))])
  set(client('a'), ROUTE_TYPE, [refused('80', 'no', rule('shop'))])
  expect(all()).toEqual([expect.stringContaining('default/cart: spec.http[1]: Proxy b.default'), expect.stringContaining('default/shop: spec.http[1]: Proxy a.default')])
  set(client('b'), ROUTE_TYPE, [])
  set(client('a'), ROUTE_TYPE, [])
  expect(all()).toEqual([])
})
