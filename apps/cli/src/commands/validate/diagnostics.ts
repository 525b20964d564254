/** What `validate` says about ordinary Kubernetes objects. */
import type { Diagnostic } from '@istio-ts/foundation'

type Words = Pick<Diagnostic, 'code' | 'severity' | 'message' | 'remedy'>

/** A port whose protocol has to be found out from its traffic. */
export const unnamedProtocol = (name: string): Words => ({
  code: 'IST0118', severity: 'warning',
  message: name === '' ? 'The port has no name, so its protocol is found out from its traffic.' : `The port name ${name} does not follow the Istio naming convention, so its protocol is found out from its traffic.`,
  remedy: 'Name it <protocol>[-<suffix>], or set appProtocol.',
})

/** Pods that metrics and traces cannot tell apart. */
export const missingLabel = (label: string): Words => ({
  code: 'MESH0979', severity: 'warning',
  message: `The deployment may not provide Istio metrics and telemetry without label ${label}.`,
  remedy: 'Add it to the labels of its pods.',
})
