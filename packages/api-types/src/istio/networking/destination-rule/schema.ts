/** The schema of DestinationRule, after Istio's CRD. */
import { clientTls } from '../../shared/client-tls.ts'
import { connectionPool } from '../../shared/connection-pool.ts'
import { portSelector } from '../../shared/destination.ts'
import { loadBalancer } from '../../shared/load-balancer.ts'
import { outlierDetection } from '../../shared/outlier-detection.ts'
import { double, enumeration, list, map, message, nullable, plainDuration, text, uint32, type Field } from '../../shared/schema/index.ts'
import { workloadSelector } from '../../shared/workload-selector.ts'
import type * as dr from './types.ts'

/** Schema of the spec. */
export const destinationRuleSchema = (): Field<dr.DestinationRuleSpec> => {
  const policy = trafficPolicy()
  return message<dr.DestinationRuleSpec>(
    {
      exportTo: list(text()),
      host: text(),
      subsets: list(message<dr.Subset>({ labels: map(text()), name: text(), trafficPolicy: policy }, { required: ['name'] })),
      trafficPolicy: policy,
      workloadSelector: workloadSelector(),
    },
    { required: ['host'] },
  )
}

const trafficPolicy = (): Field<dr.TrafficPolicy> => {
  const perPort = { connectionPool: connectionPool(), loadBalancer: loadBalancer(), outlierDetection: outlierDetection(), tls: clientTls() }
  return message<dr.TrafficPolicy>({
    ...perPort,
    portLevelSettings: list(message<dr.PortTrafficPolicy>({ ...perPort, port: portSelector() }), { maxItems: 4096 }),
    proxyProtocol: message<dr.ProxyProtocol>({ version: enumeration(['V1', 'V2']) }),
    retryBudget: message<dr.RetryBudget>({
      budgetInterval: plainDuration(),
      minRetryConcurrency: uint32(),
      percent: nullable(double({ minimum: 0, maximum: 100 })),
    }),
    tunnel: message<dr.TunnelSettings>({ protocol: text(), targetHost: text(), targetPort: uint32() }, { required: ['targetHost', 'targetPort'] }),
  })
}
