/** What can go wrong in the proxy process; codes MESH0920-0929. */
import { MeshError } from '@istio-ts/foundation'

/** MESH0920: the command line cannot be understood. */
export const badArguments = (what: string): MeshError => new MeshError({ code: 'MESH0920', message: what, remedy: 'Usage: istio-ts-proxy --config FILE.' })

/** MESH0921: the bootstrap file cannot be read or is not valid. */
export const badBootstrap = (file: string, why: string, cause?: unknown): MeshError =>
  new MeshError({ code: 'MESH0921', message: `bootstrap ${file}: ${why}.`, remedy: 'Correct the file, or let istioctl local write it.', cause })

/** MESH0922: a port of the proxy itself (admin, metrics) is taken. */
export const portTaken = (what: string, address: string, cause: unknown): MeshError =>
  new MeshError({ code: 'MESH0922', message: `the ${what} port ${address} cannot be opened: ${cause instanceof Error ? cause.message : String(cause)}.`, remedy: 'Stop what listens there, or choose another port.', cause })

/** MESH0923: no certificate yet; it is tried again. */
export const noCertificate = (address: string, cause: unknown): MeshError =>
  new MeshError({ code: 'MESH0923', message: `no workload certificate from ${address}: ${cause instanceof Error ? cause.message : String(cause)}`, remedy: 'It is tried again; check that istiod runs and that the token is valid.', cause })

/** MESH0925: a file that a rule names as certificate, key or roots cannot be used. */
export const unusableSecretFile = (name: string, why: string): MeshError =>
  new MeshError({ code: 'MESH0925', message: `secret ${name}: ${why}. The last good one stays; without one, connections that need it fail.`, remedy: 'Put the file where the DestinationRule, Gateway or Sidecar says; it is read again when it changes.' })

/** MESH0924: a static resource is not a valid message. */
export const badStaticResource = (kind: string, why: string): MeshError =>
  new MeshError({ code: 'MESH0924', message: `staticResources.${kind}: ${why}.`, remedy: 'Write it as the proto JSON of the Envoy message.' })
