import { describe, expect, it } from 'vitest'
import { plainRequestHead } from '../codec/head/plain-heads.ts'
import { ConnectionInfo } from '../stream/connection-info.ts'
import { Flag } from '../stream/response-flags.ts'
import { StreamInfo } from '../stream/stream-info.ts'
import { reportOn } from '../config/report.ts'
import { compileAccessLogs, ISTIO_LOG_FORMAT } from './access-log.ts'
import { compileFormat, printFormat } from './format.ts'

const environment = { hostname: 'pod-1', environment: (name: string) => (name === 'HOME' ? '/root' : undefined) }

const stream = (fields: readonly (readonly [string, string])[] = []): StreamInfo => {
  const connection = new ConnectionInfo(7, 'l', 'INBOUND', { kind: 'ip', ip: '10.0.0.2', port: 8080 }, { kind: 'ip', ip: '10.0.0.1', port: 5555 }, 0)
  const info = new StreamInfo(connection, Date.UTC(2025, 0, 1, 12, 0, 0, 7), 100)
  info.endMono = 112
  info.protocol = 'HTTP/1.1'
  info.request = plainRequestHead({ method: 'GET', path: '/x?secret=1', authority: 'a.example', fields })
  info.responseCode = 503
  info.flags = Flag.UpstreamConnectionFailure | Flag.UpstreamRetryLimitExceeded
  info.responseCodeDetails = 'a b'
  return info
}

const print = (format: string, info = stream()): string => printFormat(compileFormat(format, environment), info)

describe('access log formats', () => {
  it('prints Istio’s default line', () => {
    expect(print(ISTIO_LOG_FORMAT, stream([['user-agent', 'curl/8'], ['x-request-id', 'id-1']]))).toBe(
      '[2025-01-01T12:00:00.007Z] "GET /x?secret=1 HTTP/1.1" 503 URX,UF a_b - "-" 0 0 12 - "-" "curl/8" "id-1" "a.example" "-" - - 10.0.0.2:8080 10.0.0.1:5555 - -\n')
  })

  it.each([
    ['%REQ(X-MISSING?:AUTHORITY)%', 'a.example'],
    ['%REQ(:PATH):4%', '/x?s'],
    ['%REQ_WITHOUT_QUERY(:PATH)%', '/x'],
    ['%START_TIME(%Y-%m-%d %3f)%', '2025-01-01 007'],
    ['%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%|%HOSTNAME%|%ENVIRONMENT(HOME)%|100%%', '10.0.0.1|pod-1|/root|100%'],
    ['%RESPONSE_FLAGS_LONG%', 'UpstreamRetryLimitExceeded,UpstreamConnectionFailure'],
  ])('%s prints %s', (format, text) => expect(print(format)).toBe(text))

  it('cannot be made to forge a line', () => {
    const info = stream()
    info.connection.requestedServerName = 'a\r\n[2025] "GET /forged'
    info.responseCodeDetails = 'x\u001b[31m'
    const line = print('%REQUESTED_SERVER_NAME% %RESPONSE_CODE_DETAILS%', info)
    // eslint-disable-next-line no-control-regex -- control characters are what must not be there
    expect(line).not.toMatch(/[\x00-\x1f]/)
    expect(line).toContain('\\x0d\\x0a')
  })

  it('names commands that nobody knows', () => expect(compileFormat('%REQ(X)% %NO_SUCH_THING% %ROUTE_NAME%', environment).unknown).toEqual(['%NO_SUCH_THING%']))

  it('keeps the type of numbers in JSON, and filters by status', () => {
    const report = reportOn('Listener', 'l', [])
    const [log] = compileAccessLogs([{
      name: 'f', filter: { statusCodeFilter: { comparison: { op: 'GE', value: { defaultValue: 500 } } } },
      typedConfig: { '@type': 'type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog', path: '/tmp/x', logFormat: { jsonFormat: { code: '%RESPONSE_CODE%', path: 'at %REQ(:PATH)%', none: '%ROUTE_NAME%' } } },
    }], 'accessLog', report, environment)
    const info = stream()
    expect(report.problems).toEqual([])
    expect(log?.print(info)).toBe('{"code":503,"none":null,"path":"at /x?secret=1"}\n')
    expect(log?.accepts(info)).toBe(true)
    info.responseCode = 499
    expect(log?.accepts(info)).toBe(false)
  })
})
