/** Each hand-written rule of the Gateway API's kinds answers what the text of its CEL rule answers, for values of all shapes that the schema allows. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { CEL } from '../istio/shared/schema/cel.ts'
import { coreOf, crdSchemaOf, factsOf, innerOf, type CrdSchema } from '../istio/shared/schema/crd-facts.ts'
import { evaluateCel } from '../testing/cel.ts'
import { gatewayApiKinds } from './index.ts'

interface Node {
  readonly name: string
  readonly schema: z.ZodType
  readonly facts: CrdSchema
}

/** All nodes with rules, equal ones once. */
function nodesOf(schema: z.ZodType, name: string, found: Map<string, Node>): void {
  const facts = crdSchemaOf(schema)
  if (facts['x-kubernetes-validations']) found.set(JSON.stringify(facts), { name, schema: bareOf(schema), facts })
  const core = coreOf(schema)
  if (core instanceof z.ZodObject) for (const [field, child] of Object.entries(core.shape)) if (child instanceof z.ZodType) nodesOf(child, `${name}.${field}`, found)
  if (core instanceof z.ZodArray && core.element instanceof z.ZodType) nodesOf(core.element, `${name}[]`, found)
  if (core instanceof z.ZodRecord && core.valueType instanceof z.ZodType) nodesOf(core.valueType, `${name}{}`, found)
}

/** The node that has the checks, without the wrappers that fill in defaults. */
const bareOf = (schema: z.ZodType): z.ZodType => {
  const inner = innerOf(schema)
  return inner && factsOf(inner) ? bareOf(inner) : schema
}

const TEXTS = [
  '', 'a', 'A', '*', 'a*', '*.a.com', 'a.*.com', 'http://a', 'https://a/b', 'ftp://a', 'a/b', 'oci://a', 'file:///a', '/a', '//a', '/a/../b', '/a/.', '/%2f', '/a#', 'unix:///a', 'unix://@a', 'unix://a/', 'unix://',
  '10.0.0.1', '10.0.0.0/8', '::1', '0s', '1ms', '5s', '2h', '-1s', 'soon', 'x.svc.cluster.local', '8080', '65536', '0', '-1', 'a b', 'é', 'a'.repeat(260),
]
const NUMBERS = [-1, 0, 1, 80, 100, 443, 65535, 65536]

/** Values a schema allows by type; texts and numbers of the rules themselves are among them, so that both sides of a rule are met. */
function valuesOf(facts: CrdSchema, texts: readonly string[], depth: number): fc.Arbitrary<unknown> {
  if (facts.enum) return fc.constantFrom(...facts.enum)
  switch (facts.type) {
    case 'string': return fc.constantFrom(...texts)
    case 'integer':
    case 'number': return fc.constantFrom(...NUMBERS)
    case 'boolean': return fc.boolean()
    case 'array': return fc.array(facts.items ? valuesOf(facts.items, texts, depth + 1) : fc.constant('a'), { maxLength: depth > 2 ? 1 : 3 })
    case 'object': return objectsOf(facts, texts, depth)
    default: return fc.constantFrom(1, 'a')
  }
}

function objectsOf(facts: CrdSchema, texts: readonly string[], depth: number): fc.Arbitrary<unknown> {
  if (facts.additionalProperties) return fc.dictionary(fc.constantFrom(...texts), valuesOf(facts.additionalProperties, texts, depth + 1), { maxKeys: 3 })
  const entries = Object.entries(facts.properties ?? {})
  const fields = Object.fromEntries(entries.map(([name, child]) => [name, child.default === undefined ? valuesOf(child, texts, depth + 1) : fc.oneof(fc.constant(child.default), valuesOf(child, texts, depth + 1))]))
  const required = entries.filter(([name, child]) => facts.required?.includes(name) || child.default !== undefined).map(([name]) => name)
  // Deep down only what must be there, or documents grow without end.
  const kept = depth > 4 ? Object.fromEntries(Object.entries(fields).filter(([name]) => required.includes(name))) : fields
  return fc.record(kept, { requiredKeys: required, noNullPrototype: true })
}

const literalsOf = (rules: readonly { readonly rule: string }[]): readonly string[] =>
  rules.flatMap(({ rule }) => [...rule.matchAll(/'([^']{1,40})'|"([^"]{1,40})"/g)].map(([, a, b]) => a ?? b ?? ''))

/** Rules that look at the object before the change have no equal here. */
const isOfOneObject = ({ rule }: { readonly rule: string }): boolean => !rule.includes('oldSelf')

const found = new Map<string, Node>()
for (const kind of gatewayApiKinds) nodesOf(kind.schema(), kind.kind, found)
const nodes = [...found.values()]

describe('the hand-written rules', () => {
  it('are all of them', () => expect(nodes.length).toBeGreaterThan(20))

  it.each(nodes)('of $name answer as their CEL text', ({ schema, facts }) => {
    const rules = (facts['x-kubernetes-validations'] ?? []).filter(isOfOneObject)
    const texts = [...new Set([...TEXTS, ...literalsOf(rules)])]
    fc.assert(
      fc.property(valuesOf(facts, texts, 0), (value) => {
        const issues = schema.safeParse(value).error?.issues ?? []
        // A value that is wrong by type is not asked; neither does the API server.
        if (issues.some((issue) => issue.code === 'invalid_type' || issue.code === 'invalid_union')) return
        const ours = issues.filter((issue) => issue.code === 'custom' && issue.params?.['by'] === CEL && issue.path.length === 0).map(({ message }) => message)
        for (const { rule, message } of rules) {
          expect([evaluateCel(rule, value) === true, rule], JSON.stringify(value)).toEqual([!ours.some((text) => text === message || text.endsWith(`rule: ${message}`)), rule])
        }
      }),
      { numRuns: 300, seed: 7 },
    )
  })
})
