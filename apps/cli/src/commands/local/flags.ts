/** Flags of `istioctl local`. */

/** Flags that all have. */
export interface FolderFlags {
  readonly filename?: string
  readonly output?: string
}

/** Flags of `up`. */
export interface UpFlags extends FolderFlags {
  readonly detach?: boolean
  readonly timeout: string
  readonly netns?: boolean
}

/** Flags of `logs`. */
export interface LogsFlags extends FolderFlags {
  readonly follow?: boolean
}
