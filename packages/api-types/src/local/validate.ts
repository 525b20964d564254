/** What a LocalMesh means beyond its schema: forms of names, one owner per name and per loopback port, and workloads of one service agree. */
import { formatJsonPath, type Diagnostic } from '@istio-ts/foundation'
import { unknownFields } from '../istio/shared/schema/unknown-fields.ts'
import type { Resource } from '../resource.ts'
import { findings, type Findings } from '../validation/findings.ts'
import { localDiagnostics as found } from './diagnostics.ts'
import { DNS_LABEL, ENV_NAME, LABEL_KEY, LABEL_VALUE } from './forms.ts'
import type { LocalGateway, LocalMeshSpec, LocalPort, LocalWorkload } from './local-mesh.ts'
import { localMeshInput } from './schema.ts'

/** All findings of a LocalMesh that passed its schema. */
export const validateLocalMesh = (resource: Resource<LocalMeshSpec>): readonly Diagnostic[] =>
  findings(resource, (root) => {
    const { spec } = resource
    const at = root.at('spec')
    for (const { path, suggestion } of unknownFields(localMeshInput(), spec, [])) {
      path.reduce<Findings>((place, step) => place.at(step), at).add(found.unknownField(String(path.at(-1)), suggestion))
    }
    at.each('workloads', spec.workloads, checkWorkload)
    at.each('gateways', spec.gateways, checkGateway)
    checkNames(spec, at)
    checkPorts(spec, at)
    checkServices(spec, at)
  })

function checkWorkload(workload: LocalWorkload, at: Findings): void {
  checkName(workload.name, 'name of a workload', at.at('name'))
  checkName(workload.namespace, 'namespace', at.at('namespace'))
  if (workload.service !== undefined) checkName(workload.service, 'name of a service', at.at('service'))
  checkName(workload.serviceAccount, 'name of a service account', at.at('serviceAccount'))
  checkLabels(workload.labels, at)
  if (workload.service !== undefined && workload.ports.length === 0) at.at('ports').add(found.serviceWithoutPorts(workload.name, workload.service))
  checkPortsOf(workload.ports, at)
  at.entries('env', workload.env, (_, place, name) => {
    if (!ENV_NAME.test(name)) place.add(found.variable(name))
    else if (/^(https?_proxy|no_proxy)$/i.test(name)) place.add(found.proxyVariable(name))
  })
  const { tcp, http } = workload.ready
  if ((tcp === undefined) === (http === undefined) || http?.startsWith('/') === false) at.at('ready').add(found.readiness())
}

function checkGateway(gateway: LocalGateway, at: Findings): void {
  checkName(gateway.name, 'name of a gateway', at.at('name'))
  checkName(gateway.namespace, 'namespace', at.at('namespace'))
  checkLabels(gateway.labels, at)
}

function checkName(name: string, what: string, at: Findings): void {
  if (!DNS_LABEL.test(name)) at.add(found.name(name, what))
}

function checkLabels(labels: Readonly<Record<string, string>>, at: Findings): void {
  at.entries('labels', labels, (value, place, key) => {
    if (!LABEL_KEY.test(key)) place.add(found.label(key, 'key'))
    if (!LABEL_VALUE.test(value)) place.add(found.label(value, 'value'))
  })
}

function checkPortsOf(ports: readonly LocalPort[], at: Findings): void {
  at.each('ports', ports, (port, place, i) => {
    const before = ports.slice(0, i)
    if (port.name !== undefined) checkName(port.name, 'name of a port', place.at('name'))
    if (port.name === undefined && ports.length > 1) place.add(found.portNeedsName(port.port))
    if (port.name !== undefined && before.some((other) => other.name === port.name)) place.at('name').add(found.duplicatePort('name'))
    if (before.some((other) => other.port === port.port && other.protocol === port.protocol)) place.at('port').add(found.duplicatePort('number'))
  })
}

/** Names of the processes: `<name>`, or `<name>-0`, ... when there are replicas. */
const processNames = (workload: LocalWorkload): readonly string[] =>
  workload.replicas === 1 ? [workload.name] : Array.from({ length: workload.replicas }, (_, i) => `${workload.name}-${i}`)

function checkNames(spec: LocalMeshSpec, at: Findings): void {
  const owners = new Map<string, string>()
  const claim = (namespace: string, name: string, place: Findings): void => {
    const first = owners.get(`${namespace}/${name}`)
    if (first === undefined) owners.set(`${namespace}/${name}`, formatJsonPath(place.path()))
    else place.add(found.duplicateName(name, namespace, first))
  }
  at.each('workloads', spec.workloads, (item, place) => processNames(item).forEach((name) => claim(item.namespace, name, place.at('name'))))
  at.each('gateways', spec.gateways, (item, place) => claim(item.namespace, item.name, place.at('name')))
}

function checkPorts(spec: LocalMeshSpec, at: Findings): void {
  const owners = new Map<number, string>()
  const claim = (port: number, place: Findings): void => {
    const first = owners.get(port)
    if (port > 65535) place.add(found.portBeyondRange(port))
    else if (first === undefined) owners.set(port, formatJsonPath(place.path()))
    else place.add(found.portTaken(port, first))
  }
  at.each('workloads', spec.workloads, ({ ports, replicas }, workload) => {
    workload.each('ports', ports, ({ targetPort }, place, i) => {
      // One process may serve two service ports from one targetPort.
      if (ports.findIndex((other) => other.targetPort === targetPort) < i) return
      for (let replica = 0; replica < replicas; replica++) claim(targetPort + replica, place.at('targetPort'))
    })
  })
  at.each('gateways', spec.gateways, ({ ports }, gateway) => gateway.each('ports', ports, ({ listen }, place) => claim(listen, place.at('listen'))))
}

const shapeOf = ({ ports }: LocalWorkload): string =>
  ports.map((port) => JSON.stringify([port.name, port.port, port.protocol, port.appProtocol])).toSorted().join()

function checkServices(spec: LocalMeshSpec, at: Findings): void {
  const first = new Map<string, LocalWorkload>()
  at.each('workloads', spec.workloads, (item, place) => {
    if (item.service === undefined) return
    const key = `${item.namespace}/${item.service}`
    const other = first.get(key) ?? item
    first.set(key, other)
    if (shapeOf(other) !== shapeOf(item)) place.at('ports').add(found.portsDisagree(item.name, other.name, key))
  })
}
