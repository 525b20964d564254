/** istiod's own certificate, issued by its own CA and renewed half-way through its life. */
import type { Cancel, Clock } from '@istio-ts/foundation'
import { renewalDelayMs, type Authority } from '@istio-ts/ca'
import { newPrivateKey } from '@istio-ts/ca/node'
import type { Telemetry } from '@istio-ts/telemetry'
import type { ServingCertificate } from '@istio-ts/xds-protocol/grpc'

/** Names under which istiod is dialled: Istio's DNS names, and loopback for a mesh on one machine. */
const NAMES = [{ dns: 'istiod.istio-system.svc' }, { dns: 'istiod.istio-system' }, { dns: 'istiod' }, { dns: 'localhost' }, { ip: [127, 0, 0, 1] }] as const

/** Longest wait of a timer (2^31 ms is the limit of Node's). */
const DAY_MS = 24 * 3_600_000

/** A certificate that renews itself. */
export interface RenewedCertificate {
  readonly first: ServingCertificate
  /** Told of each later one. */
  onRenewed(listener: (certificate: ServingCertificate) => void): void
  stop(): void
}

/** Issues a certificate now and renews it half-way. */
export async function servingCertificate(deps: { readonly authority: Authority; readonly clock: Clock; readonly telemetry: Telemetry }): Promise<RenewedCertificate> {
  const listeners: ((certificate: ServingCertificate) => void)[] = []
  let timer: Cancel | undefined
  const issue = async (): Promise<{ readonly certificate: ServingCertificate; readonly delayMs: number }> => {
    const key = newPrivateKey()
    const issued = await deps.authority.issueServing(key.publicKey, NAMES)
    const delayMs = Math.min(DAY_MS, renewalDelayMs(issued, deps.clock.now(), 0.5))
    return { certificate: { certificateChainPem: issued.chainPem, privateKeyPem: key.privateKeyPem, rootsPem: issued.rootsPem }, delayMs }
  }
  const renewLater = (delayMs: number): void => {
    timer = deps.clock.after(delayMs, () => {
      issue().then(({ certificate, delayMs: next }) => {
        for (const listener of listeners) listener(certificate)
        renewLater(next)
      }, (error: unknown) => {
        deps.telemetry.log.error('CA: our own certificate could not be renewed, trying again in a minute', { error })
        renewLater(60_000)
      })
    })
  }
  const { certificate, delayMs } = await issue()
  renewLater(delayMs)
  return { first: certificate, onRenewed: (listener) => void listeners.push(listener), stop: () => timer?.() }
}
