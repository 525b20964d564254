/** When to renew: before expiry, not all at once. */

/** Share of the lifetime after which a certificate is renewed; Istio's SECRET_GRACE_PERIOD_RATIO 0.5 with jitter 0.01. */
export interface RotationOptions {
  readonly ratio: number
  readonly jitter: number
}

/** Milliseconds from `now` until renewal; 0 when it is due. `random` is from 0 to 1. */
export function renewalDelayMs(times: { readonly notBefore: number; readonly notAfter: number }, now: number, random: number, options: RotationOptions = { ratio: 0.5, jitter: 0.01 }): number {
  const share = options.ratio + (random * 2 - 1) * options.jitter
  return Math.max(0, times.notBefore + (times.notAfter - times.notBefore) * share - now)
}
