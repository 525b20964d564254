/** The schema of ServiceEntry, after Istio's CRD. */
import { atMostOne, defaulted, enumeration, has, list, message, portNumber, rule, text, type CelRule, type Field } from '../../shared/schema/index.ts'
import { networkingWorkloadSelector } from '../../shared/workload-selector.ts'
import { workloadEntrySchema } from '../workload-entry/schema.ts'
import type { ServiceEntrySpec, ServicePort } from './types.ts'

const RULES: readonly CelRule<ServiceEntrySpec>[] = [
  atMostOne('only one of WorkloadSelector or Endpoints can be set', ['workloadSelector', 'endpoints']),
  rule(
    'CIDR addresses are allowed only for NONE/STATIC resolution types',
    '!((has(self.addresses) ? self.addresses : []).exists(k, k.contains("/")) && !((has(self.resolution) ? self.resolution : "NONE") in ["STATIC", "NONE"]))',
    (self) => !((self.addresses ?? []).some((address) => address.includes('/')) && !['STATIC', 'NONE'].includes(self.resolution ?? 'NONE')),
  ),
  rule(
    'NONE mode cannot set endpoints',
    '((has(self.resolution) ? self.resolution : "NONE") == "NONE") ? !has(self.endpoints) : true',
    (self) => !((self.resolution ?? 'NONE') === 'NONE' && has(self.endpoints)),
  ),
  rule(
    'DNS_ROUND_ROBIN mode cannot have multiple endpoints',
    '((has(self.resolution) ? self.resolution : "") == "DNS_ROUND_ROBIN") ? ((has(self.endpoints) ? self.endpoints : []).size() <= 1) : true',
    (self) => !(self.resolution === 'DNS_ROUND_ROBIN' && (self.endpoints?.length ?? 0) > 1),
  ),
]

const PORTS_ONCE = rule<readonly ServicePort[]>(
  'port number cannot be duplicated',
  'self.all(l1, self.exists_one(l2, l1.number == l2.number))',
  (self) => new Set(self.map((port) => port.number)).size === self.length,
)

const HOST = rule<string>('hostname cannot be wildcard', 'self != "*"', (self) => self !== '*')

/** Schema of the spec; absent location and resolution are filled in. */
export const serviceEntrySchema = (): Field<ServiceEntrySpec> =>
  message<ServiceEntrySpec>(
    {
      addresses: list(text({ maxLength: 64 }), { maxItems: 256 }),
      endpoints: list(workloadEntrySchema(), { maxItems: 4096 }),
      exportTo: list(text()),
      hosts: list(text({ rules: [HOST] }), { minItems: 1, maxItems: 256 }),
      location: defaulted(enumeration(['MESH_EXTERNAL', 'MESH_INTERNAL']), 'MESH_EXTERNAL'),
      ports: list(
        message<ServicePort>(
          { name: text({ maxLength: 256 }), number: portNumber(), protocol: text({ maxLength: 256 }), targetPort: portNumber() },
          { required: ['number', 'name'] },
        ),
        { maxItems: 256, mapKeys: ['name'], rules: [PORTS_ONCE] },
      ),
      resolution: defaulted(enumeration(['NONE', 'STATIC', 'DNS', 'DNS_ROUND_ROBIN', 'DYNAMIC_DNS']), 'NONE'),
      subjectAltNames: list(text()),
      workloadSelector: networkingWorkloadSelector(),
    },
    { required: ['hosts'], rules: RULES },
  )
