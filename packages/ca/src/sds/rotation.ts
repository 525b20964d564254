/** When to renew: before expiry, not all at once. */

/** Share of the lifetime after which a certificate is renewed; Istio's SECRET_GRACE_PERIOD_RATIO 0.5 with jitter 0.01. */
export interface RotationOptions {
  readonly ratio: number
  readonly jitter: number
}

/** When a certificate lives, in epoch milliseconds. */
export interface CertificateTimes {
  readonly notBefore: number
  readonly notAfter: number
  /**
   * When it was issued. Its life counts from then, as in Istio: certificates begin in the past, for clocks that differ, and a short-lived
   * one would else be due before it was there.
   */
  readonly issuedAt?: number
}

/** Milliseconds from `now` until renewal; 0 when it is due. `random` is from 0 to 1. */
export function renewalDelayMs(times: CertificateTimes, now: number, random: number, options: RotationOptions = { ratio: 0.5, jitter: 0.01 }): number {
  const share = options.ratio + (random * 2 - 1) * options.jitter
  const begin = Math.max(times.notBefore, times.issuedAt ?? times.notBefore)
  return Math.max(0, begin + (times.notAfter - begin) * share - now)
}
