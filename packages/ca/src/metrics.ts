/** Every metric of this package; names are those of Istio's citadel. */
import type { Counter, Meter, MetricSpec } from '@istio-ts/telemetry'

/** The list, for `docs/metrics.md`. */
export const caMetricSpecs = {
  requests: { name: 'citadel_server_csr_count', help: 'The number of CSRs received by Citadel server.' },
  authenticationFailures: { name: 'citadel_server_authentication_failure_count', help: 'The number of authentication failures.' },
  parseErrors: { name: 'citadel_server_csr_parsing_err_count', help: 'The number of errors occurred when parsing the CSR.' },
  signErrors: { name: 'citadel_server_csr_sign_err_count', help: 'The number of errors occurred when signing the CSR.' },
  issued: { name: 'citadel_server_success_cert_issuance_count', help: 'The number of certificates issuances that have succeeded.' },
  rootExpiry: { name: 'citadel_server_root_cert_expiry_timestamp', help: 'The unix timestamp, in seconds, when the root cert will expire.' },
} as const satisfies Readonly<Record<string, MetricSpec>>

/** The counters of one server. */
export type CaMetrics = Readonly<Record<'requests' | 'authenticationFailures' | 'parseErrors' | 'signErrors' | 'issued', Counter>>

/** Makes the instruments; `rootExpiry` is epoch milliseconds. */
export function caMetrics(meter: Meter, rootExpiry: number): CaMetrics {
  meter.gauge(caMetricSpecs.rootExpiry).set(Math.floor(rootExpiry / 1000))
  return {
    requests: meter.counter(caMetricSpecs.requests),
    authenticationFailures: meter.counter(caMetricSpecs.authenticationFailures),
    parseErrors: meter.counter(caMetricSpecs.parseErrors),
    signErrors: meter.counter(caMetricSpecs.signErrors),
    issued: meter.counter(caMetricSpecs.issued),
  }
}
