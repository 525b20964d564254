/** The schema of Sidecar, after Istio's CRD. */
import { connectionPool } from '../../shared/connection-pool.ts'
import { destination } from '../../shared/destination.ts'
import { port } from '../../shared/port.ts'
import { enumeration, list, message, text, type Field } from '../../shared/schema/index.ts'
import { serverTls } from '../../shared/server-tls.ts'
import { networkingWorkloadSelector } from '../../shared/workload-selector.ts'
import type * as sc from './types.ts'

/** Schema of the spec. */
export const sidecarSchema = (): Field<sc.SidecarSpec> =>
  message<sc.SidecarSpec>({
    egress: list(
      message<sc.IstioEgressListener>({ bind: text(), captureMode: captureMode(), hosts: list(text()), port: port() }, { required: ['hosts'] }),
    ),
    inboundConnectionPool: connectionPool(),
    ingress: list(
      message<sc.IstioIngressListener>(
        { bind: text(), captureMode: captureMode(), connectionPool: connectionPool(), defaultEndpoint: text(), port: port(), tls: serverTls() },
        { required: ['port'] },
      ),
    ),
    outboundTrafficPolicy: message<sc.OutboundTrafficPolicy>({ egressProxy: destination(), mode: enumeration(['REGISTRY_ONLY', 'ALLOW_ANY']) }),
    workloadSelector: networkingWorkloadSelector(),
  })

const captureMode = (): Field<sc.CaptureMode> => enumeration(['DEFAULT', 'IPTABLES', 'NONE'])
