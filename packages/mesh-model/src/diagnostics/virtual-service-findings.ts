/** Routing rules that lead nowhere, or that nobody follows. */
import { Gateway, refOf, VirtualService } from '@istio-ts/api-types'
import type { Collection, Graph } from '@istio-ts/collections'
import { isWildcard, type Diagnostic } from '@istio-ts/foundation'
import { serverHost, type GatewayResource } from '../gateways/gateway-servers.ts'
import { servedHosts, sharedHosts, type ServedHosts } from '../gateways/served-hosts.ts'
import { isForMesh, MESH_GATEWAY, type VirtualServiceModel } from '../traffic/virtual-service.ts'
import { modelDiagnostics } from './codes.ts'
import { destinationFindings } from './destination-findings.ts'
import type { DiagnosticInputs } from './diagnostic-inputs.ts'
import { keyed } from './keyed.ts'

/** Makes the nodes. */
export function virtualServiceFindings(graph: Graph, inputs: DiagnosticInputs): readonly Collection<Diagnostic>[] {
  const gateways = graph.flatMap('hosts of gateways', inputs.sets.config(Gateway), (one) => [[`${one.metadata.namespace}/${one.metadata.name}`, hostsOf(one)] as const])
  return [
    graph.flatMap('findings of virtual services', inputs.virtualServices.all, (model) =>
      keyed([...gatewayFindings(model, gateways), ...routeFindings(model, inputs), ...hostConflicts(model, inputs)])),
    graph.flatMap('findings of delegates', inputs.sets.config(VirtualService), (resource) => {
      const ref = refOf(resource)
      return keyed((resource.spec.http ?? []).flatMap((rule, i) => {
        if (!rule.delegate) return []
        const name = `${rule.delegate.namespace ?? ref.namespace}/${rule.delegate.name ?? ''}`
        return inputs.virtualServices.delegates.get(name) ? [] : [modelDiagnostics.delegateNotFound(ref, `spec.http[${i}].delegate`, name)]
      }))
    }),
  ]
}

const hostsOf = ({ metadata, spec }: GatewayResource): ServedHosts => servedHosts((spec.servers ?? []).flatMap(({ hosts }) => hosts.map((host) => serverHost(host, metadata.namespace))))

function gatewayFindings(model: VirtualServiceModel, gateways: Collection<ServedHosts>): readonly Diagnostic[] {
  return model.gateways.flatMap((name, i): readonly Diagnostic[] => {
    if (name === MESH_GATEWAY) return []
    const served = gateways.get(name)
    if (!served) return [modelDiagnostics.gatewayNotFound(model.ref, `spec.gateways[${i}]`, name)]
    return model.hosts.flatMap((host, h) => (sharedHosts({ namespace: model.namespace, hosts: [host] }, served).length > 0 ? [] : [modelDiagnostics.hostNotInGateway(model.ref, `spec.hosts[${h}]`, host, name)]))
  })
}

function routeFindings(model: VirtualServiceModel, inputs: DiagnosticInputs): readonly Diagnostic[] {
  const http = model.http.flatMap(({ rule, namespace, from }) => {
    const [at] = from
    if (!at) return []
    const routes = (rule.route ?? []).flatMap(({ destination }, i) => destinationFindings(at.resource, `${at.path}.route[${i}].destination`, destination, namespace, inputs))
    const mirrors = [
      ...(rule.mirror ? [['mirror', rule.mirror] as const] : []),
      ...(rule.mirrors ?? []).map(({ destination }, i) => [`mirrors[${i}].destination`, destination] as const),
    ].flatMap(([step, destination]) =>
      destinationFindings(at.resource, at.path, destination, namespace, inputs).some(({ code }) => code === 'IST0101') ? [modelDiagnostics.mirrorNotFound(at.resource, `${at.path}.${step}`, destination.host)] : [])
    return [...routes, ...mirrors]
  })
  const opaque = (['tcp', 'tls'] as const).flatMap((kind) => model[kind].flatMap((rule, r) => (rule.route ?? []).flatMap((one, i) =>
    destinationFindings(model.ref, `spec.${kind}[${r}].route[${i}].destination`, one.destination, model.namespace, inputs))))
  return [...http, ...opaque]
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
