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
  mirrorNotFound: (resource: ResourceRef, path: string, host: string): Diagnostic =>
    finding('IST0101', 'error', resource, path, `there is no such host, port or subset of ${host}. Copies of requests are not sent.`, 'Name an existing host, port and subset.'),
  gatewayNotFound: (resource: ResourceRef, path: string, gateway: string): Diagnostic =>
    finding('IST0101', 'error', resource, path, `there is no Gateway ${gateway}. The routes are not used there.`, 'Name an existing Gateway as `namespace/name`, or add one.'),
  delegateNotFound: (resource: ResourceRef, path: string, delegate: string): Diagnostic =>
    finding('MESH0301', 'error', resource, path, `the delegate VirtualService ${delegate} does not exist, has hosts of its own, or is not exported here. The rule is left out.`, 'Create it without `hosts` and `gateways`.'),
  portNeeded: (resource: ResourceRef, path: string, host: string): Diagnostic =>
    finding('IST0112', 'error', resource, path, `${host} has several ports and the destination names none. The port that the client addressed is used.`, 'Add `port.number` to the destination.'),
  /** Istio's ConflictingMeshGatewayVirtualServiceHosts. */
  conflictingHost: (resource: ResourceRef, path: string, host: string, winner: string): Diagnostic =>
    finding('IST0109', 'error', resource, path, `VirtualService ${winner} is older and has the host ${host} too. Sidecars use only the older one for it.`, 'Put the routes of one host into one VirtualService.'),
  /** Istio's DestinationRuleSubsetNotSelectPods. */
  subsetSelectsNothing: (resource: ResourceRef, path: string, subset: string, host: string): Diagnostic =>
    finding('IST0173', 'warning', resource, path, `no endpoint of ${host} has the labels of subset ${subset}. Requests to it get 503.`, 'Correct the labels, or start a workload that has them.'),
  /** Istio's UnknownDestinationRuleHost. */
  ruleForNothing: (resource: ResourceRef, path: string, host: string): Diagnostic =>
    finding('IST0174', 'warning', resource, path, `no service has the host ${host}. The rule has no effect.`, 'Name an existing host; short names are resolved in the namespace of the rule.'),
  policyForNoPort: (resource: ResourceRef, path: string, host: string, port: number): Diagnostic =>
    finding('MESH0305', 'warning', resource, path, `${host} has no port ${port}. These settings have no effect.`, `Name one of the ports of ${host}, as the service numbers them.`),
  /** Istio's NoMatchingWorkloadsFound. */
  selectsNothing: (resource: ResourceRef, path: string, where: string): Diagnostic =>
    finding('IST0127', 'warning', resource, path, `no workload ${where} has these labels. The resource has no effect.`, 'Correct the labels, or start a workload that has them.'),
  /** Istio's VirtualServiceHostNotFoundInGateway. */
  hostNotInGateway: (resource: ResourceRef, path: string, host: string, gateway: string): Diagnostic =>
    finding('IST0132', 'warning', resource, path, `no server of Gateway ${gateway} has the host ${host}. Requests for it get 404 there.`, 'Add the host to a server of the Gateway, or name a host that one has.'),
  /** Istio's GatewayPortNotDefinedOnService. */
  portNotOpen: (resource: ResourceRef, path: string, port: number, workload: string): Diagnostic =>
    finding('IST0162', 'warning', resource, path, `port ${port} does not reach ${workload}. Nobody can connect to this server.`, 'Add the port to the Service in front of the gateway, or to `ports` of the gateway in the LocalMesh.'),
  /** Istio's ConflictingGateways. */
  hostServedTwice: (resource: ResourceRef, path: string, host: string, port: number, winner: string): Diagnostic =>
    finding('IST0145', 'error', resource, path, `Gateway ${winner} is older and serves ${host} on port ${port} of the same workload. This server is left out.`, 'Serve each host of a port by one Gateway.'),
  noEndpoints: (resource: ResourceRef, path: string): Diagnostic =>
    finding('MESH0306', 'warning', resource, path, 'the entry is STATIC and lists no endpoint. Requests to its hosts get 503.', 'Add `endpoints` or a `workloadSelector`, or set `resolution: DNS`.'),
  cannotListen: (resource: ResourceRef, path: string, port: number, winner: string): Diagnostic =>
    finding('MESH0307', 'warning', resource, path, `connections to port ${port} cannot be told apart from those to ${winner}, which came first. They all go there.`, 'Give the hosts addresses of their own, or choose another port.'),
  /** As in Istio; an info, because rules for gateways rightly look like this. */
  credentialForGatewaysOnly: (resource: ResourceRef, path: string, credential: string): Diagnostic =>
    finding('MESH0308', 'info', resource, path, `only gateways start TLS with the credential ${credential}. Sidecars ignore a credentialName of a rule without workloadSelector.`, 'Add a `workloadSelector` if sidecars are meant too; else nothing.'),
  /** A local mesh captures nothing. */
  nothingToPassThrough: (resource: ResourceRef, path: string, host: string): Diagnostic =>
    finding('MESH0309', 'info', resource, path, `nothing is captured in a local mesh, so no address that a client dialled can be passed through. Calls of ${host} are balanced over its endpoints.`, 'Nothing, if any endpoint will do; to call a certain one, give it a service of its own.'),
  /** A local mesh opens only the ports that its LocalMesh names. */
  ingressNotOpen: (resource: ResourceRef, path: string, port: number): Diagnostic =>
    finding('MESH0310', 'warning', resource, path, `no workload of the LocalMesh that this Sidecar is for has the targetPort ${port}. Nobody can connect to this listener.`, 'Add the port to `ports` of the workload in the LocalMesh, or name one that it has.'),
  unknownAuthorizer: (resource: ResourceRef, path: string, provider: string): Diagnostic =>
    finding('MESH0303', 'error', resource, path, `the mesh has no authorization provider ${provider}. Requests that match are denied.`, 'Add it to MeshConfig `extensionProviders`, or name another one.'),
  unservedPort: (resource: ResourceRef, path: string, port: number, winner: string): Diagnostic =>
    finding('MESH0304', 'warning', resource, path, `Gateway ${winner} is older and speaks port ${port} of the same workload in another way. This server is left out.`, 'Use another port, or the same protocol.'),
} as const
