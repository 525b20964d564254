/** The page of findings: each once, errors first, with a place. */
import type { Diagnostic } from '@istio-ts/foundation'
import { expect, it } from 'vitest'
import { problems } from './problems.ts'

const finding = (message: string, severity: Diagnostic['severity'] = 'error'): Diagnostic => ({ code: 'MESH0990', severity, message, remedy: '' })

it('holds each finding once, errors first, and adds where it is', () => {
  const found = problems([() => [finding('live', 'info'), finding('both')]], (diagnostic) => ({ ...diagnostic, source: { file: 'a.yaml', line: 1, column: 1 } }))
  found.set('proxy a', [finding('both'), finding('a', 'warning')])
  expect(found.all().map(({ message, source }) => [message, source?.file])).toEqual([['both', 'a.yaml'], ['a', 'a.yaml'], ['live', 'a.yaml']])
})

it('forgets what an origin no longer says', () => {
  const found = problems([], (diagnostic) => diagnostic)
  found.set('proxy a', [finding('a')])
  found.set('proxy a', [])
  expect(found.all()).toEqual([])
})
