/** The environment of a process: how it calls others without knowing the mesh. */
import type { Diagnostic } from '@istio-ts/foundation'
import type { LocalMeshSpec, LoopbackPlan, Resource } from '@istio-ts/api-types'
import type { Callable } from '../callable.ts'
import { variableTaken } from '../diagnostics.ts'
import type { LocalProcess } from '../processes.ts'

/** Names of variables. */
export type Environment = Readonly<Record<string, string>>

const PROXY_VARIABLE = /^(https?|ftp|all|no)_proxy$/i

/** The caller's environment without any proxy variable: what istiod and the proxies run with. */
export const withoutProxyVariables = (env: Readonly<Record<string, string | undefined>>): Environment =>
  Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined || PROXY_VARIABLE.test(name) || name === 'NODE_USE_ENV_PROXY' ? [] : [[name, value]])))

/** The whole environment of a workload's process; the user's `env` wins, except for the proxy variables. */
export function processEnvironment(process: LocalProcess, plan: LoopbackPlan, callable: readonly Callable[], inherited: Environment): Environment {
  const own = Object.fromEntries(Object.entries(process.workload.env).filter(([name]) => !PROXY_VARIABLE.test(name)))
  const first = process.ports[0]
  return {
    ...withoutProxyVariables(inherited),
    ...serviceVariables(process.namespace, plan, callable).variables,
    ...(first ? { PORT: String(first.targetPort) } : {}),
    ...own,
    ...proxyVariables(plan, own['JAVA_TOOL_OPTIONS'] ?? inherited['JAVA_TOOL_OPTIONS']),
  }
}

function proxyVariables(plan: LoopbackPlan, javaOptions: string | undefined): Environment {
  if (plan.httpProxy === undefined) return {}
  const url = `http://127.0.0.1:${plan.httpProxy}`
  const noProxy = 'localhost,127.0.0.1,::1'
  const java = `-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=${plan.httpProxy} -Dhttp.nonProxyHosts=localhost|127.*|[::1]`
  return { HTTP_PROXY: url, http_proxy: url, NO_PROXY: noProxy, no_proxy: noProxy, NODE_USE_ENV_PROXY: '1', JAVA_TOOL_OPTIONS: javaOptions ? `${javaOptions} ${java}` : java }
}

/**
 * The variables Kubernetes gives for services: `REVIEWS_SERVICE_HOST`, `_PORT`, `_PORT_<NAME>`, here with the outbound listener on loopback.
 * The own namespace wins a name, else the first namespace by name; `<SERVICE>_<NAMESPACE>_SERVICE_HOST/PORT` always exist.
 */
export function serviceVariables(namespace: string, plan: LoopbackPlan, callable: readonly Callable[]): { readonly variables: Environment; readonly taken: readonly { readonly variable: string; readonly winner: string; readonly loser: string }[] } {
  const listenOf = new Map(plan.outbound.map((entry) => [`${entry.host}:${entry.port}`, entry.listen]))
  const variables: Record<string, string> = {}
  const owners = new Map<string, string>()
  const taken: { readonly variable: string; readonly winner: string; readonly loser: string }[] = []
  for (const service of byPrecedence(callable, namespace)) {
    const ports = service.ports.flatMap((port) => {
      const listen = listenOf.get(`${service.host}:${port.port}`)
      return listen === undefined ? [] : [{ name: port.name, listen }]
    })
    const [first] = ports
    if (!first) continue
    const short = `${variableName(service.name)}_SERVICE`
    const long = `${variableName(service.name)}_${variableName(service.namespace)}_SERVICE`
    for (const prefix of [short, long]) {
      const winner = owners.get(prefix)
      if (winner !== undefined) {
        taken.push({ variable: `${prefix}_HOST`, winner, loser: service.host })
        continue
      }
      owners.set(prefix, service.host)
      variables[`${prefix}_HOST`] = '127.0.0.1'
      variables[`${prefix}_PORT`] = String(first.listen)
      for (const port of ports) if (port.name !== '') variables[`${prefix}_PORT_${variableName(port.name)}`] = String(port.listen)
    }
  }
  return { variables, taken }
}

/** Findings about names that two namespaces want; one per name, seen from a namespace. */
export const variableFindings = (mesh: Resource<LocalMeshSpec>, namespace: string, plan: LoopbackPlan, callable: readonly Callable[]): readonly Diagnostic[] =>
  serviceVariables(namespace, plan, callable).taken.map(({ variable, winner, loser }) => variableTaken(mesh, namespace, variable, winner, loser))

interface CallableService {
  readonly host: string
  readonly name: string
  readonly namespace: string
  readonly ports: readonly { readonly name: string; readonly port: number; readonly index: number }[]
}

function byPrecedence(callable: readonly Callable[], namespace: string): readonly CallableService[] {
  const services = new Map<string, CallableService>()
  for (const { host, port, service } of callable) {
    if (!service) continue
    const known = services.get(host)
    services.set(host, { host, name: service.name, namespace: service.namespace, ports: [...(known?.ports ?? []), { name: service.portName, port, index: service.index }].sort((a, b) => a.index - b.index) })
  }
  const rank = (service: CallableService): string => `${service.namespace === namespace ? 0 : 1}${service.namespace}/${service.name}`
  return [...services.values()].sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
}

/** `my-svc.v1` -> `MY_SVC_V1`. */
export const variableName = (text: string): string => text.toUpperCase().replaceAll(/[-.]/g, '_')
