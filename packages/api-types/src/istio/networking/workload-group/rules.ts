/** Istio's rules for a WorkloadGroup. */
import { apiDiagnostics as found } from '../../../diagnostics.ts'
import { checkPort } from '../../../validation/addresses.ts'
import type { Findings } from '../../../validation/findings.ts'
import { checkStrictHeaderName } from '../../../validation/headers.ts'
import { checkLabels } from '../../../validation/labels.ts'
import { checkNonNegative } from '../../../validation/numbers.ts'
import type { HttpHealthCheck, ReadinessProbe, WorkloadGroupSpec } from './types.ts'

/** Checks the spec; `at` stands at it. The template is not checked as an entry: its address comes later. */
export function checkWorkloadGroup(spec: Partial<WorkloadGroupSpec>, at: Findings): void {
  if (!spec.template) return at.at('template').add(found.missing('template is required'))
  checkLabels('labels', spec.metadata?.labels, at.at('metadata'))
  if (spec.probe) checkProbe(spec.probe, at.at('probe'))
}

const COUNTS = ['periodSeconds', 'initialDelaySeconds', 'timeoutSeconds', 'successThreshold', 'failureThreshold'] as const

function checkProbe(probe: ReadinessProbe, at: Findings): void {
  for (const field of COUNTS) checkNonNegative(probe[field], field, at.at(field))
  if (probe.httpGet) checkHttpGet(probe.httpGet, at.at('httpGet'))
  else if (probe.tcpSocket) checkPort(probe.tcpSocket.port ?? 0, at.at('tcpSocket').at('port'))
  else if (probe.grpc) checkPort(probe.grpc.port ?? 0, at.at('grpc').at('port'))
  else if (!probe.exec) at.add(found.missing('unknown health check method', 'Set httpGet, tcpSocket, exec or grpc.'))
  else if (!probe.exec.command || probe.exec.command.length === 0) at.at('exec').at('command').add(found.missing('exec.command is required'))
}

function checkHttpGet(check: Partial<HttpHealthCheck>, at: Findings): void {
  checkPort(check.port ?? 0, at.at('port'))
  if (check.scheme && check.scheme !== 'HTTP' && check.scheme !== 'HTTPS') at.at('scheme').add(found.unsupported('httpGet.scheme must be one of "HTTPS", "HTTP"'))
  at.each('httpHeaders', check.httpHeaders, (header, place) => checkStrictHeaderName(header.name ?? '', place.at('name')))
}
