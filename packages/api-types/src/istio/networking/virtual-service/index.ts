/** VirtualService: how traffic to some hosts is routed. */
import { withMetadataRules } from '../../policy/metadata-rules.ts'
import { AGE, defineKind } from '../../shared/schema/index.ts'
import { checkVirtualService } from './rules.ts'
import { virtualServiceSchema } from './schema.ts'
import type { VirtualServiceSpec } from './types.ts'

export type * from './types.ts'
export { virtualServiceSchema } from './schema.ts'

/** The kind `networking.istio.io/v1 VirtualService`. */
export const VirtualService = /* @__PURE__ */ withMetadataRules(
  /* @__PURE__ */ defineKind<VirtualServiceSpec>({
    group: 'networking.istio.io',
    kind: 'VirtualService',
    plural: 'virtualservices',
    shortNames: ['vs'],
    versions: ['v1', 'v1alpha3', 'v1beta1'],
    storage: 'v1',
    printerColumns: [{ name: 'Gateways', type: 'string', jsonPath: '.spec.gateways' }, { name: 'Hosts', type: 'string', jsonPath: '.spec.hosts' }, AGE],
    defaults: { gateways: ['mesh'], exportTo: ['*'] },
    schema: virtualServiceSchema,
    rules: checkVirtualService,
  }),
)
