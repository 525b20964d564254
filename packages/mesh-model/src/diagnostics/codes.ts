/** Findings of the model about users' resources; the only place where their words stand. */
import type { Diagnostic, ResourceRef, Severity } from '@istio-ts/foundation'

const finding = (code: string, severity: Severity, resource: ResourceRef, path: string, message: string, remedy: string): Diagnostic =>
  ({ code, severity, resource, path, message, remedy })

/** The findings by name. */
export const modelDiagnostics = {
  /** Istio's ReferencedResourceNotFound. */
  hostNotFound: (resource: ResourceRef, path: string, host: string): Diagnostic =>
    finding('IST0101', 'error', resource, path, `no service has the host ${host}. Requests that take this route get 503.`, 'Name an existing Service or ServiceEntry, or add one.'),
  subsetNotFound: (resource: ResourceRef, path: string, host: string, subset: string): Diagnostic =>
    finding('IST0101', 'error', resource, path, `no DestinationRule defines subset ${subset} of ${host}. Requests that take this route get 503.`, `Add the subset to a DestinationRule for ${host}, or name another one.`),
  portNotFound: (resource: ResourceRef, path: string, host: string, port: number): Diagnostic =>
    finding('IST0101', 'error', resource, path, `${host} has no port ${port}. Requests that take this route get 503.`, `Name one of the ports of ${host}.`),
  gatewayNotFound: (resource: ResourceRef, path: string, gateway: string): Diagnostic =>
    finding('IST0101', 'error', resource, path, `there is no Gateway ${gateway}. The routes are not used there.`, 'Name an existing Gateway as `namespace/name`, or add one.'),
  delegateNotFound: (resource: ResourceRef, path: string, delegate: string): Diagnostic =>
    finding('MESH0301', 'error', resource, path, `the delegate VirtualService ${delegate} does not exist, has hosts of its own, or is not exported here. The rule is left out.`, 'Create it without `hosts` and `gateways`.'),
  portNeeded: (resource: ResourceRef, path: string, host: string): Diagnostic =>
    finding('IST0112', 'error', resource, path, `${host} has several ports and the destination names none. The port that the client addressed is used.`, 'Add `port.number` to the destination.'),
  /** Istio's ConflictingMeshGatewayVirtualServiceHosts. */
  conflictingHost: (resource: ResourceRef, path: string, host: string, winner: string): Diagnostic =>
    finding('IST0109', 'error', resource, path, `VirtualService ${winner} is older and has the host ${host} too. Sidecars use only the older one for it.`, 'Put the routes of one host into one VirtualService.'),
  subsetSelectsNothing: (resource: ResourceRef, path: string, subset: string, host: string): Diagnostic =>
    finding('MESH0302', 'warning', resource, path, `no endpoint of ${host} has the labels of subset ${subset}. Requests to it get 503.`, 'Correct the labels, or start a workload that has them.'),
  ruleForNothing: (resource: ResourceRef, path: string, host: string): Diagnostic =>
    finding('IST0101', 'warning', resource, path, `no service has the host ${host}. The rule has no effect.`, 'Name an existing host; short names are resolved in the namespace of the rule.'),
  unknownAuthorizer: (resource: ResourceRef, path: string, provider: string): Diagnostic =>
    finding('MESH0303', 'error', resource, path, `the mesh has no authorization provider ${provider}. Requests that match are denied.`, 'Add it to MeshConfig `extensionProviders`, or name another one.'),
  unservedPort: (resource: ResourceRef, path: string, port: number): Diagnostic =>
    finding('MESH0304', 'warning', resource, path, `port ${port} is spoken in another way by an older Gateway of the same workload. This server is left out.`, 'Use another port, or the same protocol.'),
} as const
