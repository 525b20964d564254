/** Flags of `proxy-status`. */
export interface ProxyStatusFlags {
  readonly output?: string
  readonly file?: string
  readonly proxyAdminPort?: string
  readonly verbosity: string
  /** Global flags. */
  readonly mesh?: string
  readonly namespace?: string
}
