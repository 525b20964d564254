/** Why the system refused something, in its own words. */

/** `no such file or directory` of `ENOENT: no such file or directory, open '/a/b'`: the user has just typed the name. */
export function whyNot(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return /^E[A-Z]+: (.*?)(?:, \w+(?: '.*')?)?$/s.exec(message)?.[1] ?? message
}
