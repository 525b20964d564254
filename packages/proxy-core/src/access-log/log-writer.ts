/** Collects access log lines and hands them over in batches, once per turn of the event loop at most. */

/** Where batches go; implemented by the process's shell. */
export interface LogSink {
  write(path: string, text: string): void
}

/** Batches lines by path. */
export class LogWriter {
  readonly #sink: LogSink
  readonly #schedule: (flush: () => void) => void
  readonly #pending = new Map<string, string>()
  readonly #flush = (): void => this.flush()
  #scheduled = false

  /** @param schedule runs its argument soon, after the present turn */
  constructor(sink: LogSink, schedule: (flush: () => void) => void) {
    this.#sink = sink
    this.#schedule = schedule
  }

  write(path: string, line: string): void {
    this.#pending.set(path, (this.#pending.get(path) ?? '') + line)
    if (this.#scheduled) return
    this.#scheduled = true
    this.#schedule(this.#flush)
  }

  /** Hands over what is there; also on shutdown. */
  flush(): void {
    this.#scheduled = false
    for (const [path, text] of this.#pending) this.#sink.write(path, text)
    this.#pending.clear()
  }
}
