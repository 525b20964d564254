/** Flags of all parts; each part uses its own. */
export interface ProxyConfigFlags {
  readonly output?: string
  readonly file?: string
  readonly proxyAdminPort?: string
  readonly fqdn?: string
  readonly direction?: string
  readonly subset?: string
  readonly port?: string
  readonly address?: string
  readonly type?: string
  readonly name?: string
  readonly verbose?: boolean
  readonly cluster?: string
  readonly status?: string
  readonly withHeaders?: boolean
  readonly reset?: boolean
  readonly level?: string
  /** Global flags. */
  readonly mesh?: string
  readonly namespace?: string
}
