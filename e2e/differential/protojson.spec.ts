/** JSON of messages on the wire is taken, refused, encoded and written as Go's protojson does it. */
import { describe, expect, it } from 'vitest'
import { encode, fromJson, toJson, type MessageName } from '../../packages/api-types/src/envoy/index.ts'
import { askGo } from './oracle.ts'

const WRAPPERS = ['Int32', 'UInt32', 'Int64', 'UInt64', 'Float', 'Double', 'Bool', 'String', 'Bytes'].map((name) => `google.protobuf.${name}Value` as MessageName)
const NUMBERS = '0 -0 1 -1 1.0 1.5 1e3 1E2 -1e2 1e-1 0.1 2147483647 2147483648 -2147483648 -2147483649 4294967295 4294967296 9007199254740991 1e400 3.4e38 3.5e38 -3.5e38 1e-50'.split(' ')
const TEXTS = [
  '', ' ', '0', '1', '-1', '01', '-0', '+1', '00', '-01', '1e+3', '0e5', '0.0', '100e-2', '1.5e1', '1e-400', '12345678901234567890e-1', '1.0', '1.50', '1.5', '1e3', '1E3', '1e-3', '10e-1', '1.', '.5', ' 1', '1 ', '0x10', '1_0', '9007199254740993', '9223372036854775807', '9223372036854775808', '-9223372036854775808', '-9223372036854775809',
  '18446744073709551615', '18446744073709551616', '9.223372036854775807e18', '1e19', '2147483647', '2147483648', '4294967295', '4294967296', '1e400', '3.5e38', 'NaN', 'nan', 'Infinity', '-Infinity', '+Infinity', 'inf', 'Inf', 'true', 'false', 'True', 'null', 'YQ==', 'YQ', 'YQ=', 'YR==', 'Y', 'YWI=', 'YWI', '-_8=', '+/8=', '+_8=', 'YQ==\n', 'Y Q==', 'aGk', 'é', '\u0000', '😀', '\ud800',
]
const WORDS = ['true', 'false', 'null', '{}', '[]', '[1]', '{"value": 1}']

const DURATIONS = [
  '1s', '1.5s', '-1s', '-1.5s', '0s', '-0s', '+1s', '1.s', '.5s', '1.123456789s', '1.1234567890s', '1.000s', '0.000000001s', '-0.000000001s', '01s', '001.5s', '1', '1 s', ' 1s', '1s ', 's', '', '1m', '1h', '1ms', '1.5', '315576000000s', '315576000001s', '-315576000000s', '-315576000001s', '315576000000.1s',
  '315576000000.999999999s', '9999999999999s', '1e3s', '1,5s', '--1s', '-.5s', '1S', '1.5S', '.s', '-.s', '+.5s', '١s', 'NaNs', '0.s',
]
const TIMES = [
  '2025-01-01T00:00:00Z', '2025-01-01T00:00:00z', '2025-01-01t00:00:00Z', '2025-01-01 00:00:00Z', '2025-01-01T00:00:00', '2025-01-01', '2025-01-01T00:00:00.5Z', '2025-01-01T00:00:00.123456789Z', '2025-01-01T00:00:00.1234567890Z', '2025-01-01T00:00:00.Z', '2025-01-01T00:00:00,5Z',
  '2025-01-01T00:00:00+01:00', '2025-01-01T00:00:00-23:59', '2025-01-01T00:00:00+24:00', '2025-01-01T00:00:00+0100', '2025-01-01T00:00:00+01', '2025-01-01T00:00:00+00:60', '2025-01-01T00:00:00-00:00', '2025-02-29T00:00:00Z', '2024-02-29T00:00:00Z', '2025-13-01T00:00:00Z', '2025-00-01T00:00:00Z', '2025-04-31T00:00:00Z', '2025-01-01T24:00:00Z', '2025-01-01T23:59:60Z', '2025-01-01T00:60:00Z', '2025-1-1T0:0:0Z',
  '0000-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '0000-12-31T23:59:59Z', '9999-12-31T23:59:59.999999999Z', '10000-01-01T00:00:00Z', '0001-01-01T00:00:00+00:01', '0001-01-01T00:00:00-00:01', '9999-12-31T23:59:59-00:01', '1969-12-31T23:59:59.5Z', '-2025-01-01T00:00:00Z', '1900-02-29T00:00:00Z', '2000-02-29T00:00:00Z', ' 2025-01-01T00:00:00Z', '', '2025-01-01T00:00:00ZZ',
]
const MASKS = ['', 'a', 'a,b', 'a.b', 'aB', 'aB.cD,e', 'a_b', 'a,', ',a', ' a', 'a ,b', 'A', 'aBC', 'a1', 'a..b', '.a', 'a.', '1a', 'fooBar.bazQux', 'foo-bar', 'é', '*', 'a.*', 'aB1', 'a1B']
const STRUCTS = ['{}', '{"a": 1}', '{"a": null}', '{"a": [1, "b", {"c": true}]}', '{"__proto__": 1}', '{"a": 1e400}', '[]', '"a"', 'null', '1', '{"": ""}', '{"a": 1, "a": 2}', '{"a": -0}', '{"a": 9007199254740993}', '{"é": "\\u00e9"}', '{"a": "\\ud800"}', '[1]', '[null]', 'true', '"NaN"', '"Infinity"', '1e-400']

const CLUSTER = 'envoy.config.cluster.v3.Cluster' as const
const LISTENER = 'envoy.config.listener.v3.Listener' as const
/** Messages as a whole: names of fields, enums, oneofs, lists, maps, nulls, Any. */
const MESSAGES: readonly (readonly [MessageName, string])[] = [
  ...['"STATIC"', '"static"', '"NO_SUCH"', '0', '1', '4', '99', '-1', '1.0', '1.5', '"1"', '""', 'null', 'true', '[]', '2147483648'].map((value) => [CLUSTER, `{"type": ${value}}`] as const),
  ...['connectTimeout', 'connect_timeout', 'ConnectTimeout', 'connecttimeout', 'connect-timeout', '@type', '', '__proto__', 'constructor', '[x]'].map((name) => [CLUSTER, `{"${name}": "1s"}`] as const),
  [CLUSTER, '{"connectTimeout": "1s", "connect_timeout": "2s"}'], [CLUSTER, '{"name": null}'], [CLUSTER, '{"name": 5}'], [CLUSTER, '{"filters": null}'], [CLUSTER, '{"filters": {}}'], [CLUSTER, '{"filters": [null]}'], [CLUSTER, '{"filters": [{}]}'], [CLUSTER, '{"filters": [[]]}'],
  [CLUSTER, '{"type": "EDS", "clusterType": {"name": "a"}}'], [CLUSTER, '{"type": null, "clusterType": {"name": "a"}}'], [CLUSTER, '{"type": "STATIC", "clusterType": {"name": "a"}}'], [CLUSTER, '{"type": "EDS", "clusterType": null}'],
  [CLUSTER, '{"typedExtensionProtocolOptions": {"a": null}}'], [CLUSTER, '{"typedExtensionProtocolOptions": {"a": {}}}'], [CLUSTER, '{"typedExtensionProtocolOptions": {"a": {"@type": "type.googleapis.com/google.protobuf.Duration", "value": "1s"}}}'],
  [CLUSTER, '{"typedExtensionProtocolOptions": []}'], [CLUSTER, '{"typedExtensionProtocolOptions": null}'], [CLUSTER, '{"metadata": {"filterMetadata": {"a": {"b": [null, 1]}}}}'], [CLUSTER, '{"perConnectionBufferLimitBytes": null}'], [CLUSTER, '{"perConnectionBufferLimitBytes": "5"}'], [CLUSTER, '{"perConnectionBufferLimitBytes": {"value": 5}}'],
  [CLUSTER, '{"dnsResolvers": [{"socketAddress": {"address": "a", "portValue": 1}}]}'], [CLUSTER, '{"dnsResolvers": [{"socketAddress": {"portValue": 1, "namedPort": "b"}}]}'], [CLUSTER, '{"dnsResolvers": [{"socketAddress": {"protocol": "UDP", "address": "a", "portValue": 0}}]}'], [CLUSTER, '{"dnsResolvers": [{"socketAddress": {}, "pipe": {}}]}'],
  [CLUSTER, '[]'], [CLUSTER, 'null'], [CLUSTER, '"a"'], [CLUSTER, '{}'], [CLUSTER, '{"name": ""}'], [CLUSTER, '{"respectDnsTtl": false}'], [CLUSTER, '{"respectDnsTtl": "true"}'], [CLUSTER, '{"respectDnsTtl": 1}'], [CLUSTER, '{"name": "\\u0000\\u001f\\u2028<>&"}'],
  [LISTENER, '{"enableReusePort": null}'], [LISTENER, '{"enableReusePort": false}'], [LISTENER, '{"filterChains": [{"filters": [{"name": "a", "typedConfig": {"@type": "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy", "statPrefix": "a", "cluster": "b"}}]}]}'],
  [LISTENER, '{"filterChains": [{"filters": [{"typedConfig": {"@type": "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy", "nosuch": 1}}]}]}'], [LISTENER, '{"filterChains": [{"filters": [{"typedConfig": {"@type": "type.googleapis.com/no.such.Type", "a": 1}}]}]}'],
  [LISTENER, '{"filterChains": [{"filters": [{"typedConfig": {"a": 1}}]}]}'], [LISTENER, '{"filterChains": [{"filters": [{"typedConfig": {"@type": 5}}]}]}'], [LISTENER, '{"filterChains": [{"filters": [{"typedConfig": {"@type": ""}}]}]}'], [LISTENER, '{"filterChains": [{"filters": [{"typedConfig": {"@type": "google.protobuf.Duration", "value": "1s"}}]}]}'],
  [LISTENER, '{"filterChains": [{"filters": [{"typedConfig": {"@type": "x/google.protobuf.Duration", "value": "1s"}}]}]}'], [LISTENER, '{"filterChains": [{"filters": [{"typedConfig": {"value": "1s", "@type": "type.googleapis.com/google.protobuf.Duration"}}]}]}'], [LISTENER, '{"filterChains": [{"filters": [{"typedConfig": {"@type": "type.googleapis.com/google.protobuf.Duration"}}]}]}'], [LISTENER, '{"filterChains": [{"filters": [{"typedConfig": {"@type": "type.googleapis.com/google.protobuf.Duration", "value": null}}]}]}'],
  [LISTENER, '{"filterChains": [{"filters": [{"typedConfig": {"@type": "type.googleapis.com/google.protobuf.Duration", "value": "1s", "a": 1}}]}]}'], [LISTENER, '{"filterChains": [{"filters": [{"typedConfig": {"@type": "type.googleapis.com/google.protobuf.Empty"}}]}]}'], [LISTENER, '{"filterChains": [{"filters": [{"typedConfig": {"@type": "type.googleapis.com/google.protobuf.Empty", "value": {}}}]}]}'],
  [LISTENER, '{"filterChains": [{"filters": [{"typedConfig": {"@type": "type.googleapis.com/google.protobuf.Value", "value": null}}]}]}'], [LISTENER, '{"filterChains": [{"filters": [{"typedConfig": {"@type": "type.googleapis.com/google.protobuf.Struct", "value": {"a": 1}}}]}]}'], [LISTENER, '{"filterChains": [{"filters": [{"typedConfig": {"@type": "type.googleapis.com/google.protobuf.Any", "value": {"@type": "type.googleapis.com/google.protobuf.Duration", "value": "1s"}}}]}]}'],
]

const cases: readonly (readonly [MessageName, string])[] = [
  ...WRAPPERS.flatMap((type) => [...NUMBERS, ...TEXTS.map((text) => JSON.stringify(text)), ...WORDS].map((text) => [type, text] as const)),
  ...[...DURATIONS.map((text) => JSON.stringify(text)), '1', 'null', '{}', '{"seconds": 1}'].map((text) => ['google.protobuf.Duration', text] as const),
  ...[...TIMES.map((text) => JSON.stringify(text)), '1', 'null', '{}'].map((text) => ['google.protobuf.Timestamp', text] as const),
  ...[...MASKS.map((text) => JSON.stringify(text)), '1', '["a"]', '{}', '{"paths": ["a"]}'].map((text) => ['google.protobuf.FieldMask', text] as const),
  ...(['Struct', 'Value', 'ListValue'] as const).flatMap((name) => STRUCTS.map((text) => [`google.protobuf.${name}` as const, text] as const)),
  ...['{}', '{"a": 1}', '[]', 'null'].map((text) => ['google.protobuf.Empty', text] as const),
  ...MESSAGES,
]

/** Where we answer otherwise on purpose. */
const DELIBERATE: readonly (readonly [string, (type: string, text: string) => boolean])[] = [
  ['the bits of NaN, of which there are many', (type, text) => type.endsWith('DoubleValue') && text === '"NaN"'],
  ['times that RFC 3339 does not have: a comma, a zone of 24 hours or 60 minutes', (type, text) => type.endsWith('Timestamp') && /,5Z|\+24:00|\+00:60/.test(text)],
  ['a key twice: JSON.parse takes the last before we see it', (_, text) => text === '{"a": 1, "a": 2}'],
]

const sorted = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(sorted) : typeof value === 'object' && value !== null ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, child]) => [key, sorted(child)]) : value

/** What we make of the JSON, in the form of what Go does. */
function ours(type: MessageName, text: string): string {
  const { value, problems } = fromJson(type, JSON.parse(text))
  if (problems.length > 0) return 'refused'
  return `${Buffer.from(encode(type, value)).toString('base64')} ${JSON.stringify(sorted(toJson(type, value)))}`
}

describe('proto JSON', () => {
  it('is read and written as Go reads and writes it', { timeout: 900_000 }, (context) => {
    const answers = askGo(context, cases.map(([type, text]) => ({ op: 'protojson', type, text })))
    const found = cases.flatMap(([type, text], i) => {
      const answer = answers[i]
      const go = answer?.ok ? `${answer.wire ?? ''} ${JSON.stringify(sorted(JSON.parse(answer.value ?? '')))}` : 'refused'
      const we = ours(type, text)
      return go === we ? [] : [{ type, text, go: answer && !answer.ok ? answer.error : go, we }]
    })
    expect(found.filter(({ type, text }) => !DELIBERATE.some(([, is]) => is(type, text)))).toEqual([])
    expect(DELIBERATE.filter(([, is]) => !found.some(({ type, text }) => is(type, text))).map(([why]) => why), 'differences that are gone').toEqual([])
    console.log(`proto JSON: ${cases.length - found.length} of ${cases.length} texts answered as Go answers them`)
  })
})
