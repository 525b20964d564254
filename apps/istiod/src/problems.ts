/** Every finding that is true right now, by where it came from. */
import type { Diagnostic } from '@istio-ts/foundation'

/** Collects findings; each origin replaces its own. */
export interface Problems {
  set(origin: string, diagnostics: readonly Diagnostic[]): void
  /** All findings, each once, errors first; `place` adds file and line where a finding has none. */
  all(): readonly Diagnostic[]
}

const rank: Readonly<Record<Diagnostic['severity'], number>> = { error: 0, warning: 1, info: 2 }

/** What makes two findings the same, wherever they came from. */
export const findingKey = ({ code, resource, path, source, message }: Diagnostic): string => JSON.stringify([code, resource, path, source, message])

/** Makes an empty collection. `live` are origins that can be asked at any time; `onSet` is called when another origin has spoken. */
export function problems(live: readonly (() => readonly Diagnostic[])[], place: (diagnostic: Diagnostic) => Diagnostic, onSet: () => void = () => {}): Problems {
  const byOrigin = new Map<string, readonly Diagnostic[]>()
  return {
    set(origin, diagnostics) {
      if (diagnostics.length === 0 && !byOrigin.has(origin)) return
      if (diagnostics.length === 0) byOrigin.delete(origin)
      else byOrigin.set(origin, diagnostics)
      onSet()
    },
    all() {
      const seen = new Map<string, Diagnostic>()
      for (const diagnostic of [...live.flatMap((ask) => ask()), ...[...byOrigin.values()].flat()]) {
        const placed = place(diagnostic)
        seen.set(findingKey(placed), placed)
      }
      return [...seen.values()].sort((a, b) => rank[a.severity] - rank[b.severity])
    },
  }
}
