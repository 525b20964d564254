import { describe, expect, it } from 'vitest'
import { Service } from '@istio-ts/api-types'
import { parseObject, loadText } from '@istio-ts/api-types/yaml'
import { createGraph } from '@istio-ts/collections'
import { kindSources } from './kind-sources.ts'
import { unusedKinds } from './unused-kinds.ts'

const files = (text: string) => loadText(text, { file: 'a.yaml', cluster: 'Kubernetes', parse: parseObject }).flatMap(({ resource }) => resource ?? [])
const deployment = (name: string): string => `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec: {selector: {}, template: {metadata: {labels: {app: x}}, spec: {containers: [{name: x, image: img}]}}}\n`
const service = 'apiVersion: v1\nkind: Service\nmetadata: {name: cart}\nspec: {ports: [{port: 80}]}\n'

describe('kinds that nobody reads', () => {
  it('are said once each, with the place of the first', () => {
    const found = unusedKinds(files([deployment('cart-1'), deployment('cart-2'), service].join('---\n')), ['apps/Deployment', 'istio-ts.dev/LocalMesh'])
    expect(found).toMatchObject([{ code: 'MESH0993', severity: 'info', resource: { kind: 'Deployment', name: 'cart-1' }, source: { file: 'a.yaml', line: 2 }, message: 'The mesh does not act on Deployment: the 2 of them have no effect here.' }])
  })
  it('are those with resources, until somebody reads them', () => {
    const sources = kindSources(createGraph(), 'Kubernetes')
    sources.replaceAll(files([deployment('cart'), service].join('---\n')))
    expect(sources.unread()).toEqual(expect.arrayContaining(['/Service', 'apps/Deployment']))
    sources.get(Service)
    expect(sources.unread()).toEqual(['apps/Deployment'])
    sources.replaceAll([])
    expect(sources.unread()).toEqual([])
  })
  it('are none when everything is read', () => {
    expect(unusedKinds(files(service), [])).toEqual([])
  })
})
