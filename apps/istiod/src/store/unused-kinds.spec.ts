import { describe, expect, it } from 'vitest'
import { parseObject, loadText } from '@istio-ts/api-types/yaml'
import { unusedKinds } from './unused-kinds.ts'

const files = (text: string) => loadText(text, { file: 'a.yaml', cluster: 'Kubernetes', parse: parseObject }).flatMap(({ resource }) => resource ?? [])
const deployment = (name: string): string => `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec: {selector: {}, template: {metadata: {labels: {app: x}}, spec: {containers: [{name: x, image: img}]}}}\n`
const service = 'apiVersion: v1\nkind: Service\nmetadata: {name: cart}\nspec: {ports: [{port: 80}]}\n'

describe('kinds that nobody reads', () => {
  it('are said once each, with the place of the first', () => {
    const found = unusedKinds(files([deployment('cart-1'), deployment('cart-2'), service].join('---\n')), { isRead: ({ kind }) => kind === 'Service' })
    expect(found).toMatchObject([{ code: 'MESH0993', severity: 'info', resource: { kind: 'Deployment', name: 'cart-1' }, source: { file: 'a.yaml', line: 2 }, message: 'The mesh does not act on Deployment: the 2 of them have no effect here.' }])
  })
  it('are none when everything is read', () => {
    expect(unusedKinds(files(service), { isRead: () => true })).toEqual([])
  })
})
