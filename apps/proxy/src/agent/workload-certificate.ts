/** The workload's certificate: asked for with the token, renewed half-way through its life, kept when renewal fails. */
import { readFileSync } from 'node:fs'
import { formatSpiffeId, MeshError, type Cancel, type Clock } from '@istio-ts/foundation'
import { renewalDelayMs } from '@istio-ts/ca'
import { requestCertificate, type ObtainedCertificate } from '@istio-ts/ca/grpc'
import type { ProxyBootstrap } from '../bootstrap.ts'
import { noCertificate } from '../errors.ts'

/** What the agent needs. */
export interface CertificateDeps {
  readonly clock: Clock
  readonly random: () => number
  readonly onCertificate: (certificate: ObtainedCertificate) => void
  readonly onError: (error: MeshError) => void
  /** istiod cannot be reached or has not written its roots, but only since a moment: it may be starting. */
  readonly onWaiting: (error: MeshError) => void
}

/** First pause after a failure; doubles up to the bootstrap's `maxReconnectMs`. */
const FIRST_RETRY_MS = 250

/** So long nobody is alarmed that istiod is not there: it is often started (and restarted) together with its sidecars. */
const STARTING_MS = 5000

/** The gRPC status of a connection that cannot be made. */
const UNAVAILABLE = 14

/** Keeps a certificate alive until closed. */
export class WorkloadCertificate {
  readonly #bootstrap: ProxyBootstrap
  readonly #deps: CertificateDeps
  #current: ObtainedCertificate | undefined
  #timer: Cancel | undefined
  #failures = 0
  /** Monotonic time of the first failure since the last success. */
  #failingSince: number | undefined
  #closed = false

  constructor(bootstrap: ProxyBootstrap, deps: CertificateDeps) {
    this.#bootstrap = bootstrap
    this.#deps = deps
  }

  get current(): ObtainedCertificate | undefined {
    return this.#current
  }

  start(): void {
    this.#ask().catch((error: unknown) => this.#failed(error))
  }

  close(): void {
    this.#closed = true
    this.#timer?.()
  }

  async #ask(): Promise<void> {
    const { caAddress, serverName, tokenFile, rootCertFile, trustDomain, node } = this.#bootstrap
    if (caAddress === undefined || rootCertFile === undefined) return
    const text = (key: string, fallback: string): string => (typeof node.metadata[key] === 'string' ? node.metadata[key] : fallback)
    const certificate = await requestCertificate({
      address: caAddress,
      rootsPem: readFileSync(rootCertFile, 'utf8'),
      serverName,
      ...(tokenFile === undefined ? {} : { token: readFileSync(tokenFile, 'utf8').trim() }),
      uri: formatSpiffeId({ trustDomain, namespace: text('NAMESPACE', 'default'), serviceAccount: text('SERVICE_ACCOUNT', 'default') }),
      now: this.#deps.clock.now(),
    })
    if (this.#closed) return
    this.#failures = 0
    this.#failingSince = undefined
    this.#current = certificate
    const { clock, random } = this.#deps
    const delayMs = renewalDelayMs(certificate, clock.now(), random(), { ratio: this.#bootstrap.renewalRatio, jitter: 0.01 })
    // setTimeout cannot wait longer than 24.8 days; a certificate that lives longer is simply renewed early.
    this.#timer = clock.after(Math.min(Math.max(delayMs, 1000), 2_000_000_000), () => this.start())
    this.#deps.onCertificate(certificate)
  }

  #failed(error: unknown): void {
    if (this.#closed) return
    const { clock, random, onError, onWaiting } = this.#deps
    this.#failingSince ??= clock.monotonic()
    const isStarting = this.#isAbsence(error) && clock.monotonic() - this.#failingSince < STARTING_MS
    ;(isStarting ? onWaiting : onError)(noCertificate(this.#bootstrap.caAddress ?? '', error))
    const ceiling = Math.min(this.#bootstrap.maxReconnectMs, FIRST_RETRY_MS * 2 ** Math.min(this.#failures++, 20))
    this.#timer = clock.after(ceiling / 2 + (random() * ceiling) / 2, () => this.start())
  }

  /** True if the failure is that there is no istiod (yet): nobody listens, or the roots that it writes when it is new are missing. */
  #isAbsence(error: unknown): boolean {
    if (!(error instanceof Error)) return false
    const { cause } = error
    if (error instanceof MeshError) return cause instanceof Error && 'code' in cause && cause.code === UNAVAILABLE
    return 'code' in error && error.code === 'ENOENT' && 'path' in error && error.path === this.#bootstrap.rootCertFile
  }
}
