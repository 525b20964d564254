/** Who takes part in a hop. */

/** What is known of a process: from `local status` and the LocalMesh. */
export interface HopParty {
  readonly key: string
  readonly name: string
  readonly version: string | null
  readonly principal: string
  /** `127.0.0.1:n` where peers reach its sidecar. */
  readonly inbound: readonly string[]
  /** Names of the ALLOW, DENY and CUSTOM policies in force, as `ns/name`, per rule. */
  readonly policies: readonly { readonly namespace: string; readonly name: string }[]
}
