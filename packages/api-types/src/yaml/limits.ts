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

/** Values in a value, aliases expanded; counts no further than a little beyond `limit`. */
export function countNodes(root: unknown, limit: number): number {
  let count = 0
  const stack: unknown[] = [root]
  while (stack.length > 0 && count <= limit) {
    const value = stack.pop()
    count++
    if (typeof value === 'object' && value !== null) for (const child of Object.values(value)) stack.push(child)
  }
  return count
}
