/** MeshConfig is taken and refused by its types as istiod does, which reads it with golang/protobuf's jsonpb; and our defaults are values of it. */
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { defaultMeshConfig, meshConfigMessage, meshNetworksMessage } from '../../packages/api-types/src/mesh-config/index.ts'
import { askGo, wireFacts } from './oracle.ts'

/** A place in a message: how to put a value there. */
interface Place {
  readonly path: string
  readonly around: (value: unknown) => unknown
  readonly node: z.core.$ZodType
}

function coreOf(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodExactOptional) return coreOf(schema.unwrap())
  return schema instanceof z.ZodPipe ? coreOf(schema.out) : schema
}

/** Every field of a message and of those in it, through lists and maps. */
function placesOf(node: z.core.$ZodType, path: string, around: Place['around'], depth = 0): readonly Place[] {
  const core = coreOf(node)
  const here = path === '' ? [] : [{ path, around, node: core }]
  if (depth > 6) return here
  if (core instanceof z.ZodArray) return [...here, ...placesOf(core.element, `${path}[]`, (value) => around([value]), depth + 1)]
  if (core instanceof z.ZodRecord) return [...here, ...placesOf(core.valueType, `${path}.*`, (value) => around({ a: value }), depth + 1)]
  if (!(core instanceof z.ZodObject)) return here
  const fields: readonly (readonly [string, unknown])[] = Object.entries(core.shape)
  return [...here, ...fields.flatMap(([name, field]) => (field instanceof z.ZodType ? placesOf(field, `${path}.${name}`, (value) => around({ [name]: value }), depth + 1) : []))]
}

const VALUES = ['', 'text', 'true', '5', '5s', '1m30s', '1h', '100ms', '0s', '-1s', 'soon', '1', 'NONE', 'none', 'AUTO', 5, 0, -1, 1, 2, 3, 99, 1.5, 4294967295, 4294967296, 2147483648, true, false, null, [], {}, ['a'], [1], [{}], [null], { a: 'b' }, { a: 1 }, { a: {} }, { a: null }, { value: 5 }]

const show = (value: unknown): string => JSON.stringify(value)

/** Where we answer otherwise on purpose. */
const DELIBERATE: readonly (readonly [string, (place: Place, value: unknown) => boolean])[] = [
  ['null as an item or an entry: jsonpb makes an empty one of it', ({ path }, value) => /^(?:\[null\]|\{"a":null\})$/.test(show(value)) || (value === null && /(?:\[\]|\.\*)$/.test(path))],
  ['numbers of an enum without a name: nothing would know what they mean', ({ node }, value) => node instanceof z.ZodEnum && typeof value === 'number'],
  ['the same in a list', ({ node }, value) => node instanceof z.ZodArray && coreOf(node.element) instanceof z.ZodEnum && show(value) === '[1]'],
  ['requirements of a label selector need key and operator; istiod finds out when it selects', ({ path }) => path.includes('.matchExpressions')],
  ['a field that is newer than the Go module', ({ path }) => path.startsWith('.defaultInboundHttpRetryPolicy')],
]

describe.each([
  ['istio.mesh.v1alpha1.MeshConfig', meshConfigMessage()],
  ['istio.mesh.v1alpha1.MeshNetworks', meshNetworksMessage()],
] as const)('%s', (type, schema) => {
  const places = placesOf(schema, '', (value) => value)

  it('is taken and refused as istiod does', { timeout: 900_000 }, (context) => {
    const cases = places.flatMap((place) => VALUES.map((value) => ({ place, value, json: place.around(value) })))
    const answers = askGo(context, cases.map(({ json }) => ({ op: 'jsonpb', type, text: show(json) })))
    const found = cases.flatMap(({ place, value, json }, i) => {
      const go = answers[i]
      const { success } = schema.safeParse(json)
      return go?.ok === success ? [] : [{ place, value, difference: `${place.path} = ${show(value)}: istiod ${go?.ok ? 'takes it' : go?.error}, we ${success ? 'take it' : 'refuse it'}` }]
    })
    expect(found.filter(({ place, value }) => !DELIBERATE.some(([, is]) => is(place, value))).map(({ difference }) => difference)).toEqual([])
    console.log(`${type}: ${places.length} places with ${VALUES.length} values each, ${cases.length - found.length} of ${cases.length} answered as istiod answers them`)
  })

  it('has no field that Go does not have', { timeout: 900_000 }, (context) => {
    const fields = places.filter(({ path }) => !/[*\]]$/.test(path))
    const answers = askGo(context, fields.map(({ around }) => ({ op: 'protojson', type, text: show(around(null)) })))
    expect(fields.filter((_, i) => answers[i]?.ok !== true).map(({ path }) => path).filter((path) => !path.startsWith('.defaultInboundHttpRetryPolicy'))).toEqual([])
  })

  it('lacks no field that Go has', { timeout: 900_000 }, (context) => {
    const { files } = wireFacts(context)
    const messages = new Map(Object.values(files).flatMap((file) => (file.messages ?? []).map(({ name, fields }) => [name, fields] as const)))
    const lacking = (node: z.core.$ZodType, message: string, path: string, depth = 0): readonly string[] => {
      const core = coreOf(node)
      if (core instanceof z.ZodArray) return lacking(core.element, message, `${path}[]`, depth)
      if (core instanceof z.ZodRecord) return lacking(core.valueType, message, `${path}.*`, depth)
      // A message of another package than Istio's has a form of its own in JSON, or is looked at in its own place.
      if (!(core instanceof z.ZodObject) || depth > 6) return []
      const shape: Readonly<Record<string, unknown>> = core.shape
      return (messages.get(message) ?? []).flatMap(({ json, ref }) => {
        const field = Object.hasOwn(shape, json) ? shape[json] : undefined
        if (!(field instanceof z.ZodType)) return [`${path}.${json}`]
        return ref?.startsWith('istio.') ? lacking(field, ref, `${path}.${json}`, depth + 1) : []
      })
    }
    expect(messages.get(type)?.length).toBeGreaterThan(0)
    expect(lacking(schema, type, '')).toEqual([])
  })
})

it('the defaults of the mesh are a MeshConfig for istiod too', { timeout: 900_000 }, (context) => {
  const [answer] = askGo(context, [{ op: 'jsonpb', type: 'istio.mesh.v1alpha1.MeshConfig', text: show(defaultMeshConfig) }])
  expect(answer).toMatchObject({ ok: true })
})
