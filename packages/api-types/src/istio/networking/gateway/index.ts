/** Gateway: ports that gateway workloads open. */
import { withMetadataRules } from '../../policy/metadata-rules.ts'
import { defineKind } from '../../shared/schema/index.ts'
import { checkGateway } from './rules.ts'
import { gatewaySchema } from './schema.ts'
import type { GatewaySpec } from './types.ts'

export type * from './types.ts'
export { gatewaySchema } from './schema.ts'

/** The kind `networking.istio.io/v1 Gateway`. */
export const Gateway = /* @__PURE__ */ withMetadataRules(
  /* @__PURE__ */ defineKind<GatewaySpec>({
    group: 'networking.istio.io',
    kind: 'Gateway',
    plural: 'gateways',
    shortNames: ['gw'],
    versions: ['v1', 'v1alpha3', 'v1beta1'],
    storage: 'v1',
    schema: gatewaySchema,
    rules: checkGateway,
  }),
)
