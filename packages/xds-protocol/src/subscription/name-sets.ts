/** Shares equal sets of names between streams: a thousand proxies of one class subscribe to the same ten thousand endpoints. */
import { contentHash } from '../snapshot/content-hash.ts'

/** Gives back an equal set that somebody else holds already, or the set itself. */
export type ShareNames = (names: ReadonlySet<string>) => ReadonlySet<string>

/** Smaller sets are not worth the bookkeeping. */
const SHARED_FROM = 32

/** Makes a {@link ShareNames}. It holds no set alive. */
export function nameSets(): ShareNames {
  const known = new Map<string, WeakRef<ReadonlySet<string>>>()
  const gone = new FinalizationRegistry<string>((key) => {
    if (known.get(key)?.deref() === undefined) known.delete(key)
  })
  const utf8 = new TextEncoder()
  return (names) => {
    if (names.size < SHARED_FROM) return names
    // Proxies of one class name things in one order, so the order may be part of the key.
    const key = contentHash(utf8.encode([...names].join('\n')))
    const found = known.get(key)?.deref()
    if (found && found.size === names.size && [...names].every((name) => found.has(name))) return found
    known.set(key, new WeakRef(names))
    gone.register(names, key)
    return names
  }
}
