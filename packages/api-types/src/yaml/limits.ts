/** Bounds on what a file may ask of us; a user's file reaches none of them. */

/** Limits of the loader. */
export interface LoadLimits {
  /** Largest file in bytes of text. Default 32 MiB: twenty times etcd's object limit, for a folder kept in one file. */
  readonly maxFileLength: number
  /** Deepest nesting. Default 100: Istio's deepest field is about 15. */
  readonly maxDepth: number
  /** Aliases in a document. Default 100, against expansion bombs. */
  readonly maxAliases: number
  /** Nodes of a document after aliases are expanded. Default 2,000,000. */
  readonly maxNodes: number
}

/** The defaults. */
export const DEFAULT_LIMITS: LoadLimits = { maxFileLength: 32 << 20, maxDepth: 100, maxAliases: 100, maxNodes: 2_000_000 }
