/** DestinationRule: how traffic to a host is handled once routing has chosen it. */
import { withMetadataRules } from '../../policy/metadata-rules.ts'
import { AGE, defineKind } from '../../shared/schema/index.ts'
import { checkDestinationRule } from './rules.ts'
import { destinationRuleSchema } from './schema.ts'
import type { DestinationRuleSpec } from './types.ts'

export type * from './types.ts'
export { destinationRuleSchema } from './schema.ts'

/** The kind `networking.istio.io/v1 DestinationRule`. */
export const DestinationRule = /* @__PURE__ */ withMetadataRules(
  /* @__PURE__ */ defineKind<DestinationRuleSpec>({
    group: 'networking.istio.io',
    kind: 'DestinationRule',
    plural: 'destinationrules',
    shortNames: ['dr'],
    versions: ['v1', 'v1alpha3', 'v1beta1'],
    storage: 'v1',
    printerColumns: [{ name: 'Host', type: 'string', jsonPath: '.spec.host' }, AGE],
    defaults: { exportTo: ['*'] },
    schema: destinationRuleSchema,
    rules: checkDestinationRule,
  }),
)
