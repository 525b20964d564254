/**
 * Every field that the codec knows has the number, type, label, oneof and JSON name that Envoy's and Istio's Go modules give it, and
 * the messages that an EnvoyFilter may patch have every field.
 */
import { describe, expect, it } from 'vitest'
import { ENUMS, MESSAGES } from '../../packages/api-types/src/envoy/gen/descriptor.ts'
import { enumOf, tableOf, type Field } from '../../packages/api-types/src/envoy/schema/table.ts'
import type { FieldFact } from '../../tools/codegen/model.ts'
import { wireFacts } from './oracle.ts'

/** Ours, because no Go module that is small enough to fetch has them: NDS and WDS live in istio/istio itself. */
const WITHOUT_ORACLE = /^istio\.(networking\.nds\.v1|security|workload)\./

/** Envoy's copy of WDS, which the oracle has, is older than Istio's: fields and values that only Istio's own file has. */
const NEWER_THAN_ORACLE = new Set([
  'istio.workload.Port.app_protocol',
  'istio.workload.TunnelProtocol.LEGACY_ISTIO_MTLS',
  'istio.workload.Workload.capacity',
  'istio.workload.Workload.extensions',
])

const LETTERS: Readonly<Record<string, string>> = { string: 's', bytes: 'y', bool: 'b', int32: 'i', uint32: 'u', int64: 'I', uint64: 'U', double: 'd', float: 't', enum: 'e', message: 'm' }

const fact = (field: FieldFact): string => {
  const shape = field.label === 'map' ? `map<${LETTERS[field.mapKey ?? '']},${LETTERS[field.type]}>` : `${field.label} ${LETTERS[field.type]}`
  return `${field.name} ${field.json} = ${field.number}: ${shape} ${field.ref ?? ''} ${field.optional ? 'optional' : ''} ${field.oneof ?? ''}`.trimEnd()
}

const own = (field: Field): string => {
  const shape = field.entry === undefined ? `${field.flag === '*' ? 'repeated' : 'singular'} ${field.type}` : `map<${field.entry.key.type},${field.entry.value.type}>`
  return `${field.name} ${field.json} = ${field.number}: ${shape} ${field.ref} ${field.flag === '?' ? 'optional' : ''} ${field.oneof}`.trimEnd()
}

/** What an EnvoyFilter patches: complete, with everything inside. */
const COMPLETE = [
  'envoy.config.listener.v3.Listener',
  'envoy.config.listener.v3.FilterChain',
  'envoy.config.route.v3.RouteConfiguration',
  'envoy.config.route.v3.VirtualHost',
  'envoy.config.route.v3.Route',
  'envoy.config.route.v3.RouteAction',
  'envoy.config.cluster.v3.Cluster',
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
]

describe('the wire oracle', () => {
  it('agrees on every field and enum, and the patchable messages are complete', { timeout: 900_000 }, (context) => {
    const files = Object.values(wireFacts(context).files)
    const messages = new Map(files.flatMap((file) => (file.messages ?? []).map((message) => [message.name, message.fields] as const)))
    const enums = new Map(files.flatMap((file) => (file.enums ?? []).map((item) => [item.name, item.values] as const)))

    let compared = 0
    for (const name of Object.keys(MESSAGES)) {
      const theirs = messages.get(name)
      if (theirs === undefined) {
        expect(name).toMatch(WITHOUT_ORACLE)
        continue
      }
      const known = new Map(theirs.map((field) => [field.number, fact(field)]))
      for (const field of tableOf(name).fields) {
        if (NEWER_THAN_ORACLE.has(`${name}.${field.name}`)) continue
        expect(`${name}.${own(field)}`).toBe(`${name}.${known.get(field.number)}`)
        compared++
      }
    }
    for (const name of Object.keys(ENUMS)) {
      const theirs = enums.get(name)
      if (theirs === undefined) continue
      for (const [value, number] of enumOf(name).numbers) if (!NEWER_THAN_ORACLE.has(`${name}.${value}`)) expect(`${name}.${value} = ${number}`).toBe(`${name}.${value} = ${theirs.find((item) => item.name === value)?.number}`)
    }

    const seen = new Set<string>()
    const complete = (name: string): void => {
      if (seen.has(name) || name.startsWith('google.protobuf.')) return
      seen.add(name)
      const ours = tableOf(name)
      for (const field of messages.get(name) ?? []) {
        expect(ours.byNumber.get(field.number)?.name, `${name}.${field.name}`).toBe(field.name)
        if (field.type === 'message' && field.ref !== undefined) complete(field.ref)
      }
    }
    COMPLETE.forEach(complete)
    expect(compared).toBeGreaterThan(3500)
    expect(seen.size).toBeGreaterThan(200)
  })
})
