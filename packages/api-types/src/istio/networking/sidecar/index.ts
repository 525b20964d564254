/** Sidecar: what the proxies of some workloads accept and may reach. */
import { withMetadataRules } from '../../policy/metadata-rules.ts'
import { defineKind } from '../../shared/schema/index.ts'
import { checkSidecar } from './rules.ts'
import { sidecarSchema } from './schema.ts'
import type { SidecarSpec } from './types.ts'

export type * from './types.ts'
export { sidecarSchema } from './schema.ts'

/** The kind `networking.istio.io/v1 Sidecar`. */
export const Sidecar = /* @__PURE__ */ withMetadataRules(
  /* @__PURE__ */ defineKind<SidecarSpec>({
    group: 'networking.istio.io',
    kind: 'Sidecar',
    plural: 'sidecars',
    versions: ['v1', 'v1alpha3', 'v1beta1'],
    storage: 'v1',
    schema: sidecarSchema,
    rules: checkSidecar,
  }),
)
