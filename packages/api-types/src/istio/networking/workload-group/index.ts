/** WorkloadGroup: a template for workloads that register themselves. */
import { withMetadataRules } from '../../policy/metadata-rules.ts'
import { AGE, defineKind } from '../../shared/schema/index.ts'
import { checkWorkloadGroup } from './rules.ts'
import { workloadGroupSchema } from './schema.ts'
import type { WorkloadGroupSpec } from './types.ts'

export type * from './types.ts'
export { workloadGroupSchema } from './schema.ts'

/** The kind `networking.istio.io/v1 WorkloadGroup`. */
export const WorkloadGroup = /* @__PURE__ */ withMetadataRules(
  /* @__PURE__ */ defineKind<WorkloadGroupSpec>({
    group: 'networking.istio.io',
    kind: 'WorkloadGroup',
    plural: 'workloadgroups',
    shortNames: ['wg'],
    versions: ['v1', 'v1alpha3', 'v1beta1'],
    storage: 'v1',
    printerColumns: [AGE],
    specRequired: true,
    schema: workloadGroupSchema,
    rules: checkWorkloadGroup,
  }),
)
