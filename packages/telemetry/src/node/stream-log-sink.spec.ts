import { expect, it } from 'vitest'
import { streamLogSink } from './index.ts'

it('writes one line per entry, as text or JSON', () => {
  const lines: string[] = []
  const entry = { time: 0, level: 'info', scope: 'ads', message: 'hello', fields: {} } as const
  streamLogSink({ write: (text: string) => lines.push(text) })(entry)
  streamLogSink({ write: (text: string) => lines.push(text) }, { json: true })(entry)
  expect([lines[0], JSON.parse(lines[1] ?? '')]).toEqual(['1970-01-01T00:00:00.000000Z\tinfo\tads\thello\n', { level: 'info', time: '1970-01-01T00:00:00.000Z', scope: 'ads', msg: 'hello' }])
})
