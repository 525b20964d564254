import { describe, expect, it } from 'vitest'
import { childTelemetry, createLog, formatJson, formatPrometheus, formatText, levelOfScope, metricRegistry, parseLogLevels, silentTelemetry, type LogEntry } from './index.ts'

describe('log', () => {
  it('keeps entries of the scope level and above, with the fields of its parents', () => {
    const { levels } = parseLogLevels('default:warn,ads:debug')
    const kept: LogEntry[] = []
    const log = createLog({ sink: (entry) => kept.push(entry), now: () => 0, levelOf: (scope) => levelOfScope(levels, scope) })
    log.info('dropped')
    log.child('ads', { proxy: 'a' }).child('session').debug('kept', { type: 'CDS' })
    expect(kept).toEqual([{ time: 0, level: 'debug', scope: 'ads.session', message: 'kept', fields: { proxy: 'a', type: 'CDS' } }])
  })
  it('reads a bare level as the default and names what it does not know', () => {
    const { levels, unknown } = parseLogLevels('error,xds:loud')
    expect([levelOfScope(levels, 'any'), unknown]).toEqual(['error', ['xds:loud']])
  })
  it('prints one line per entry even when the message holds line breaks', () => {
    const entry: LogEntry = { time: 0, level: 'info', scope: 'ads', message: 'one\ntwo', fields: { name: 'a b' } }
    expect(formatText(entry)).toBe('1970-01-01T00:00:00.000000Z\tinfo\tads\tone\\ntwo\tname="a b"')
    expect(JSON.parse(formatJson(entry))).toMatchObject({ level: 'info', msg: 'one\ntwo', name: 'a b' })
  })
  it('narrows the scope of a child', () => {
    expect(childTelemetry(silentTelemetry(), 'ca').log.scope).toBe('ca')
  })
})

describe('metrics', () => {
  it('prints counters, gauges and histograms as Prometheus text', () => {
    const registry = metricRegistry()
    registry.counter({ name: 'pushes', help: 'Pushes.', labels: ['type'] }).add(2, { type: 'c"ds' })
    registry.gauge({ name: 'connected', help: 'Clients.' }).set(3)
    const times = registry.histogram({ name: 'push_time', help: 'Seconds.', buckets: [0.1, 1] })
    for (const value of [0.05, 0.5, 5]) times.record(value)
    registry.observe({ name: 'seen', help: 'Seen.' }, () => [{ value: 7 }])
    expect(formatPrometheus(registry.collect())).toBe(`# HELP connected Clients.
# TYPE connected gauge
connected 3
# HELP push_time Seconds.
# TYPE push_time histogram
push_time_bucket{le="0.1"} 1
push_time_bucket{le="1"} 2
push_time_bucket{le="+Inf"} 3
push_time_sum 5.55
push_time_count 3
# HELP pushes Pushes.
# TYPE pushes counter
pushes{type="c\\"ds"} 2
# HELP seen Seen.
# TYPE seen gauge
seen 7
`)
  })
  it('gives the same series to everyone who asks for one name, and shows 0 before the first event', () => {
    const registry = metricRegistry()
    registry.counter({ name: 'a', help: 'A.' })
    registry.counter({ name: 'a', help: 'A.' }).add()
    registry.counter({ name: 'a', help: 'A.' }).add(-5)
    expect(registry.collect()[0]?.samples).toEqual([{ name: 'a', labels: {}, value: 1 }])
    expect(metricRegistry().counter({ name: 'b', help: 'B.' })).toBeDefined()
  })
})
