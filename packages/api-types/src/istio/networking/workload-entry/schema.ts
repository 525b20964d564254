/** The schema of WorkloadEntry, which ServiceEntry and WorkloadGroup hold too. */
import { has, map, message, portNumber, rule, text, uint32, type CelRule, type Field } from '../../shared/schema/index.ts'
import type { WorkloadEntrySpec } from './types.ts'

const PORT_NAME = /^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$/
const isUnix = (address: string | undefined): boolean => address?.startsWith('unix://') ?? false

const ADDRESS_REQUIRED = rule<WorkloadEntrySpec>('Address is required', 'has(self.address) || has(self.network)', (self) => has(self.address) || has(self.network))

const NO_UNIX_PORTS = rule<WorkloadEntrySpec>(
  'UDS may not include ports',
  '(has(self.address) ? self.address : "").startsWith("unix://") ? !has(self.ports) : true',
  (self) => !(isUnix(self.address) && has(self.ports)),
)

const ADDRESS_RULES: readonly CelRule<string>[] = [
  rule(
    'UDS must be an absolute path or abstract socket',
    'self.startsWith("unix://") ? (self.substring(7, 8) == "/" || self.substring(7, 8) == "@") : true',
    // CEL's substring fails beyond the end of the text.
    (self) => (isUnix(self) ? (self.length < 8 ? 'index out of range: 8' : /^unix:\/\/[/@]/.test(self)) : true),
  ),
  rule('UDS may not be a dir', 'self.startsWith("unix://") ? !self.endsWith("/") : true', (self) => !(isUnix(self) && self.endsWith('/'))),
]

const PORT_NAMES = rule<Readonly<Record<string, number>>>(
  'port name must be valid',
  'self.all(key, size(key) < 63 && key.matches("^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$"))',
  (self) => Object.keys(self).every((key) => key.length < 63 && PORT_NAME.test(key)),
)

const entry = (rules: readonly CelRule<WorkloadEntrySpec>[]): Field<WorkloadEntrySpec> =>
  message<WorkloadEntrySpec>(
    {
      address: text({ maxLength: 256, rules: ADDRESS_RULES }),
      labels: map(text(), { maxProperties: 256 }),
      locality: text({ maxLength: 2048 }),
      network: text({ maxLength: 2048 }),
      ports: map(portNumber(), { maxProperties: 128, rules: [PORT_NAMES] }),
      serviceAccount: text({ maxLength: 253 }),
      weight: uint32(),
    },
    { rules },
  )

/** Schema of a WorkloadEntry. */
export const workloadEntrySchema = (): Field<WorkloadEntrySpec> => entry([ADDRESS_REQUIRED, NO_UNIX_PORTS])

/** Schema of a template for WorkloadEntries, whose address comes later. */
export const workloadTemplateSchema = (): Field<WorkloadEntrySpec> => entry([NO_UNIX_PORTS])
