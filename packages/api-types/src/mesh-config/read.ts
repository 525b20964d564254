/** Reads the mesh's settings from the ConfigMap `istio`, as istiod does. */
import { hasErrors, type Diagnostic } from '@istio-ts/foundation'
import type * as z from 'zod'
import { apiDiagnostics } from '../diagnostics.ts'
import type { ConfigMapSpec } from '../kubernetes/config-map.ts'
import { furtherFindings, type RefusedSpec } from '../further-findings/index.ts'
import type { Resource } from '../resource.ts'
import { collect, toDiagnostic, type Findings, type LocatedFinding, type ResourceHead } from '../validation/findings.ts'
import { DEFAULT_LIMITS } from '../yaml/limits.ts'
import { schemaFindings } from '../validation/schema-findings.ts'
import { parseValues } from '../yaml/parse-values.ts'
import { applyMeshConfig, applyProxyConfig } from './merge.ts'
import { defaultMeshConfig, meshConfigMessage, type MeshConfig } from './mesh-config.ts'
import { meshNetworksMessage, type MeshNetworks } from './mesh-networks.ts'
import { unknownFields } from './message.ts'
import { proxyConfigMessage, type MeshProxyConfig } from './proxy-config.ts'
import { checkMeshConfig } from './validate/mesh-config.ts'
import { checkMeshNetworks } from './validate/mesh-networks.ts'
import { checkProxyConfig } from './validate/proxy-config.ts'

/** What was read; absent when there is an error, and then the last good settings stay in force. */
export interface MeshSettings<T> {
  readonly value?: T
  readonly diagnostics: readonly Diagnostic[]
}

/** MeshConfig from the key `mesh`, laid over `base`. An absent key leaves `base` as it is. */
export const readMeshConfig = (configMap: Resource<ConfigMapSpec>, base: MeshConfig = defaultMeshConfig): MeshSettings<MeshConfig> =>
  readKey(configMap, 'mesh', base, meshConfigMessage(), (written, at) => {
    const merged = applyMeshConfig(base, written)
    checkMeshConfig(merged, at)
    return merged
  })

/** MeshNetworks from the key `meshNetworks`; an absent key is no networks. */
export const readMeshNetworks = (configMap: Resource<ConfigMapSpec>): MeshSettings<MeshNetworks> =>
  readKey<MeshNetworks, MeshNetworks>(configMap, 'meshNetworks', { networks: {} }, meshNetworksMessage(), (written, at) => {
    checkMeshNetworks(written, at)
    return { networks: written.networks ?? {} }
  })

/** The ProxyConfig of one pod: annotation `proxy.istio.io/config` laid over that of the mesh. @param text the annotation's YAML */
export function readProxyConfigAnnotation(text: string, base: MeshProxyConfig): { readonly value?: MeshProxyConfig; readonly findings: readonly LocatedFinding[] } {
  return readText(text, proxyConfigMessage(), (written, at) => {
    const merged = applyProxyConfig(base, written)
    checkProxyConfig(merged, at)
    return merged
  })
}

function readKey<Written, T>(configMap: Resource<ConfigMapSpec>, key: string, absent: T, schema: z.ZodType<Written>, use: (written: Written, at: Findings) => T): MeshSettings<T> {
  const data = configMap.spec.data ?? {}
  const text = Object.hasOwn(data, key) ? data[key] : undefined
  if (text === undefined) return { value: absent, diagnostics: [] }
  const base = ['data', key]
  const { value, findings, refused } = readText(text, schema, use)
  const asDiagnostics = (found: readonly LocatedFinding[], head: ResourceHead): readonly Diagnostic[] => found.map(({ finding, path }) => toDiagnostic({ finding, path: [...base, ...path] }, head))
  const rules = (written: Written, head: ResourceHead): readonly Diagnostic[] => asDiagnostics(collect((at) => void use(written, at)), head)
  const diagnostics = [...asDiagnostics(findings, configMap), ...(refused ? furtherFindings({ ...refused, schema, rules, head: configMap, base }) : [])]
  return { ...(value === undefined || hasErrors(diagnostics) ? {} : { value }), diagnostics }
}

/** Settings with what was found in their text. */
interface ReadText<Written, T> {
  readonly value?: T
  readonly findings: readonly LocatedFinding[]
  /** What the schema did not take. */
  readonly refused?: Pick<RefusedSpec<Written>, 'given' | 'issues'>
}

function readText<Written, T>(text: string, schema: z.ZodType<Written>, use: (written: Written, at: Findings) => T): ReadText<Written, T> {
  const parsed = isEmpty(text) ? { value: {} } : parseValues(text, DEFAULT_LIMITS)
  if ('problem' in parsed) return { findings: [{ path: [], finding: apiDiagnostics.schema(`line ${parsed.problem.line + 1}: ${parsed.problem.reason}`, 'Correct the YAML.') }] }
  const given = parsed.value ?? {}
  const unknown = unknownFields(schema, given).map(({ path }): LocatedFinding => ({ finding: apiDiagnostics.unknownField(String(path.at(-1))), path }))
  const checked = schema.safeParse(given)
  if (!checked.success) return { findings: [...schemaFindings(checked.error.issues, given, []), ...unknown], refused: { given, issues: checked.error.issues } }
  const made: { value?: T } = {}
  const found = collect((at) => {
    made.value = use(checked.data, at)
  })
  return { ...made, findings: [...unknown, ...found] }
}

/** Only blank lines and comments. */
const isEmpty = (text: string): boolean => text.split('\n').every((line) => /^(#|$)/.test(line.trim()))
