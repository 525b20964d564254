/** EnvoyFilter: patches of the configuration that proxies get. */
import { withMetadataRules } from '../../policy/metadata-rules.ts'
import { defineKind } from '../../shared/schema/index.ts'
import { checkEnvoyFilterKind } from './rules.ts'
import { envoyFilterSchema } from './schema.ts'
import type { EnvoyFilterSpec } from './types.ts'

export type * from './types.ts'
export { envoyFilterSchema } from './schema.ts'

/** The kind `networking.istio.io/v1alpha3 EnvoyFilter`. */
export const EnvoyFilter = /* @__PURE__ */ withMetadataRules(
  /* @__PURE__ */ defineKind<EnvoyFilterSpec>({
    group: 'networking.istio.io',
    kind: 'EnvoyFilter',
    plural: 'envoyfilters',
    versions: ['v1alpha3'],
    storage: 'v1alpha3',
    defaults: { priority: 0 },
    schema: envoyFilterSchema,
    rules: checkEnvoyFilterKind,
  }),
)
