/** `ClusterLoadAssignment` of a cluster without endpoints: its name in field 1. @see envoy/config/endpoint/v3/endpoint.proto */
import { joinParts, stringField } from './proto-writer.ts'

/** The encoded message. */
export const emptyAssignment = (clusterName: string): Uint8Array => joinParts(stringField(1, clusterName))
