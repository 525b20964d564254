/** Istio's rules for a ProxyConfig resource. */
import { apiDiagnostics as found } from '../../../diagnostics.ts'
import type { Findings } from '../../../validation/findings.ts'
import { checkSelector } from '../../policy/attachment.ts'
import type { ProxyConfigSpec } from './types.ts'

/** Checks the spec; `at` stands at it. */
export function checkProxyConfig(spec: ProxyConfigSpec, at: Findings): void {
  if (spec.selector) checkSelector(spec.selector, at.at('selector'))
  if ((spec.concurrency ?? 0) < 0) at.at('concurrency').add(found.outOfRange('concurrency must be greater than or equal to 0'))
}
