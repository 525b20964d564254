/** Wiring: what only a look at several resources can find. @see istio pkg/config/analysis/analyzers */
import { AuthorizationPolicy, DestinationRule, Gateway, VirtualService, type Destination, type MeshConfig } from '@istio-ts/api-types'
import type { Collection, Graph, Singleton } from '@istio-ts/collections'
import { isWildcard, matchesLabels, resolveShortHost, type Diagnostic, type ResourceRef } from '@istio-ts/foundation'
import { refOf } from '@istio-ts/api-types'
import type { RuleNodes } from '../destination/rule-nodes.ts'
import type { ResourceSets } from '../inputs/resource-sets.ts'
import { chooseService, type ServiceNodes } from '../services/service-nodes.ts'
import type { VirtualServiceNodes } from '../traffic/virtual-service-nodes.ts'
import { isForMesh, MESH_GATEWAY, resolveGateway, type VirtualServiceModel } from '../traffic/virtual-service.ts'
import type { WorkloadNodes } from '../workloads/workload-nodes.ts'
import { modelDiagnostics } from './codes.ts'

/** What findings are made from. */
export interface DiagnosticInputs {
  readonly sets: ResourceSets
  readonly mesh: Singleton<MeshConfig>
  readonly services: ServiceNodes
  readonly virtualServices: VirtualServiceNodes
  readonly rules: RuleNodes
  readonly workloads: WorkloadNodes
  readonly domain: string
}

/** Makes the node: findings keyed by resource, path and code. */
export function diagnosticNodes(graph: Graph, inputs: DiagnosticInputs): Collection<Diagnostic> {
  const { sets } = inputs
  const gateways = sets.config(Gateway)
  const gatewayNames = graph.indexBy('gateways by name', gateways, (one) => [`${one.metadata.namespace}/${one.metadata.name}`])
  const routing = graph.flatMap('findings of virtual services', inputs.virtualServices.all, (model) => keyed(virtualServiceFindings(model, inputs, (name) => gatewayNames.lookup(name).length > 0)))
  const delegating = graph.flatMap('findings of delegates', sets.config(VirtualService), (resource) => {
    const ref = refOf(resource)
    return keyed((resource.spec.http ?? []).flatMap((rule, i) => {
      if (!rule.delegate) return []
      const name = `${rule.delegate.namespace ?? ref.namespace}/${rule.delegate.name ?? ''}`
      const isThere = inputs.virtualServices.delegates.get(name) !== undefined
      return isThere ? [] : [modelDiagnostics.delegateNotFound(ref, `spec.http[${i}].delegate`, name)]
    }))
  })
  const destinations = graph.flatMap('findings of destination rules', sets.config(DestinationRule), (resource) => {
    const ref = refOf(resource)
    const host = resolveShortHost(resource.spec.host.toLowerCase(), ref.namespace, inputs.domain)
    return keyed(ruleFindings(ref, host, resource.spec.subsets ?? [], inputs))
  })
  const authorizers = graph.singleton('names of authorizers', () =>
    inputs.mesh.get().extensionProviders.flatMap((one) => (one.envoyExtAuthzHttp || one.envoyExtAuthzGrpc ? (one.name ?? []) : [])))
  const authorizing = graph.flatMap('findings of authorization policies', sets.config(AuthorizationPolicy), (resource) => {
    const name = resource.spec.provider?.name ?? ''
    return resource.spec.action === 'CUSTOM' && !authorizers.get().includes(name) ? keyed([modelDiagnostics.unknownAuthorizer(refOf(resource), 'spec.provider.name', name)]) : []
  })
  return graph.join('model findings', [routing, delegating, destinations, authorizing])
}

const keyed = (findings: readonly Diagnostic[]): readonly (readonly [string, Diagnostic])[] =>
  findings.map((one) => [`${one.resource?.kind ?? ''}/${one.resource?.namespace ?? ''}/${one.resource?.name ?? ''}/${one.path ?? ''}/${one.code}`, one] as const)

function virtualServiceFindings(model: VirtualServiceModel, inputs: DiagnosticInputs, hasGateway: (name: string) => boolean): readonly Diagnostic[] {
  const gateways = model.gateways.flatMap((name, i) => (name === MESH_GATEWAY || hasGateway(resolveGateway(name, model.namespace)) ? [] : [modelDiagnostics.gatewayNotFound(model.ref, `spec.gateways[${i}]`, name)]))
  const http = model.http.flatMap(({ rule, namespace, from }) => {
    const at = from[0]
    if (!at) return []
    const routes = (rule.route ?? []).flatMap((one, i) => destinationFindings(at.resource, `${at.path}.route[${i}].destination`, one.destination, namespace, inputs))
    return [...routes, ...(rule.mirror ? destinationFindings(at.resource, `${at.path}.mirror`, rule.mirror, namespace, inputs) : [])]
  })
  const opaque = (['tcp', 'tls'] as const).flatMap((kind) => model[kind].flatMap((rule, r) => (rule.route ?? []).flatMap((one, i) =>
    destinationFindings(model.ref, `spec.${kind}[${r}].route[${i}].destination`, one.destination, model.namespace, inputs))))
  return [...gateways, ...http, ...opaque, ...hostConflicts(model, inputs)]
}

function hostConflicts(model: VirtualServiceModel, inputs: DiagnosticInputs): readonly Diagnostic[] {
  if (!isForMesh(model)) return []
  return model.hosts.flatMap((host, i) => {
    if (isWildcard(host)) return []
    const winner = inputs.virtualServices.forHost.get(`${model.namespace}/${host}`)
    const isBeaten = winner !== undefined && winner.key !== model.key && winner.hosts.includes(host)
    return isBeaten ? [modelDiagnostics.conflictingHost(model.ref, `spec.hosts[${i}]`, host, winner.key)] : []
  })
}

function destinationFindings(resource: ResourceRef, path: string, destination: Destination, namespace: string, inputs: DiagnosticInputs): readonly Diagnostic[] {
  const host = resolveShortHost(destination.host.toLowerCase(), namespace, inputs.domain)
  if (isWildcard(host)) return []
  const candidates = inputs.services.byHost.lookup(host)
  const service = chooseService(candidates, namespace) ?? candidates[0]
  if (!service) return inputs.services.coversHost(host) ? [] : [modelDiagnostics.hostNotFound(resource, `${path}.host`, host)]
  const port = destination.port?.number
  const findings: Diagnostic[] = []
  if (port !== undefined && !service.ports.some((one) => one.number === port)) findings.push(modelDiagnostics.portNotFound(resource, `${path}.port.number`, host, port))
  if (port === undefined && service.ports.length > 1) findings.push(modelDiagnostics.portNeeded(resource, path, host))
  const { subset } = destination
  if (subset !== undefined && subset !== '') {
    const rule = inputs.rules.choose(host, service.namespace, { namespace, labels: {}, rootNamespace: inputs.mesh.get().rootNamespace })
    if (!rule?.subsets.some((one) => one.subset.name === subset)) findings.push(modelDiagnostics.subsetNotFound(resource, `${path}.subset`, host, subset))
  }
  return findings
}

function ruleFindings(ref: ResourceRef, host: string, subsets: readonly { readonly name: string; readonly labels?: Readonly<Record<string, string>> }[], inputs: DiagnosticInputs): readonly Diagnostic[] {
  if (isWildcard(host)) return []
  const candidates = inputs.services.byHost.lookup(host)
  const service = chooseService(candidates, ref.namespace) ?? candidates[0]
  if (!service) return inputs.services.coversHost(host) ? [] : [modelDiagnostics.ruleForNothing(ref, 'spec.host', host)]
  const labels = inputs.workloads.labelSets.get(service.key)
  if (labels.length === 0) return []
  return subsets.flatMap(({ name, labels: wanted }, i) =>
    labels.some((one) => matchesLabels(wanted, one)) ? [] : [modelDiagnostics.subsetSelectsNothing(ref, `spec.subsets[${i}].labels`, name, host)])
}
