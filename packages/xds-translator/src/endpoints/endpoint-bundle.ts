/** Bundles of endpoint assignments: an endpoint change encodes one endpoint and joins one assignment. */
import type { Bundle, Endpoint, EndpointGroup } from '@istio-ts/mesh-model'
import type { TranslationMemo } from '../memo.ts'
import { resource, xdsBundle, type XdsBundle, type XdsResource } from '../resource.ts'
import { encodePart, RESOURCE_TYPES } from '../wire/encode.ts'
import { lbEndpoint, loadAssignment } from './load-assignment.ts'

/** The assignments of a bundle. Nothing but the endpoints themselves decides, so all views share them. */
export function endpointBundle(bundle: Bundle<EndpointGroup>, memo: TranslationMemo): XdsBundle {
  return memo.table<XdsBundle>('endpoint-bundle').get(bundle, '', () => xdsBundle(RESOURCE_TYPES.endpoint, bundle.key, bundle.items.map((group) => endpointResource(group, memo))))
}

const endpointResource = (group: EndpointGroup, memo: TranslationMemo): XdsResource =>
  memo.table<XdsResource>('endpoint-group').get(group, '', () => {
    const encoded = memo.table<unknown>('endpoint')
    const spell = (endpoint: Endpoint): unknown => encoded.get(endpoint, '', () => encodePart('envoy.config.endpoint.v3.LbEndpoint', lbEndpoint(endpoint)))
    return resource(RESOURCE_TYPES.endpoint, group.key, loadAssignment(group.key, group, spell), group.from)
  })
