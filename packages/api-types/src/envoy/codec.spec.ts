/** What the codec promises, one sentence each. */
import { describe, expect, it } from 'vitest'
import { MeshError } from '@istio-ts/foundation'
import { any, decode, encode, Encoded, fromJson, hasMessage, messageNameOf, preEncode, RAW, toJson, typeUrl, UNKNOWN, type Any, type Cluster } from './index.ts'

const CLUSTER = 'envoy.config.cluster.v3.Cluster'
const hex = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16))
const codeOf = (run: () => unknown): string => {
  try {
    run()
    return 'nothing was thrown'
  } catch (error) {
    return error instanceof MeshError ? error.code : String(error)
  }
}
/** Values as they may come from untyped code. */
const untyped = <T>(value: unknown): T => value as T

describe('a message in memory', () => {
  const cluster: Cluster = {
    name: 'outbound|80||a.b',
    type: 'EDS',
    connectTimeout: '1.500s',
    perConnectionBufferLimitBytes: 32768,
    edsClusterConfig: { edsConfig: { ads: {}, resourceApiVersion: 'V3' } },
    metadata: { filterMetadata: { istio: { services: [{ host: 'a.b' }], z: null, n: 1.5 } } },
    typedExtensionProtocolOptions: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': any('envoy.extensions.upstreams.http.v3.HttpProtocolOptions', { explicitHttpConfig: { http2ProtocolOptions: {} } }),
    },
  }

  it('is canonical proto JSON and comes back from bytes as it was', () => {
    expect(decode(CLUSTER, encode(CLUSTER, cluster))).toEqual(cluster)
    expect(toJson(CLUSTER, cluster)).toEqual(cluster)
  })

  it('has the same bytes however its properties and map keys are ordered', () => {
    const turned = Object.fromEntries(Object.entries(cluster).reverse())
    expect(encode(CLUSTER, turned)).toEqual(encode(CLUSTER, cluster))
    const metadata = (first: string, second: string) => encode('envoy.config.core.v3.Metadata', { filterMetadata: { [first]: { [first]: 1, [second]: 2 }, [second]: {} } })
    expect(Object.keys(decode('envoy.config.core.v3.Metadata', metadata('b', 'a')).filterMetadata ?? {})).toEqual(['a', 'b'])
  })

  it('leaves out fields at their default, but not members of a oneof and not wrappers', () => {
    expect(encode(CLUSTER, { name: '', respectDnsTtl: false, lbPolicy: 'ROUND_ROBIN', healthChecks: [] })).toHaveLength(0)
    const address = { socketAddress: { portValue: 0 } }
    expect(decode('envoy.config.core.v3.Address', encode('envoy.config.core.v3.Address', address))).toEqual(address)
    expect(decode(CLUSTER, encode(CLUSTER, { perConnectionBufferLimitBytes: 0 }))).toEqual({ perConnectionBufferLimitBytes: 0 })
  })

  it('keeps 64-bit integers as decimal text and takes exact numbers and bigints too', () => {
    const NAME = 'envoy.admin.v3.SimpleMetric'
    expect(decode(NAME, encode(NAME, { value: '18446744073709551615' }))).toEqual({ value: '18446744073709551615' })
    expect(encode(NAME, untyped({ value: 300 }))).toEqual(encode(NAME, { value: '300' }))
    expect(encode(NAME, untyped({ value: 300n }))).toEqual(encode(NAME, { value: '300' }))
    expect(codeOf(() => encode(NAME, { value: '18446744073709551616' }))).toBe('MESH0196')
    expect(codeOf(() => encode(NAME, { value: '-1' }))).toBe('MESH0196')
  })

  it('keeps enum values that it does not know as numbers', () => {
    const bytes = hex('1063') // type = 99
    expect(decode(CLUSTER, bytes)).toEqual({ type: 99 })
    expect(encode(CLUSTER, { type: 99 })).toEqual(bytes)
  })

  it('holds bytes as Uint8Array, takes base64 too, and writes base64 in JSON', () => {
    const NAME = 'envoy.config.core.v3.DataSource'
    const value = { inlineBytes: Uint8Array.of(1, 2, 255) }
    expect(decode(NAME, encode(NAME, untyped({ inlineBytes: 'AQL/' })))).toEqual(value)
    expect(toJson(NAME, value)).toEqual({ inlineBytes: 'AQL/' })
    expect(fromJson(NAME, { inlineBytes: 'AQL_' })).toEqual({ value, problems: [] })
  })

  it('keeps unknown fields and writes them again', () => {
    const bytes = hex('0a0161fa3f03616263' /* name = a, field 1023 = abc */)
    const message = decode(CLUSTER, bytes)
    expect(message).toMatchObject({ name: 'a', [UNKNOWN]: hex('fa3f03616263') })
    expect(encode(CLUSTER, message)).toEqual(bytes)
    expect(toJson(CLUSTER, message)).toEqual({ name: 'a' })
  })

  it('treats a known field with a foreign wire type as unknown', () => {
    expect(decode(CLUSTER, hex('0d01020304'))).toEqual({ [UNKNOWN]: hex('0d01020304') })
  })

  it('merges a message that comes in two parts and lets the last member of a oneof win', () => {
    const NAME = 'envoy.config.core.v3.Address'
    const [address, port, pipe] = [{ socketAddress: { address: 'a' } }, { socketAddress: { portValue: 80 } }, { pipe: { path: 'p' } }].map((part) => [...encode(NAME, part)])
    expect(decode(NAME, Uint8Array.from([...address!, ...port!]))).toEqual({ socketAddress: { address: 'a', portValue: 80 } })
    expect(decode(NAME, Uint8Array.from([...address!, ...pipe!]))).toEqual({ pipe: { path: 'p' } })
  })

  it('reads packed and unpacked lists alike', () => {
    const NAME = 'istio.security.Match'
    expect(decode(NAME, hex('4a025051'))).toEqual({ destinationPorts: [80, 81] })
    expect(decode(NAME, hex('48504851'))).toEqual({ destinationPorts: [80, 81] })
  })
})

describe('an Any', () => {
  it('holds the fields of a known type beside its type', () => {
    const packed = any('envoy.extensions.filters.http.router.v3.Router', { startChildSpan: true })
    expect(packed).toEqual({ '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router', startChildSpan: true })
    expect(decode('google.protobuf.Any', encode('google.protobuf.Any', packed))).toEqual(packed)
  })

  it('holds a well-known type under value', () => {
    const packed = any('google.protobuf.StringValue', 'x')
    expect(packed).toEqual({ '@type': 'type.googleapis.com/google.protobuf.StringValue', value: 'x' })
    expect(decode('google.protobuf.Any', encode('google.protobuf.Any', packed))).toEqual(packed)
  })

  it('keeps the bytes of a type that is not known', () => {
    const packed: Any = { '@type': 'type.googleapis.com/acme.Secret', [RAW]: Uint8Array.of(8, 1) }
    const bytes = encode('google.protobuf.Any', packed)
    expect(decode('google.protobuf.Any', bytes)).toEqual(packed)
    const json = toJson('google.protobuf.Any', packed)
    expect(json).toEqual({ '@type': 'type.googleapis.com/acme.Secret', value: 'CAE=' })
    expect(fromJson('google.protobuf.Any', json)).toEqual({ value: packed, problems: [] })
  })

  it('cannot encode fields of a type that is not known', () => {
    const packed = { '@type': 'type.googleapis.com/acme.Secret', field: 1 }
    expect(codeOf(() => encode('google.protobuf.Any', packed))).toBe('MESH0197')
    expect(fromJson('google.protobuf.Any', packed).problems).toHaveLength(1)
  })

  it('names messages by what follows the last slash', () => {
    expect(messageNameOf(typeUrl(CLUSTER))).toBe(CLUSTER)
    expect(messageNameOf(`other.example/${CLUSTER}`)).toBe(CLUSTER)
    expect([hasMessage(CLUSTER), hasMessage('google.protobuf.Duration'), hasMessage('toString'), hasMessage('acme.Secret')]).toEqual([true, true, false, false])
  })
})

describe('an encoded part', () => {
  const endpoint = { endpoint: { address: { socketAddress: { address: '10.0.0.1', portValue: 80 } } }, healthStatus: 'HEALTHY' } as const
  const NAME = 'envoy.config.endpoint.v3.LocalityLbEndpoints'

  it('stands where a message stands and gives the same bytes', () => {
    const part = preEncode('envoy.config.endpoint.v3.LbEndpoint', endpoint)
    expect(part).toBeInstanceOf(Encoded)
    expect(encode(NAME, { lbEndpoints: [part, endpoint] })).toEqual(encode(NAME, { lbEndpoints: [endpoint, endpoint] }))
    expect(toJson(NAME, { lbEndpoints: [part] })).toEqual({ lbEndpoints: [endpoint] })
  })

  it('can be packed into an Any', () => {
    const packed = any('envoy.config.endpoint.v3.LbEndpoint', preEncode('envoy.config.endpoint.v3.LbEndpoint', endpoint))
    const plain = any('envoy.config.endpoint.v3.LbEndpoint', endpoint)
    expect(encode('google.protobuf.Any', packed)).toEqual(encode('google.protobuf.Any', plain))
    expect(toJson('google.protobuf.Any', packed)).toEqual(plain)
  })

  it('is refused where another message belongs', () => {
    const part = preEncode('envoy.config.core.v3.Locality', { region: 'r' })
    expect(codeOf(() => encode(NAME, untyped({ lbEndpoints: [part] })))).toBe('MESH0196')
  })
})

describe('encode refuses what would be lost or wrong', () => {
  it.each<[string, unknown]>([
    ['a field that does not exist', { nmae: 'a' }],
    ['a text that is a number', { name: 1 }],
    ['a number out of range', { perConnectionBufferLimitBytes: 2 ** 32 }],
    ['an enum value that does not exist', { type: 'EDSS' }],
    ['a list that is no list', { healthChecks: {} }],
    ['a message that is a text', { metadata: 'x' }],
    ['a duration without its unit', { connectTimeout: '5' }],
    ['a Struct with NaN', { metadata: { filterMetadata: { a: { b: NaN } } } }],
    ['an Any without its type', { typedExtensionProtocolOptions: { a: {} } }],
  ])('%s', (_, value) => {
    expect(codeOf(() => encode(CLUSTER, untyped(value)))).toBe('MESH0196')
  })

  it('also after a value of the same shape was fine', () => {
    encode(CLUSTER, untyped({ name: 'a', later: undefined }))
    expect(codeOf(() => encode(CLUSTER, untyped({ name: 'a', later: 1 })))).toBe('MESH0196')
    encode('google.protobuf.Any', any(CLUSTER, { name: 'a' }))
    expect(codeOf(() => encode(CLUSTER, untyped({ '@type': 'x', name: 'a' })))).toBe('MESH0196')
  })
})

describe('decode refuses malformed bytes and says where', () => {
  it.each<[string, string]>([
    ['a varint that is cut off', '10ff'],
    ['a varint longer than 10 bytes', `10${'ff'.repeat(10)}01`],
    ['a length beyond the end', '0a0561'],
    ['a fixed64 that is cut off', '7901020304'],
    ['a text that is not UTF-8', '0a01ff'],
    ['field number 0', '0000'],
    ['a group without its end', 'fb3f'],
    ['an end without its group', 'fc3f'],
    ['wire type 7', 'ff3f'],
  ])('%s', (_, bytes) => {
    expect(codeOf(() => decode(CLUSTER, hex(bytes)))).toBe('MESH0195')
    expect(() => decode(CLUSTER, hex(bytes))).toThrow(/at byte \d+/)
  })

  it('nesting without end', () => {
    let deep = new Uint8Array(0)
    for (let depth = 0; depth < 200; depth++) deep = Uint8Array.from([0x0a, ...lengthOf(deep.length), ...deep])
    // Permission.and_rules.rules: a message in itself.
    expect(codeOf(() => decode('envoy.config.rbac.v3.Permission.Set', deep))).toBe('MESH0195')
  })

  it('never sets a prototype through the key of a map', () => {
    const NAME = 'envoy.config.core.v3.Metadata'
    const { value } = fromJson(NAME, JSON.parse('{"filterMetadata": {"__proto__": {"__proto__": {"polluted": true}}}}'))
    const back = decode(NAME, encode(NAME, value))
    expect(Object.keys(back.filterMetadata ?? {})).toEqual(['__proto__'])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(JSON.stringify(toJson(NAME, back))).toBe('{"filterMetadata":{"__proto__":{"__proto__":{"polluted":true}}}}')
  })
})

function lengthOf(length: number): number[] {
  return length < 128 ? [length] : [(length & 127) | 128, length >> 7]
}

describe('fromJson', () => {
  const problemsOf = (json: unknown): string[] => fromJson(CLUSTER, json).problems.map((problem) => `${problem.path}: ${problem.message}`)

  it('takes both names of a field, numbers as text, and enum numbers', () => {
    expect(fromJson(CLUSTER, { connect_timeout: '1s', per_connection_buffer_limit_bytes: '10', type: 3 })).toEqual({ value: { connectTimeout: '1s', perConnectionBufferLimitBytes: 10, type: 'EDS' }, problems: [] })
  })

  it('takes null as not set, except where JSON itself is the value', () => {
    expect(fromJson(CLUSTER, { name: null, metadata: null, healthChecks: null })).toEqual({ value: {}, problems: [] })
    expect(fromJson('google.protobuf.Value', null)).toEqual({ value: null, problems: [] })
  })

  it.each<[unknown, string]>([
    [{ nmae: 'a' }, 'nmae: envoy.config.cluster.v3.Cluster has no such field'],
    [{ name: 5 }, 'name: expected a text'],
    [{ type: 'EDSS' }, 'type: "EDSS" is no envoy.config.cluster.v3.Cluster.DiscoveryType'],
    [{ healthChecks: [{ timeout: 5 }] }, 'healthChecks[0].timeout: expected a duration such as "1.5s", at most 9 digits behind the point'],
    [{ type: 'EDS', clusterType: {} }, 'clusterType: only one of type and clusterType may be set'],
    [{ connectTimeout: '1s', connect_timeout: '2s' }, 'connect_timeout: the field is given twice, under both of its names'],
    [{ '@type': 'x' }, '@type: envoy.config.cluster.v3.Cluster has no such field'],
    ['text', ': expected an object (envoy.config.cluster.v3.Cluster)'],
  ])('reports %j with its path', (json, problem) => {
    expect(problemsOf(json)).toEqual([problem])
  })

  it('reports every problem and keeps what fits', () => {
    const { value, problems } = fromJson(CLUSTER, { name: 'a', nope: 1, lbPolicy: 7.5, respectDnsTtl: 'yes' })
    expect(value).toEqual({ name: 'a' })
    expect(problems).toHaveLength(3)
  })
})
