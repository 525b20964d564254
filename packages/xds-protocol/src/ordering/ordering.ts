/**
 * Make before break across types. A listener or route may name a cluster only when the client has it with its endpoints; a cluster
 * or its endpoints go only when no listener or route of the client names them any more.
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#eventual-consistency-considerations
 */
import { CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE, SECRET_TYPE } from '../type-urls.ts'

/**
 * The order in which types are looked at when there is something to send. Each place has a reason:
 * 1. endpoints: a removed endpoint is an outage until the client knows, and endpoints of clusters it holds depend on nothing;
 * 2. clusters: before whatever names them;
 * 3. listeners: wait for the clusters they name;
 * 4. routes: asked for by listeners, wait for clusters too;
 * 5. secrets: asked for by clusters and listeners, which warm until they come;
 * then everything else in order of first request. (Istio's order is clusters, endpoints, listeners, routes, secrets.)
 */
export const SEND_ORDER: readonly string[] = [ENDPOINT_TYPE, CLUSTER_TYPE, LISTENER_TYPE, ROUTE_TYPE, SECRET_TYPE]

/** Types of the second step: they name clusters, so they are compared with the `ready` snapshot instead of the newest. */
export const namesClusters = (typeUrl: string): boolean => typeUrl === LISTENER_TYPE || typeUrl === ROUTE_TYPE

/** Who must have let go before a resource of this type may be removed. */
export const removalWaitsFor = (typeUrl: string): readonly string[] => removalOrder.get(typeUrl) ?? []

const removalOrder: ReadonlyMap<string, readonly string[]> = new Map([
  [CLUSTER_TYPE, [LISTENER_TYPE, ROUTE_TYPE]],
  [ENDPOINT_TYPE, [LISTENER_TYPE, ROUTE_TYPE]],
  [ROUTE_TYPE, [LISTENER_TYPE]],
])

/** What there is of each type of a stream, in the order of sending. */
export const inSendOrder = <V>(types: ReadonlyMap<string, V>): ReadonlyMap<string, V> => new Map([...types].sort(([a], [b]) => place(a) - place(b)))

const place = (typeUrl: string): number => (SEND_ORDER.includes(typeUrl) ? SEND_ORDER.indexOf(typeUrl) : SEND_ORDER.length)
