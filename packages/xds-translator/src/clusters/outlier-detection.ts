/** Ejection of failing endpoints. Success-rate ejection stays off: Istio has no setting for it. */
import type { OutlierDetection } from '@istio-ts/mesh-model'
import { duration } from '../wire/duration.ts'
import { present, type Message } from '../wire/message.ts'

/** `outlierDetection` of a cluster; a count of 0 switches its detector off. */
export function outlierDetection(outlier: OutlierDetection): Message {
  return present({
    enforcingSuccessRate: 0,
    ...detector('consecutive5xx', 'enforcingConsecutive5xx', outlier.consecutive5xxErrors),
    ...detector('consecutiveGatewayFailure', 'enforcingConsecutiveGatewayFailure', outlier.consecutiveGatewayErrors),
    interval: outlier.intervalMs === undefined ? undefined : duration(outlier.intervalMs),
    baseEjectionTime: outlier.baseEjectionTimeMs === undefined ? undefined : duration(outlier.baseEjectionTimeMs),
    maxEjectionPercent: outlier.maxEjectionPercent === undefined || outlier.maxEjectionPercent === 0 ? undefined : outlier.maxEjectionPercent,
    ...(outlier.splitExternalLocalOriginErrors === true ? localOrigin(outlier) : {}),
  })
}

const localOrigin = (outlier: OutlierDetection): Message => ({
  splitExternalLocalOriginErrors: true,
  enforcingLocalOriginSuccessRate: 0,
  ...detector('consecutiveLocalOriginFailure', 'enforcingConsecutiveLocalOriginFailure', outlier.consecutiveLocalOriginFailures),
})

const detector = (count: string, enforcing: string, value: number | undefined): Message =>
  value === undefined ? {} : { [count]: value, [enforcing]: value > 0 ? 100 : 0 }

/** `healthyPanicThreshold`: an empty percentage switches panic off; `minHealthPercent` sets it. */
export const panicThreshold = (outlier: OutlierDetection | undefined): Message =>
  outlier?.minHealthPercent === undefined || outlier.minHealthPercent === 0 ? {} : { value: outlier.minHealthPercent }
