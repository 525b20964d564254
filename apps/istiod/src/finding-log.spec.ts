import { manualClock, type Diagnostic } from '@istio-ts/foundation'
import { createLog } from '@istio-ts/telemetry'
import { expect, it } from 'vitest'
import { findingLog } from './finding-log.ts'

const finding = (name: string, line: number): Diagnostic => ({
  code: 'IST0101', severity: 'error', resource: { cluster: 'c', group: 'g', kind: 'VirtualService', namespace: 'default', name }, path: 'spec', source: { file: 'a.yaml', line, column: 1 }, message: 'no.', remedy: 'yes.',
})

it('says each finding once, when it comes and when it is over, and not again when its line or its count of proxies changes', () => {
  const clock = manualClock()
  const lines: string[] = []
  let now: readonly Diagnostic[] = []
  const follow = findingLog({ clock, log: createLog({ sink: ({ level, message }) => lines.push(`${level} ${message}`), now: () => clock.now(), levelOf: () => 'info' }) }, () => now)
  const settle = (findings: readonly Diagnostic[]): readonly string[] => {
    now = findings
    follow.changed()
    follow.changed()
    clock.advance(100)
    return lines.splice(0)
  }
  expect(settle([finding('one', 1)])).toEqual([expect.stringMatching(/^error config: .*IST0101 VirtualService default\/one/)])
  expect(settle([finding('one', 7)])).toEqual([])
  expect(settle([{ ...finding('one', 7), message: 'no, say 7 proxies.' }])).toEqual([])
  expect(settle([finding('one', 7), finding('two', 1)])).toEqual([expect.stringContaining('default/two')])
  expect(settle([finding('two', 1)])).toEqual([expect.stringMatching(/^info config: no longer: .*default\/one/)])
  expect(clock.pending).toBe(0)
})
