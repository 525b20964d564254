/** WasmPlugin: a WebAssembly module in the filter chains of workloads. @see https://istio.io/latest/docs/reference/config/proxy_extensions/wasm-plugin */
import type { Findings } from '../../../validation/findings.ts'
import { attachmentFields, checkAttachment, oneAttachment, type PolicyAttachment } from '../../policy/attachment.ts'
import { withMetadataRules } from '../../policy/metadata-rules.ts'
import { AGE, defineKind, enumeration, int32, message, nullable, type IstioKind } from '../../shared/schema/index.ts'
import { checkTrafficSelectors, checkWasm, trafficSelectors, wasmFields, type TrafficSelector, type WasmModule } from '../wasm.ts'

/** Spec of a WasmPlugin. */
export interface WasmPluginSpec extends PolicyAttachment, WasmModule {
  /** Where in the filter chain; default: before the router. */
  readonly phase?: 'UNSPECIFIED_PHASE' | 'AUTHN' | 'AUTHZ' | 'STATS'
  /** Order within the phase, highest first; default 0. */
  readonly priority?: number
  /** Absent = all traffic. */
  readonly match?: readonly TrafficSelector[]
}

const schema = () =>
  message<WasmPluginSpec>(
    {
      ...wasmFields('"", "http", "https", "oci", "file"'),
      match: trafficSelectors(),
      phase: enumeration(['UNSPECIFIED_PHASE', 'AUTHN', 'AUTHZ', 'STATS']),
      priority: nullable(int32()),
      ...attachmentFields(),
    },
    { required: ['url'], rules: [oneAttachment()] },
  )

function rules(spec: WasmPluginSpec, at: Findings): void {
  checkAttachment(spec, at)
  checkWasm(spec, at)
  checkTrafficSelectors(spec.match ?? [], at.at('match'))
}

/** The kind `extensions.istio.io/v1alpha1/WasmPlugin`. */
export const WasmPlugin: IstioKind<WasmPluginSpec> = withMetadataRules(
  defineKind<WasmPluginSpec>({
    group: 'extensions.istio.io',
    kind: 'WasmPlugin',
    plural: 'wasmplugins',
    versions: ['v1alpha1'],
    storage: 'v1alpha1',
    printerColumns: [AGE],
    specRequired: true,
    schema,
    rules,
  }),
)
