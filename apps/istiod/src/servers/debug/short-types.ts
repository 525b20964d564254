/** Short names of xDS types in queries: `cds`, `cluster`, `clusters`, or the type URL itself. */
import { CLUSTER_TYPE, ENDPOINT_TYPE, EXTENSION_CONFIG_TYPE, LISTENER_TYPE, ROUTE_TYPE, SECRET_TYPE } from '@istio-ts/xds-protocol'

const names: ReadonlyMap<string, string> = new Map([
  ...['cds', 'cluster', 'clusters'].map((name) => [name, CLUSTER_TYPE] as const),
  ...['eds', 'endpoint', 'endpoints'].map((name) => [name, ENDPOINT_TYPE] as const),
  ...['lds', 'listener', 'listeners'].map((name) => [name, LISTENER_TYPE] as const),
  ...['rds', 'route', 'routes'].map((name) => [name, ROUTE_TYPE] as const),
  ...['sds', 'secret', 'secrets'].map((name) => [name, SECRET_TYPE] as const),
  ['ecds', EXTENSION_CONFIG_TYPE],
])

/** The type URL of a name; other texts are returned as they are. */
export const typeUrlOfShortName = (name: string): string => names.get(name.toLowerCase()) ?? name
