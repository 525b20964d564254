/** Limits of a cluster. Envoy's own defaults (1024) would surprise; Istio writes "no limit" for what the user left out. */
import type { ConnectionPool, DestinationPolicy } from '@istio-ts/mesh-model'
import { present, type Message } from '../wire/message.ts'

const UNLIMITED = 0xffff_ffff

/** `circuitBreakers` of a connection pool. */
export function circuitBreakers(pool: ConnectionPool, retryBudget?: DestinationPolicy['retryBudget']): Message {
  return {
    thresholds: [present({
      maxConnections: positive(pool.maxConnections),
      maxPendingRequests: positive(pool.http1MaxPendingRequests),
      maxRequests: positive(pool.http2MaxRequests),
      maxRetries: positive(pool.maxRetries),
      retryBudget: retryBudget && { budgetPercent: { value: retryBudget.percent }, minRetryConcurrency: retryBudget.minRetryConcurrency },
    })],
  }
}

/** 0 means "not set" in Istio's API. */
const positive = (limit: number | undefined): number => (limit === undefined || limit <= 0 ? UNLIMITED : limit)
