/** Destinations of routes, and rules for destinations, that lead nowhere. */
import { refOf, type Destination, type DestinationRuleSpec, type Resource, type TrafficPolicy } from '@istio-ts/api-types'
import { isWildcard, matchesLabels, resolveShortHost, type Diagnostic, type HostName, type ResourceRef } from '@istio-ts/foundation'
import { chooseService } from '../services/service-nodes.ts'
import { portOf, type MeshService } from '../services/mesh-service.ts'
import { modelDiagnostics } from './codes.ts'
import type { DiagnosticInputs } from './diagnostic-inputs.ts'

/** What is wrong with a destination that a rule of `namespace` names. */
export function destinationFindings(resource: ResourceRef, path: string, destination: Destination, namespace: string, inputs: DiagnosticInputs): readonly Diagnostic[] {
  const host = resolveShortHost(destination.host.toLowerCase(), namespace, inputs.domain)
  if (isWildcard(host)) return []
  const service = meant(host, namespace, inputs)
  if (!service) return inputs.services.coversHost(host) ? [] : [modelDiagnostics.hostNotFound(resource, `${path}.host`, host)]
  const port = destination.port?.number
  const findings: Diagnostic[] = []
  if (port !== undefined && !portOf(service, port)) findings.push(modelDiagnostics.portNotFound(resource, `${path}.port.number`, host, port))
  if (port === undefined && service.ports.length > 1) findings.push(modelDiagnostics.portNeeded(resource, path, host))
  const { subset } = destination
  if (subset !== undefined && subset !== '') {
    const rule = inputs.rules.choose(host, service.namespace, { namespace, labels: {}, rootNamespace: inputs.mesh.get().rootNamespace })
    if (!rule?.subsets.some((one) => one.subset.name === subset)) findings.push(modelDiagnostics.subsetNotFound(resource, `${path}.subset`, host, subset))
  }
  return findings
}

/** What of a DestinationRule has no effect. */
export function ruleFindings(resource: Resource<DestinationRuleSpec>, inputs: DiagnosticInputs): readonly Diagnostic[] {
  const { spec } = resource
  const ref = refOf(resource)
  const host = resolveShortHost(spec.host.toLowerCase(), ref.namespace, inputs.domain)
  if (isWildcard(host)) return []
  const service = meant(host, ref.namespace, inputs)
  if (!service) return inputs.services.coversHost(host) ? [] : [modelDiagnostics.ruleForNothing(ref, 'spec.host', host)]
  const labels = inputs.workloads.labelSets.get(service.key)
  const subsets = (spec.subsets ?? []).flatMap((subset, i) => [
    ...(labels.length > 0 && !labels.some((one) => matchesLabels(subset.labels, one)) ? [modelDiagnostics.subsetSelectsNothing(ref, `spec.subsets[${i}].labels`, subset.name, host)] : []),
    ...portFindings(ref, `spec.subsets[${i}].trafficPolicy`, subset.trafficPolicy, service),
  ])
  return [...portFindings(ref, 'spec.trafficPolicy', spec.trafficPolicy, service), ...subsets, ...credentialFindings(resource)]
}

/** Where a rule asks for PASSTHROUGH, on whatever level. */
export function passthroughFindings(resource: Resource<DestinationRuleSpec>): readonly Diagnostic[] {
  const { spec } = resource
  const ofPolicy = (path: string, policy: TrafficPolicy | undefined): readonly Diagnostic[] =>
    [[path, policy] as const, ...(policy?.portLevelSettings ?? []).map((one, i) => [`${path}.portLevelSettings[${i}]`, one] as const)].flatMap(([at, one]) =>
      one?.loadBalancer?.simple === 'PASSTHROUGH' ? [modelDiagnostics.nothingToPassThrough(refOf(resource), `${at}.loadBalancer.simple`, spec.host)] : [])
  return [...ofPolicy('spec.trafficPolicy', spec.trafficPolicy), ...(spec.subsets ?? []).flatMap((subset, i) => ofPolicy(`spec.subsets[${i}].trafficPolicy`, subset.trafficPolicy))]
}

/** The credential of the rule as a whole; those of ports and subsets are written beside it. */
function credentialFindings(resource: Resource<DestinationRuleSpec>): readonly Diagnostic[] {
  const { trafficPolicy, workloadSelector } = resource.spec
  const name = trafficPolicy?.tls?.credentialName
  return workloadSelector || name === undefined || name === '' ? [] : [modelDiagnostics.credentialForGatewaysOnly(refOf(resource), 'spec.trafficPolicy.tls.credentialName', name)]
}

const portFindings = (ref: ResourceRef, path: string, policy: TrafficPolicy | undefined, service: MeshService): readonly Diagnostic[] =>
  (policy?.portLevelSettings ?? []).flatMap(({ port }, i) =>
    port?.number === undefined || portOf(service, port.number) ? [] : [modelDiagnostics.policyForNoPort(ref, `${path}.portLevelSettings[${i}].port.number`, service.host, port.number)])

/** The service that a namespace means by a host; one that it does not see is still there. */
function meant(host: HostName, namespace: string, { services }: DiagnosticInputs): MeshService | undefined {
  const candidates = services.byHost.lookup(host)
  return chooseService(candidates, namespace) ?? candidates[0]
}
