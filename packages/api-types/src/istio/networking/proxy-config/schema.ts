/** The schema of ProxyConfig, after Istio's CRD. */
import { int32, map, message, nullable, text, type Field } from '../../shared/schema/index.ts'
import { workloadSelector } from '../../shared/workload-selector.ts'
import type { ProxyConfigSpec, ProxyImage } from './types.ts'

/** Schema of the spec. */
export const proxyConfigSchema = (): Field<ProxyConfigSpec> =>
  message<ProxyConfigSpec>({
    concurrency: nullable(int32({ minimum: 0 })),
    environmentVariables: map(text({ maxLength: 2048 })),
    image: message<ProxyImage>({ imageType: text() }),
    selector: workloadSelector(),
  })
