/** Ejection of hosts that answer with errors. */
import { bool, duration, int32, list, message, nullable, plainInteger, uint32, type Field } from './schema/index.ts'

/** When a host is taken out of load balancing, and for how long. */
export interface OutlierDetection {
  /** Count errors of the local side apart from answers of the upstream. */
  readonly splitExternalLocalOriginErrors?: boolean
  /** Connection errors in a row; needs the split. */
  readonly consecutiveLocalOriginFailures?: number
  /** 502, 503, 504 in a row; default off. */
  readonly consecutiveGatewayErrors?: number
  /** 5xx in a row; default 5. */
  readonly consecutive5xxErrors?: number
  /** @deprecated by consecutiveGatewayErrors and consecutive5xxErrors. */
  readonly consecutiveErrors?: number
  /** Between two looks; default 10s. */
  readonly interval?: string
  /** Times the number of ejections; default 30s. */
  readonly baseEjectionTime?: string
  /** Share of hosts that may be ejected; default 10. */
  readonly maxEjectionPercent?: number
  /** Below this share of healthy hosts all are used; default 0. */
  readonly minHealthPercent?: number
  /** Statuses that count as errors. */
  readonly outlierDetectionHttpErrorCodes?: readonly number[]
}

/** Schema of {@link OutlierDetection}. */
export const outlierDetection = (): Field<OutlierDetection> =>
  message<OutlierDetection>({
    baseEjectionTime: duration(),
    consecutive5xxErrors: nullable(uint32()),
    consecutiveErrors: int32(),
    consecutiveGatewayErrors: nullable(uint32()),
    consecutiveLocalOriginFailures: nullable(uint32()),
    interval: duration(),
    maxEjectionPercent: int32(),
    minHealthPercent: int32(),
    outlierDetectionHttpErrorCodes: list(plainInteger({ minimum: 100, maximum: 599 })),
    splitExternalLocalOriginErrors: bool(),
  })
