/** Istio's node ids: `sidecar~10.1.2.3~reviews-v1-abc.default~default.svc.cluster.local`. @see istio `pkg/model/proxy.go` */

/** Kinds of proxies that Istio knows. */
export type NodeType = 'sidecar' | 'router' | 'waypoint' | 'ztunnel' | 'agentgateway'

/** The parts of a node id. */
export interface NodeId {
  readonly type: NodeType
  readonly ip: string
  /** Name of the pod or instance. */
  readonly name: string
  readonly namespace: string
  readonly dnsDomain: string
}

const types: readonly NodeType[] = ['sidecar', 'router', 'waypoint', 'ztunnel', 'agentgateway']

/** Parses an id; undefined if it does not have the form (`pod.namespace` is split at the last dot, as Istio does). */
export function parseNodeId(id: string): NodeId | undefined {
  const [kind, ip, instance, dnsDomain, ...rest] = id.split('~')
  const type = types.find((candidate) => candidate === kind)
  if (type === undefined || ip === undefined || instance === undefined || dnsDomain === undefined || rest.length > 0) return undefined
  const dot = instance.lastIndexOf('.')
  return { type, ip, name: dot < 0 ? instance : instance.slice(0, dot), namespace: dot < 0 ? '' : instance.slice(dot + 1), dnsDomain }
}

/** Formats an id; the inverse of {@link parseNodeId}. */
export const formatNodeId = (id: NodeId): string => `${id.type}~${id.ip}~${id.name}.${id.namespace}~${id.dnsDomain}`
