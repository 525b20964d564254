/** What a LocalMesh means beyond its schema: names and loopback ports are unique, and workloads of one service agree. */
import { refOf, type Resource } from '../resource.ts'
import type { Diagnostic } from '@istio-ts/foundation'
import { localDiagnostics, type LocalFinding } from './diagnostics.ts'
import type { LocalMeshSpec, LocalPort, LocalWorkload } from './local-mesh.ts'

/** All findings of a LocalMesh that passed its schema. */
export function validateLocalMesh(resource: Resource<LocalMeshSpec>): readonly Diagnostic[] {
  const { spec } = resource
  const findings = [...names(spec), ...ports(spec), ...services(spec), ...spec.workloads.flatMap(workload)]
  const ref = refOf(resource)
  return findings.map((finding) => ({ ...finding, resource: ref }))
}

/** Names of the processes: `<name>`, or `<name>-0`, ... when there are replicas. */
const processNames = (workload: LocalWorkload): readonly string[] =>
  workload.replicas === 1 ? [workload.name] : Array.from({ length: workload.replicas }, (_, i) => `${workload.name}-${i}`)

function names(spec: LocalMeshSpec): readonly LocalFinding[] {
  const seen = new Map<string, string>()
  const out: LocalFinding[] = []
  const claim = (namespace: string, name: string, path: string): void => {
    const first = seen.get(`${namespace}/${name}`)
    if (first === undefined) seen.set(`${namespace}/${name}`, path)
    else out.push(localDiagnostics.duplicateName(path, name, namespace, first))
  }
  spec.workloads.forEach((item, i) => processNames(item).forEach((name) => claim(item.namespace, name, `spec.workloads[${i}].name`)))
  spec.gateways.forEach((item, i) => claim(item.namespace, item.name, `spec.gateways[${i}].name`))
  return out
}

function ports(spec: LocalMeshSpec): readonly LocalFinding[] {
  const seen = new Map<number, string>()
  const out: LocalFinding[] = []
  const claim = (port: number, path: string): void => {
    const first = seen.get(port)
    if (port > 65535) out.push(localDiagnostics.portBeyondRange(path, port))
    else if (first === undefined) seen.set(port, path)
    else if (first !== path) out.push(localDiagnostics.portTaken(path, port, first))
  }
  spec.workloads.forEach((item, i) => {
    // The same process may serve two service ports from one targetPort, so a workload claims each number once.
    const distinct = new Map(item.ports.map((port, j) => [port.targetPort, `spec.workloads[${i}].ports[${j}].targetPort`]))
    for (const [target, path] of distinct) for (let replica = 0; replica < item.replicas; replica++) claim(target + replica, path)
  })
  spec.gateways.forEach((item, i) => item.ports.forEach((port, j) => claim(port.listen, `spec.gateways[${i}].ports[${j}].listen`)))
  return out
}

const portShape = (port: LocalPort): string => JSON.stringify([port.name, port.port, port.protocol, port.appProtocol])
const shapeOf = (workload: LocalWorkload): string => workload.ports.map(portShape).toSorted().join()

function services(spec: LocalMeshSpec): readonly LocalFinding[] {
  const first = new Map<string, LocalWorkload>()
  return spec.workloads.flatMap((item, i) => {
    if (item.service === undefined) return []
    const key = `${item.namespace}/${item.service}`
    const other = first.get(key) ?? item
    first.set(key, other)
    return shapeOf(other) === shapeOf(item) ? [] : [localDiagnostics.portsDisagree(`spec.workloads[${i}].ports`, item.name, other.name, key)]
  })
}

function workload(item: LocalWorkload, i: number): readonly LocalFinding[] {
  const at = `spec.workloads[${i}]`
  return [
    ...(item.service !== undefined && item.ports.length === 0 ? [localDiagnostics.serviceWithoutPorts(`${at}.ports`, item.name, item.service)] : []),
    ...(item.ports.length > 1 ? item.ports.flatMap((port, j) => (port.name === undefined ? [localDiagnostics.portNeedsName(`${at}.ports[${j}]`, port.port)] : [])) : []),
    ...duplicates(item.ports.map((port) => port.name)).map((j) => localDiagnostics.duplicatePort(`${at}.ports[${j}].name`, 'name')),
    ...duplicates(item.ports.map((port) => `${port.port}/${port.protocol}`)).map((j) => localDiagnostics.duplicatePort(`${at}.ports[${j}].port`, 'number')),
    ...Object.keys(item.env).filter((name) => /^(https?_proxy|no_proxy)$/i.test(name)).map((name) => localDiagnostics.proxyVariable(`${at}.env.${name}`, name)),
  ]
}

/** Indexes of the values that occurred before; absent values never do. */
function duplicates(values: readonly (string | undefined)[]): readonly number[] {
  return values.flatMap((value, i) => (value !== undefined && values.indexOf(value) < i ? [i] : []))
}
