/** A thing that lives: it starts, becomes ready, drains and stops. */

/** Life cycle of a component. Each method may be called once, in this order; `stop` is allowed at any time. */
export interface Component {
  readonly name: string
  /** Acquires sockets, files and subscriptions; rejects with a MeshError if it cannot. */
  start(): Promise<void>
  /** Resolves when the component can do its work. */
  ready(): Promise<void>
  /** Stops taking new work and resolves when the old is done, at the latest after `graceMs`. */
  drain(graceMs: number): Promise<void>
  /** Releases everything; afterwards nothing of it runs. */
  stop(): Promise<void>
}
