/** Selects workloads by their labels: the two forms that Istio's APIs have. */
import { list, map, message, rule, text, type Field } from './schema/index.ts'

/** Selects pods and VMs whose labels contain all of these (`type.istio.io/v1beta1`). */
export interface WorkloadSelector {
  /** Labels that must all be there, with these values. An empty map selects every workload of the namespace. */
  readonly matchLabels?: Readonly<Record<string, string>>
}

/** Schema of {@link WorkloadSelector}. */
export const workloadSelector = (): Field<WorkloadSelector> =>
  message<WorkloadSelector>({
    matchLabels: map(
      text({ maxLength: 63, rules: [rule('wildcard not allowed in label value match', '!self.contains("*")', (self) => !self.includes('*'))] }),
      {
        maxProperties: 4096,
        rules: [
          rule('wildcard not allowed in label key match', 'self.all(key, !key.contains("*"))', (self) => Object.keys(self).every((key) => !key.includes('*'))),
          rule('key must not be empty', 'self.all(key, key.size() != 0)', (self) => Object.keys(self).every((key) => key.length !== 0)),
        ],
      },
    ),
  })

/** Selects workloads by labels, as the networking kinds write it (`networking.istio.io`). */
export interface NetworkingWorkloadSelector {
  /** Labels that must all be there, with these values. */
  readonly labels?: Readonly<Record<string, string>>
}

/** Schema of {@link NetworkingWorkloadSelector}. */
export const networkingWorkloadSelector = (): Field<NetworkingWorkloadSelector> =>
  message<NetworkingWorkloadSelector>({
    labels: map(text({ maxLength: 63, rules: [rule('wildcard is not supported in selector', '!self.contains("*")', (self) => !self.includes('*'))] }), {
      maxProperties: 256,
    }),
  })

/** Names an object that a policy attaches to. */
export interface PolicyTargetReference {
  /** API group; empty is the core group (Service). */
  readonly group?: string
  /** Kind of the target, e.g. Gateway or Service. */
  readonly kind: string
  /** Name of the target. */
  readonly name: string
  /** Must be empty: a policy attaches within its own namespace. */
  readonly namespace?: string
}

/** Schema of {@link PolicyTargetReference}. */
export const policyTargetReference = (): Field<PolicyTargetReference> =>
  message<PolicyTargetReference>(
    {
      group: text({ maxLength: 253, pattern: '^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$' }),
      kind: text({ minLength: 1, maxLength: 63, pattern: '^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$' }),
      name: text({ minLength: 1, maxLength: 253 }),
      namespace: text({ rules: [rule('cross namespace referencing is not currently supported', 'self.size() == 0', (self) => self.length === 0)] }),
    },
    { required: ['kind', 'name'] },
  )

/** Schema of a `targetRefs` list. */
export const policyTargetReferences = (): Field<readonly PolicyTargetReference[]> => list(policyTargetReference(), { maxItems: 16 })
