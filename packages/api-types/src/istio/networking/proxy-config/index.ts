/** ProxyConfig: settings of the proxies of some workloads. */
import { withMetadataRules } from '../../policy/metadata-rules.ts'
import { defineKind } from '../../shared/schema/index.ts'
import { checkProxyConfig } from './rules.ts'
import { proxyConfigSchema } from './schema.ts'
import type { ProxyConfigSpec } from './types.ts'

export type * from './types.ts'
export { proxyConfigSchema } from './schema.ts'

/** The kind `networking.istio.io/v1beta1 ProxyConfig`. */
export const ProxyConfig = /* @__PURE__ */ withMetadataRules(
  /* @__PURE__ */ defineKind<ProxyConfigSpec>({
    group: 'networking.istio.io',
    kind: 'ProxyConfig',
    plural: 'proxyconfigs',
    versions: ['v1beta1'],
    storage: 'v1beta1',
    schema: proxyConfigSchema,
    rules: checkProxyConfig,
  }),
)
