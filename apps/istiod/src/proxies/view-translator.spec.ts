/** A class of proxies is translated once, and a failure serves the last good snapshot. */
import { manualClock } from '@istio-ts/foundation'
import type { ProxyView } from '@istio-ts/mesh-model'
import { silentTelemetry } from '@istio-ts/telemetry'
import { expect, it } from 'vitest'
import { viewTranslator } from './view-translator.ts'

it('keeps the last good snapshot when a view cannot be translated, and says so', () => {
  const translator = viewTranslator({ telemetry: silentTelemetry(), clock: manualClock() })
  // Whatever breaks the translator stands for its bugs: a view that throws when read.
  const broken = new Proxy({}, { get: (_target, name) => {
    if (name === 'key') return 'class'
    throw new Error('boom')
  } }) as ProxyView
  const first = translator.snapshotOf(broken)
  expect(first.snapshot.types.size).toBe(0)
  expect(translator.diagnostics()).toEqual([expect.objectContaining({ code: 'MESH0990', severity: 'error', message: expect.stringContaining('boom') })])
  expect(translator.snapshotOf(broken)).toBe(first)
  translator.forget('class')
  expect(translator.diagnostics()).toEqual([])
})
