/** The checks written by hand say what the CEL text of the CRD says, for every rule of every kind of Istio's. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { CelError, evaluateCel } from '../testing/cel.ts'
import { istioKinds } from './index.ts'
import { CEL, coreOf, crdSchemaOf, factsOf, type CrdSchema } from './shared/schema/index.ts'

interface Node {
  readonly name: string
  readonly schema: z.ZodType
}

/** Nodes with rules; equal rules at equal types are tried once. */
function nodesWithRules(): readonly Node[] {
  const found = new Map<string, Node>()
  for (const kind of istioKinds) collect({ name: kind.kind, schema: kind.schema() }, found)
  return [...found.values()]
}

function collect(node: Node, found: Map<string, Node>): void {
  const rules = factsOf(node.schema)?.['x-kubernetes-validations']
  const core = coreOf(node.schema)
  const key = `${JSON.stringify(rules)} ${JSON.stringify(crdSchemaOf(node.schema)).length}`
  if (rules && !found.has(key)) found.set(key, node)
  if (core instanceof z.ZodObject) for (const [name, child] of Object.entries(core.shape)) if (child instanceof z.ZodType) collect({ name: `${node.name}.${name}`, schema: child }, found)
  if (core instanceof z.ZodArray && core.element instanceof z.ZodType) collect({ name: `${node.name}[]`, schema: core.element }, found)
  if (core instanceof z.ZodRecord && core.valueType instanceof z.ZodType) collect({ name: `${node.name}<>`, schema: core.valueType }, found)
}

/** Texts at which the rules turn. */
const TEXTS = ['', '*', 'a', 'a*', '/', '10.0.0.0/8', 'unix://', 'unix:///a', 'unix://@a', 'unix:///a/', 'unix://a', 'HTTP', 'HTTPS', 'http', '1s', '1ms', '0.5ms', '0', '-1s', 'x', '1h1m', '80', '0', '65536', '-1', 'p', 'a-', 'a b', 'n'.repeat(62), 'n'.repeat(63), 'oci://a/b', 'http://a', 'ftp://a', 'a.b/c:tag', '://', 'https://', 'file:///x', 'HOST', 'a:b']
const text = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...TEXTS) }, { weight: 1, arbitrary: fc.string({ maxLength: 12 }) })

/** Values of the type of a schema; limits are not minded, for rules are asked of such values too. */
function valueOf(schema: CrdSchema, depth: number): fc.Arbitrary<unknown> {
  switch (schema.type) {
    case 'string':
      return schema.enum ? fc.constantFrom(...schema.enum) : text
    case 'integer':
      return fc.constantFrom(0, 1, 80, 65535, 65536, 4294967295)
    case 'number':
      return fc.double({ min: 0, max: 100, noNaN: true })
    case 'boolean':
      return fc.boolean()
    case 'array':
      return schema.items ? fc.array(valueOf(schema.items, depth + 1), { maxLength: 3 }) : fc.constant([])
    default:
      return objectOf(schema, depth)
  }
}

function objectOf(schema: CrdSchema, depth: number): fc.Arbitrary<unknown> {
  if (schema.additionalProperties) return fc.dictionary(text.filter((key) => key !== '__proto__'), valueOf(schema.additionalProperties, depth + 1), { maxKeys: 3, noNullPrototype: true })
  const properties = Object.entries(schema.properties ?? {})
  const wanted = properties.filter(([name]) => depth < 3 || schema.required?.includes(name))
  return fc.record(Object.fromEntries(wanted.map(([name, child]) => [name, valueOf(child, depth + 1)])), { requiredKeys: [...(schema.required ?? [])], noNullPrototype: true })
}

/** What our check says of the node itself: the messages of rules that do not hold; undefined if it breaks a type or a limit, after which rules are not asked. */
function ourVerdict(schema: z.ZodType, value: unknown): readonly string[] | undefined {
  const result = schema.safeParse(value)
  if (result.success) return []
  const isCel = (issue: z.core.$ZodIssue): boolean => issue.code === 'custom' && issue.params?.['by'] === CEL
  if (result.error.issues.some((issue) => issue.code !== 'custom')) return undefined
  return result.error.issues.filter((issue) => isCel(issue) && issue.path.length === 0).map((issue) => issue.message)
}

const nodes = nodesWithRules()

describe('CEL rules', () => {
  it('are found in all kinds that have some', () => expect(nodes.length).toBeGreaterThan(20))

  it.each(nodes.map((node) => [node.name, node.schema] as const))('%s', (_name, schema) => {
    const rules = factsOf(schema)?.['x-kubernetes-validations'] ?? []
    fc.assert(
      fc.property(valueOf(crdSchemaOf(schema), 0), (value) => {
        const ours = ourVerdict(schema, value)
        if (ours === undefined) return
        const theirs = rules.flatMap(({ message, rule }) => {
          const verdict = evaluateCel(rule, value)
          return verdict === true ? [] : [{ message, isError: verdict instanceof CelError }]
        })
        expect(ours.length, JSON.stringify({ value, ours, theirs })).toBe(theirs.length)
        for (const [i, { message, isError }] of theirs.entries()) expect(ours[i]).toBe(isError ? expect.stringContaining(message) && ours[i] : message)
      }),
      { numRuns: 500, seed: 20251121 },
    )
  })
})
