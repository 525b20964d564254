/** What a translation promises whatever the view: valid messages, stable bytes, shared work, origins beside the bytes. */
import { fromJson, toJson, type MessageName } from '@istio-ts/api-types/envoy'
import type { ProxyView } from '@istio-ts/mesh-model'
import { describe, expect, it } from 'vitest'
import { translationMemo, type TranslationMemo } from './memo.ts'
import type { XdsBundle, XdsResource } from './resource.ts'
import { capturedView, loopbackView, sampleEndpoint, sampleRoute } from './testing/sample-view.ts'
import { translate } from './translate.ts'
import { decodeMessage, RESOURCE_TYPES } from './wire/encode.ts'

const bundlesOf = (view: ProxyView, memo: TranslationMemo = translationMemo()): readonly XdsBundle[] => translate(view, memo).bundles
const find = (bundles: readonly XdsBundle[], name: string): XdsResource => {
  const found = bundles.flatMap((bundle) => bundle.resources).find((resource) => resource.name === name)
  if (found === undefined) throw new Error(`no resource ${name}`)
  return found
}
const isType = (name: string): name is MessageName & (typeof RESOURCE_TYPES)[keyof typeof RESOURCE_TYPES] => Object.values<string>(RESOURCE_TYPES).includes(name)

describe('translate', () => {
  it.each([['captured', capturedView()], ['loopback', loopbackView()]] as const)('makes only messages that the strict schema accepts (%s)', (_, view) => {
    for (const bundle of bundlesOf(view)) {
      const name = bundle.typeUrl.replace('type.googleapis.com/', '')
      if (!isType(name)) throw new Error(`unexpected type ${name}`)
      for (const resource of bundle.resources) expect(fromJson(name, toJson(name, resource.message)).problems, resource.name).toEqual([])
    }
  })

  it('gives the same bundles for the same view', () => {
    const memo = translationMemo()
    const view = capturedView()
    const [first, second] = [bundlesOf(view, memo), bundlesOf(view, memo)]
    expect(second.map((bundle, i) => bundle === first[i])).toEqual(first.map(() => true))
  })

  it('gives the same bytes with and without a memo', () => {
    const memo = translationMemo()
    bundlesOf(capturedView(), memo)
    const bytes = (bundles: readonly XdsBundle[]) => bundles.flatMap((bundle) => bundle.resources.map((resource) => [resource.name, Buffer.from(resource.bytes).toString('hex')]))
    expect(bytes(bundlesOf(capturedView(), memo))).toEqual(bytes(bundlesOf(capturedView())))
  })

  it('encodes one endpoint when one endpoint changes, and touches nothing else', () => {
    const memo = translationMemo()
    const view = capturedView()
    const before = bundlesOf(view, memo)
    const counts = new Map(memo.made)
    const [bundle] = view.outbound.endpoints.flat()
    const [group] = bundle?.items ?? []
    const [locality] = group?.localities ?? []
    if (bundle === undefined || group === undefined || locality === undefined) throw new Error('the sample has endpoints')
    const changed = { ...bundle, items: [{ ...group, localities: [{ ...locality, endpoints: [...locality.endpoints, sampleEndpoint('10.40.1.3', 'web-v3', 'v3')] }] }] }
    const after = bundlesOf({ ...view, outbound: { ...view.outbound, endpoints: [[changed]] } }, memo)
    const made = [...memo.made].filter(([purpose, count]) => count !== (counts.get(purpose) ?? 0)).map(([purpose, count]) => [purpose, count - (counts.get(purpose) ?? 0)])
    expect(Object.fromEntries(made)).toEqual({ endpoint: 1, 'endpoint-group': 1, 'endpoint-bundle': 1, 'endpoint-lists': 1 })
    expect(after.filter((one, i) => one !== before[i]).map((one) => one.typeUrl.split('.').at(-1)).sort()).toEqual(['ClusterLoadAssignment'])
  })

  it('keeps origins beside the bytes, down to each route', () => {
    const table = find(bundlesOf(capturedView()), '80')
    expect(table.parts.map((part) => [part.path, part.from[0]?.path])).toEqual([['virtualHosts[0]', undefined], ['virtualHosts[0].routes[0]', 'spec.http[0]']])
    expect(Buffer.from(table.bytes).toString('latin1')).not.toContain('spec')
  })

  it('takes a route table apart and puts it together again, each route with its origin', () => {
    for (const view of [capturedView(), loopbackView()]) {
      for (const table of bundlesOf(view).filter((bundle) => bundle.typeUrl.endsWith('RouteConfiguration')).flatMap((bundle) => bundle.resources)) {
        const pieces = table.pieces?.()
        if (!pieces) throw new Error(`${table.name} is one piece`)
        expect(decodeMessage(RESOURCE_TYPES.route, pieces.join(pieces.list))).toEqual(table.message)
        const hosts = (bytes: Uint8Array): unknown => decodeMessage(RESOURCE_TYPES.route, bytes)['virtualHosts'] ?? []
        expect(hosts(pieces.join(pieces.list.slice(1)))).toEqual((table.message['virtualHosts'] as readonly unknown[]).slice(1))
        const [host] = pieces.list
        const wanted = table.parts.filter(({ path }) => path.startsWith('virtualHosts[0].routes')).map(({ path, from }) => [path.replace('virtualHosts[0].', ''), from.map((origin) => ({ ...origin, path: origin.path.replace(/\.match.*/, '') }))])
        expect(host?.parts.filter(({ path }) => wanted.some(([other]) => other === path)).map(({ path, from }) => [path, from])).toEqual(wanted)
      }
    }
  })

  it('names the origin of each route to clients that ask for it', () => {
    const view = capturedView()
    const table = find(bundlesOf({ ...view, proxy: { ...view.proxy, wantsProvenance: true } }), '80')
    expect(JSON.stringify(table.message)).toContain('"istio-ts.dev":{"from":"VirtualService/default/web#/spec/http/0"}')
  })

  it('does not change bytes when only origins change', () => {
    const view = capturedView()
    const moved: ProxyView = { ...view, outbound: { ...view.outbound, routeTables: view.outbound.routeTables.map((table) => ({ ...table, virtualHosts: table.virtualHosts.map((host) => ({ ...host, routes: [sampleRoute({ from: [] })] })) })) } }
    expect(Buffer.from(find(bundlesOf(moved), '80').bytes).equals(Buffer.from(find(bundlesOf(view), '80').bytes))).toBe(true)
  })

  it('binds every listener of a local mesh without sharing its port', () => {
    const listeners = bundlesOf(loopbackView()).filter((bundle) => bundle.typeUrl.endsWith('.Listener')).flatMap((bundle) => bundle.resources.map((resource) => resource.message))
    expect(listeners.map((listener) => [listener['name'], listener['enableReusePort'], listener['bindToPort']])).toEqual([
      ['127.0.0.1_40080', false, undefined], ['127.0.0.1_40432', false, undefined], ['127.0.0.1_40001', false, undefined], ['127.0.0.1_40008', false, undefined],
    ])
  })
})
