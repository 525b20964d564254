/** PeerAuthentication: whether a workload takes plain text, mutual TLS or both. @see https://istio.io/latest/docs/reference/config/security/peer_authentication */
import type { Findings } from '../../../validation/findings.ts'
import { checkSelector } from '../../policy/attachment.ts'
import { policyDiagnostics } from '../../policy/diagnostics.ts'
import { withMetadataRules } from '../../policy/metadata-rules.ts'
import { AGE, defineKind, enumeration, map, message, rule, type IstioKind } from '../../shared/schema/index.ts'
import { workloadSelector, type WorkloadSelector } from '../../shared/workload-selector.ts'

/** `UNSET` inherits from the wider scope; the mesh's own default is `PERMISSIVE`. */
export type MutualTlsMode = 'UNSET' | 'DISABLE' | 'PERMISSIVE' | 'STRICT'

/** Mutual TLS of one scope. */
export interface MutualTls {
  /** Default: inherited. */
  readonly mode?: MutualTlsMode
}

/** Spec of a PeerAuthentication. */
export interface PeerAuthenticationSpec {
  /** Workloads it applies to; absent = the namespace, or in the root namespace the mesh. */
  readonly selector?: WorkloadSelector
  /** Mutual TLS of these workloads. */
  readonly mtls?: MutualTls
  /** Exceptions by port of the workload (not of the service); only with a selector. */
  readonly portLevelMtls?: Readonly<Record<string, MutualTls>>
}

const mutualTls = () => message<MutualTls>({ mode: enumeration(['UNSET', 'DISABLE', 'PERMISSIVE', 'STRICT']) })

/** CEL's `int(key)` of a map key. */
const isPort = (key: string): boolean | string => (/^-?\d+$/.test(key) ? Number(key) > 0 && Number(key) <= 65535 : "type conversion error from 'string' to 'int'")

const schema = () =>
  message<PeerAuthenticationSpec>(
    {
      mtls: mutualTls(),
      portLevelMtls: map(mutualTls(), {
        minProperties: 1,
        rules: [
          rule('port must be between 1-65535', 'self.all(key, 0 < int(key) && int(key) <= 65535)', (self) => {
            const verdicts = Object.keys(self).map(isPort)
            return verdicts.includes(false) ? false : (verdicts.find((verdict) => verdict !== true) ?? true)
          }),
        ],
      }),
      selector: workloadSelector(),
    },
    {
      rules: [
        rule(
          'portLevelMtls requires selector',
          'has(self.portLevelMtls) ? (((has(self.selector) && has(self.selector.matchLabels)) ? self.selector.matchLabels : {}).size() > 0) : true',
          (self) => self.portLevelMtls === undefined || Object.keys(self.selector?.matchLabels ?? {}).length > 0,
        ),
      ],
    },
  )

function rules(spec: PeerAuthenticationSpec, at: Findings): void {
  const ports = spec.portLevelMtls && Object.keys(spec.portLevelMtls)
  const hasLabels = Object.keys(spec.selector?.matchLabels ?? {}).length > 0
  if (!hasLabels && ports && ports.length > 0) at.at('portLevelMtls').add(policyDiagnostics.portLevelMtlsScope())
  if (ports?.length === 0) at.at('portLevelMtls').add(policyDiagnostics.portLevelMtlsEmpty())
  for (const port of ports ?? []) if (isPort(port) !== true) at.at('portLevelMtls').at(port).add(policyDiagnostics.portLevelMtlsPort(port))
  if (spec.selector) checkSelector(spec.selector, at.at('selector'))
}

/** The kind `security.istio.io/v1/PeerAuthentication`. */
export const PeerAuthentication: IstioKind<PeerAuthenticationSpec> = withMetadataRules(
  defineKind<PeerAuthenticationSpec>({
    group: 'security.istio.io',
    kind: 'PeerAuthentication',
    plural: 'peerauthentications',
    shortNames: ['pa'],
    versions: ['v1', 'v1beta1'],
    storage: 'v1',
    printerColumns: [{ name: 'Mode', type: 'string', jsonPath: '.spec.mtls.mode' }, AGE],
    schema,
    rules,
  }),
)
