/**
 * Clusters and their endpoints. A client warms a cluster that is new or changed until it gets endpoints for it, and Envoy does not even
 * acknowledge clusters before that; so endpoints follow clusters without waiting, and listeners and routes wait for both.
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#eventual-consistency-considerations
 */
import { CLUSTER_TYPE, ENDPOINT_TYPE } from '../type-urls.ts'
import { findResource, resourcesOf, type Snapshot, type TypeSlice } from '../snapshot/snapshot.ts'
import { stale, UNKNOWN, withType, type InFlight, type SentChange, type ServerState } from './state.ts'

/** After clusters went out: their endpoints are awaited, and sent again for those that the client had before. */
export function clustersSent(state: ServerState, { changes, snapshot, nonce }: InFlight): ServerState {
  const arriving = changes.filter(({ after }) => after !== undefined).map(({ name }) => name)
  const awaited = new Map(state.awaited)
  for (const { name, after } of changes) if (!after) awaited.delete(name)
  // Asked of both: a newer snapshot may give endpoints to a cluster that had none, or take them away for a while.
  for (const one of new Set([snapshot, state.target ?? snapshot])) for (const name of withEndpoints(arriving, one)) awaited.set(name, Number(nonce))
  return forceEndpoints({ ...state, awaited }, arriving)
}

/** After a response was accepted: clusters are there as of its snapshot; endpoints that arrived are awaited no more. */
export function delivered(state: ServerState, typeUrl: string, { changes, snapshot, nonce }: InFlight): ServerState {
  if (typeUrl === CLUSTER_TYPE) return { ...state, clustersAt: snapshot }
  if (typeUrl !== ENDPOINT_TYPE) return state
  // Endpoints that were sent before the cluster are not those it waits for.
  return without(state, changes.filter(({ name, after }) => after !== undefined && Number(nonce) > (state.awaited.get(name) ?? 0)))
}

/** After a response was refused: nobody will ask for the endpoints of refused clusters, and nobody waits for refused endpoints. */
export function refusedDelivery(state: ServerState, typeUrl: string, { changes, snapshot }: InFlight): ServerState {
  if (typeUrl === CLUSTER_TYPE) return { ...without(state, changes), clustersAt: snapshot }
  return typeUrl === ENDPOINT_TYPE ? without(state, changes) : state
}

function without(state: ServerState, changes: readonly SentChange[]): ServerState {
  if (state.awaited.size === 0) return state
  const awaited = new Map(state.awaited)
  for (const { name } of changes) awaited.delete(name)
  return { ...state, awaited }
}

function withEndpoints(names: readonly string[], snapshot: Snapshot): readonly string[] {
  const endpoints = snapshot.types.get(ENDPOINT_TYPE)
  return endpoints ? lookedUp(endpoints, names) : []
}

/** The names that a slice has; through one index when they are many. */
function lookedUp(slice: TypeSlice, names: readonly string[]): readonly string[] {
  if (names.length < 64) return names.filter((name) => findResource(slice, name))
  const all = new Set<string>()
  for (const { name } of resourcesOf(slice)) all.add(name)
  return names.filter((name) => all.has(name))
}

/**
 * A client that took a changed cluster warms it again and waits for its endpoints, even if they did not change and it has asked for
 * them before (Envoy asks only once), so they are sent again. For a new cluster it asks; but of one that went and came back it may
 * have said so in a request that crossed ours and does not count any more.
 */
function forceEndpoints(state: ServerState, clusters: readonly string[]): ServerState {
  const endpoints = state.types.get(ENDPOINT_TYPE)
  const again = endpoints ? clusters.filter((name) => endpoints.subscription.names.has(name)) : []
  if (!endpoints || again.length === 0) return state
  const held = new Map(endpoints.held)
  for (const name of again) if (held.get(name) !== UNKNOWN) held.set(name, stale(held.has(name) ? held.get(name) : findResource(endpoints.base, name)))
  return withType(state, { ...endpoints, held })
}
