/** Where a proxy fetches things from: the ADS stream, or the agent's SDS socket. */
import type { Message } from './message.ts'

/** ADS without a fetch timeout: a proxy waits for its control plane as long as it takes. */
export const ADS: Message = { ads: {}, initialFetchTimeout: '0s', resourceApiVersion: 'V3' }

/** ADS as istiod names it for secrets that it serves itself (gateways' credentials): with Envoy's own fetch timeout of 15s. */
export const ADS_WITH_TIMEOUT: Message = { ads: {}, resourceApiVersion: 'V3' }

const sdsGrpc: Message = {
  apiType: 'GRPC',
  grpcServices: [{ envoyGrpc: { clusterName: 'sds-grpc' } }],
  setNodeOnFirstMessageOnly: true,
  transportApiVersion: 'V3',
}

/** The agent beside the proxy (bootstrap cluster `sds-grpc`); workload certificates are worth waiting for. */
export const AGENT_SDS: Message = { apiConfigSource: sdsGrpc, initialFetchTimeout: '0s', resourceApiVersion: 'V3' }

/** The agent, for files named by users: a missing file should not hold up the listener for ever. */
export const AGENT_SDS_WITH_TIMEOUT: Message = { apiConfigSource: sdsGrpc, resourceApiVersion: 'V3' }
