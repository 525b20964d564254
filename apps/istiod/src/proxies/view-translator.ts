/**
 * Snapshots by class of proxies: a view is translated once, whoever and however many ask for it. A translation that fails or gives an
 * inconsistent snapshot is not served; the proxies keep the last good one.
 */
import type { Clock, Diagnostic } from '@istio-ts/foundation'
import type { ProxyView } from '@istio-ts/mesh-model'
import type { Telemetry } from '@istio-ts/telemetry'
import { check, snapshotStore, type Snapshot, type SnapshotStore } from '@istio-ts/xds-protocol'
import { translate, translationMemo } from '@istio-ts/xds-translator'
import { inconsistent } from '../errors.ts'
import { viewFailed } from '../diagnostics.ts'
import { istiodMetricSpecs } from '../metrics.ts'

/** The snapshot of a view, and what was found on the way. */
export interface Translated {
  readonly view: ProxyView
  readonly snapshot: Snapshot
  readonly diagnostics: readonly Diagnostic[]
}

/** Turns views into snapshots; remembers the newest of each view key. */
export interface ViewTranslator {
  snapshotOf(view: ProxyView): Translated
  /** Nobody has this view any more. */
  forget(key: string): void
  /** Findings about views that are in use. */
  diagnostics(): readonly Diagnostic[]
  /** Shared with whoever adds bundles of its own, so that versions are made alike. */
  readonly store: SnapshotStore
  /** How often something had to be translated and encoded, by purpose: what benchmarks and tests of growth count. */
  readonly made: ReadonlyMap<string, number>
}

/** Makes a translator; one per control plane, so that all classes share what they have in common. */
export function viewTranslator({ telemetry, clock }: { readonly telemetry: Telemetry; readonly clock: Clock }): ViewTranslator {
  const pushTime = telemetry.meter.histogram(istiodMetricSpecs.pushTime)
  const memo = translationMemo()
  const store = snapshotStore()
  const newest = new Map<string, Translated>()
  const build = (view: ProxyView, before: Translated | undefined): Translated => {
    try {
      const { lists, diagnostics } = translate(view, memo)
      const snapshot = store.build(lists, before?.snapshot)
      const findings = check(snapshot, before?.snapshot)
      if (findings.length > 0) throw inconsistent(findings)
      return { view, snapshot, diagnostics: [...view.diagnostics, ...diagnostics] }
    } catch (error) {
      telemetry.log.error('xDS: a view could not be translated, the last good configuration stays', { view: view.key, error })
      return { view, snapshot: before?.snapshot ?? { types: new Map() }, diagnostics: [viewFailed(view.key, error)] }
    }
  }
  return {
    store,
    made: memo.made,
    snapshotOf(view) {
      const known = newest.get(view.key)
      if (known?.view === view) return known
      const startedAt = clock.monotonic()
      const made = build(view, known)
      newest.set(view.key, made)
      pushTime.record((clock.monotonic() - startedAt) / 1000, { type: 'all' })
      return made
    },
    forget: (key) => void newest.delete(key),
    diagnostics: () => [...newest.values()].flatMap((translated) => translated.diagnostics),
  }
}
