/** The schema of WorkloadGroup, after Istio's CRD. */
import { int32, list, map, message, portNumber, rule, text, type Field } from '../../shared/schema/index.ts'
import { workloadTemplateSchema } from '../workload-entry/schema.ts'
import type * as wg from './types.ts'

const SCHEME = rule<string>('scheme must be one of [HTTP, HTTPS]', 'self in ["", "HTTP", "HTTPS"]', (self) => ['', 'HTTP', 'HTTPS'].includes(self))

/** Schema of the spec. */
export const workloadGroupSchema = (): Field<wg.WorkloadGroupSpec> =>
  message<wg.WorkloadGroupSpec>(
    {
      metadata: message<wg.WorkloadGroupMetadata>({ annotations: map(text(), { maxProperties: 256 }), labels: map(text(), { maxProperties: 256 }) }),
      probe: probe(),
      template: workloadTemplateSchema(),
    },
    { required: ['template'] },
  )

const count = () => int32({ minimum: 0 })

const probe = (): Field<wg.ReadinessProbe> =>
  message<wg.ReadinessProbe>(
    {
      exec: message<wg.ExecHealthCheck>({ command: list(text({ minLength: 1 })) }, { required: ['command'] }),
      failureThreshold: count(),
      grpc: message<wg.GrpcHealthCheck>({ port: portNumber(), service: text() }),
      httpGet: message<wg.HttpHealthCheck>(
        {
          host: text(),
          httpHeaders: list(message<wg.HttpHeader>({ name: text({ pattern: '^[-_A-Za-z0-9]+$' }), value: text() })),
          path: text(),
          port: portNumber(),
          scheme: text({ rules: [SCHEME] }),
        },
        { required: ['port'] },
      ),
      initialDelaySeconds: count(),
      periodSeconds: count(),
      successThreshold: count(),
      tcpSocket: message<wg.TcpHealthCheck>({ host: text(), port: portNumber() }, { required: ['port'] }),
      timeoutSeconds: count(),
    },
    { oneOf: [['httpGet', 'tcpSocket', 'exec', 'grpc']] },
  )
