/** The example in README.md does what its comments say. */
import { expect, it } from 'vitest'
import { any, decode, encode, fromJson, toJson, type Cluster } from './index.ts'

it('runs the example of the README', () => {
  const cluster: Cluster = { name: 'a', type: 'EDS', connectTimeout: '10s', metadata: { filterMetadata: { istio: { host: 'a.b' } } } }
  const bytes = encode('envoy.config.cluster.v3.Cluster', cluster)
  expect(decode('envoy.config.cluster.v3.Cluster', bytes)).toEqual(cluster)
  const resource = any('envoy.config.cluster.v3.Cluster', cluster)
  expect(resource).toEqual({ '@type': 'type.googleapis.com/envoy.config.cluster.v3.Cluster', ...cluster })
  const { value, problems } = fromJson('envoy.config.cluster.v3.Cluster', { connect_timeout: '1s', nope: 1 })
  expect(value).toEqual({ connectTimeout: '1s' })
  expect(problems).toEqual([{ path: 'nope', message: 'envoy.config.cluster.v3.Cluster has no such field' }])
  expect(JSON.parse(JSON.stringify(toJson('google.protobuf.Any', resource)))).toEqual(resource)
})
