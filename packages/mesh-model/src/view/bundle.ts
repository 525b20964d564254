/** An immutable group of things with one origin; the unit of sharing, memoising and diffing between views. */

/**
 * Items that come and go together (for example all upstreams of one namespace as one class of clients sees them).
 * The same object as long as nothing in it changed, so a consumer may memoise by identity; items keep their identity likewise.
 */
export interface Bundle<T> {
  /** Says what the bundle holds; equal for the same group before and after a change. */
  readonly key: string
  readonly items: readonly T[]
}
