/** Collects access log lines and hands them over in batches: after a short while, or when there is much. */

/** Where batches go; implemented by the process's shell. */
export interface LogSink {
  write(path: string, text: string): void
}

/** Characters after which a batch is written at once (Envoy's buffer has 64 KiB). */
const MAX_PENDING = 64 * 1024

/** Batches lines by path. */
export class LogWriter {
  readonly #sink: LogSink
  readonly #schedule: (flush: () => void) => void
  readonly #pending = new Map<string, string>()
  readonly #flush = (): void => this.flush()
  #scheduled = false

  /** @param schedule runs its argument after a while; the longer, the fewer writes */
  constructor(sink: LogSink, schedule: (flush: () => void) => void) {
    this.#sink = sink
    this.#schedule = schedule
  }

  write(path: string, line: string): void {
    const text = (this.#pending.get(path) ?? '') + line
    this.#pending.set(path, text)
    if (text.length >= MAX_PENDING) return this.flush()
    if (this.#scheduled) return
    this.#scheduled = true
    this.#schedule(this.#flush)
  }

  /** Hands over what is there; also on shutdown. */
  flush(): void {
    this.#scheduled = false
    for (const [path, text] of this.#pending) if (text !== '') this.#sink.write(path, text)
    this.#pending.clear()
  }
}
