/** TrafficExtension: a WebAssembly module or a Lua script in the filter chains of workloads. */
import type { Findings } from '../../../validation/findings.ts'
import { checkAttachment, oneAttachmentOfTwo, type PolicyAttachment } from '../../policy/attachment.ts'
import { policyDiagnostics } from '../../policy/diagnostics.ts'
import { withMetadataRules } from '../../policy/metadata-rules.ts'
import { AGE, defineKind, enumeration, has, int32, message, nullable, rule, text, type IstioKind } from '../../shared/schema/index.ts'
import { policyTargetReferences, workloadSelector } from '../../shared/workload-selector.ts'
import { checkTrafficSelectors, checkWasm, trafficSelectors, wasmFields, type TrafficSelector, type WasmModule } from '../wasm.ts'

/** A Lua script, run by Envoy's Lua filter. */
export interface LuaScript {
  /** At most 64 KiB. */
  readonly inlineCode: string
}

/** Spec of a TrafficExtension: exactly one of wasm and lua. */
export interface TrafficExtensionSpec extends Omit<PolicyAttachment, 'targetRef'> {
  readonly wasm?: WasmModule
  readonly lua?: LuaScript
  /** Where in the filter chain; default: before the router. */
  readonly phase?: 'UNSPECIFIED' | 'AUTHN' | 'AUTHZ' | 'STATS'
  /** Order within the phase, highest first; default 0. */
  readonly priority?: number
  /** Absent = all traffic. */
  readonly match?: readonly TrafficSelector[]
}

const MAX_LUA = 65_536

const schema = () =>
  message<TrafficExtensionSpec>(
    {
      lua: message<LuaScript>({ inlineCode: text({ minLength: 1, maxLength: MAX_LUA }) }, { required: ['inlineCode'] }),
      match: trafficSelectors(),
      phase: enumeration(['UNSPECIFIED', 'AUTHN', 'AUTHZ', 'STATS']),
      priority: nullable(int32()),
      selector: workloadSelector(),
      targetRefs: policyTargetReferences(),
      wasm: message<WasmModule>(wasmFields('"", "http", "https", "file", "oci"'), { required: ['url'] }),
    },
    {
      oneOf: [['wasm', 'lua']],
      rules: [
        oneAttachmentOfTwo(),
        rule('exactly one of wasm or lua must be set', 'has(self.wasm) != has(self.lua)', (self) => has(self.wasm) !== has(self.lua)),
      ],
    },
  )

function rules(spec: TrafficExtensionSpec, at: Findings): void {
  checkAttachment(spec, at)
  if (has(spec.wasm) === has(spec.lua)) at.add(policyDiagnostics.pluginText('exactly one of wasm or lua must be set'))
  if (spec.wasm) checkWasm(spec.wasm, at.at('wasm'))
  if (spec.lua) checkLua(spec.lua.inlineCode ?? '', at.at('lua').at('inlineCode'))
  checkTrafficSelectors(spec.match ?? [], at.at('match'))
}

function checkLua(code: string, at: Findings): void {
  if (code === '') at.add(policyDiagnostics.pluginText('lua.inlineCode must not be empty'))
  else if (new TextEncoder().encode(code).length > MAX_LUA) at.add(policyDiagnostics.pluginText('lua.inlineCode exceeds maximum size of 64KB'))
}

/** The kind `extensions.istio.io/v1alpha1/TrafficExtension`. */
export const TrafficExtension: IstioKind<TrafficExtensionSpec> = withMetadataRules(
  defineKind<TrafficExtensionSpec>({
    group: 'extensions.istio.io',
    kind: 'TrafficExtension',
    plural: 'trafficextensions',
    versions: ['v1alpha1'],
    storage: 'v1alpha1',
    printerColumns: [AGE],
    specRequired: true,
    schema,
    rules,
  }),
)
