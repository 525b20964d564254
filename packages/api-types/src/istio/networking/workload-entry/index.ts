/** WorkloadEntry: a workload that is no pod. */
import { withMetadataRules } from '../../policy/metadata-rules.ts'
import { AGE, defineKind } from '../../shared/schema/index.ts'
import { checkWorkloadEntry } from './rules.ts'
import { workloadEntrySchema } from './schema.ts'
import type { WorkloadEntrySpec } from './types.ts'

export type * from './types.ts'
export { workloadEntrySchema } from './schema.ts'

/** The kind `networking.istio.io/v1 WorkloadEntry`. */
export const WorkloadEntry = /* @__PURE__ */ withMetadataRules(
  /* @__PURE__ */ defineKind<WorkloadEntrySpec>({
    group: 'networking.istio.io',
    kind: 'WorkloadEntry',
    plural: 'workloadentries',
    shortNames: ['we'],
    versions: ['v1', 'v1alpha3', 'v1beta1'],
    storage: 'v1',
    printerColumns: [AGE, { name: 'Address', type: 'string', jsonPath: '.spec.address' }],
    specRequired: true,
    defaults: { weight: 1 },
    schema: workloadEntrySchema,
    rules: (spec, at) => checkWorkloadEntry(spec, { allowsDomains: true }, at),
  }),
)
