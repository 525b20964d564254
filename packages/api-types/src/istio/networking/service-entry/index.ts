/** ServiceEntry: a service that no Kubernetes Service describes. */
import { withMetadataRules } from '../../policy/metadata-rules.ts'
import { AGE, defineKind } from '../../shared/schema/index.ts'
import { checkServiceEntry } from './rules.ts'
import { serviceEntrySchema } from './schema.ts'
import type { ServiceEntrySpec } from './types.ts'

export type * from './types.ts'
export { serviceEntrySchema } from './schema.ts'

/** The kind `networking.istio.io/v1 ServiceEntry`. */
export const ServiceEntry = /* @__PURE__ */ withMetadataRules(
  /* @__PURE__ */ defineKind<ServiceEntrySpec>({
    group: 'networking.istio.io',
    kind: 'ServiceEntry',
    plural: 'serviceentries',
    shortNames: ['se'],
    versions: ['v1', 'v1alpha3', 'v1beta1'],
    storage: 'v1',
    printerColumns: [
      { name: 'Hosts', type: 'string', jsonPath: '.spec.hosts' },
      { name: 'Location', type: 'string', jsonPath: '.spec.location' },
      { name: 'Resolution', type: 'string', jsonPath: '.spec.resolution' },
      AGE,
    ],
    specRequired: true,
    defaults: { location: 'MESH_EXTERNAL', resolution: 'NONE', exportTo: ['*'] },
    schema: serviceEntrySchema,
    rules: checkServiceEntry,
  }),
)
