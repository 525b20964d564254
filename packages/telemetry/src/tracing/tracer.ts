/** Spans as a port. */

/** One timed piece of work. */
export interface Span {
  setAttribute(name: string, value: string | number | boolean): void
  /** Ends the span; `error` marks it failed. Later calls do nothing. */
  end(error?: unknown): void
}

/** Starts spans. */
export interface Tracer {
  span(name: string, attributes?: Readonly<Record<string, string | number | boolean>>): Span
}

/** A tracer that keeps nothing. */
export const silentTracer = (): Tracer => ({ span: () => ({ setAttribute: () => undefined, end: () => undefined }) })
