/** The fast parse: one document's text to plain values, without their places. */
import { defineMappingTag, defineScalarTag, defineSequenceTag, load, mergeTag, Schema, YAMLException } from 'js-yaml'
import { countNodes, type LoadLimits } from './limits.ts'
import { parseSimple } from './simple-yaml.ts'
import { resolveScalar } from './scalar.ts'

/** A syntax error at a place of the document, both counted from 0. */
export interface SyntaxProblem {
  readonly line: number
  readonly column: number
  readonly reason: string
}

/** A value, or why there is none. */
export type ParsedValue = { readonly value: unknown } | { readonly problem: SyntaxProblem }

const never = (): boolean => false

const stringTag = defineScalarTag('tag:yaml.org,2002:str', { resolve: (source) => source, identify: never })
const plainTag = defineScalarTag('tag:istio-ts.dev,2025:plain', {
  implicit: true,
  implicitFirstChars: null,
  resolve: (source) => resolveScalar(source),
  identify: never,
})
const typed = (name: string) => defineScalarTag(`tag:yaml.org,2002:${name}`, { resolve: (source) => resolveScalar(source), identify: never })
const customScalar = defineScalarTag('!', { matchByTagPrefix: true, resolve: (source) => resolveScalar(source), identify: never })

const sequenceTag = defineSequenceTag<unknown[]>('tag:yaml.org,2002:seq', {
  create: () => [],
  addItem: (carrier, item) => void carrier.push(item),
  identify: never,
})

/** Objects with every key an own property: `__proto__` in a file is data like any other. */
const mappingTag = defineMappingTag<Record<string, unknown>>('tag:yaml.org,2002:map', {
  create: () => ({}),
  addPair: (carrier, key, value) => {
    const name = keyText(key)
    if (name === undefined) return 'a key must be text, a number or a boolean'
    if (name === '__proto__') Object.defineProperty(carrier, name, { value, writable: true, enumerable: true, configurable: true })
    else carrier[name] = value
    return ''
  },
  has: (carrier, key) => Object.hasOwn(carrier, keyText(key) ?? ''),
  keys: (carrier) => Object.keys(carrier),
  get: (carrier, key) => (Object.hasOwn(carrier, String(key)) ? carrier[String(key)] : undefined),
  identify: never,
})

const SCHEMA = new Schema([mergeTag, stringTag, plainTag, typed('int'), typed('float'), typed('bool'), typed('null'), customScalar, sequenceTag, mappingTag])

/** Keys of JSON are text: numbers and booleans are written as such (`y: x` has the key `true`, as in kubectl). */
export function keyText(key: unknown): string | undefined {
  return typeof key === 'string' ? key : typeof key === 'number' || typeof key === 'boolean' ? String(key) : undefined
}

/** Parses one document. Duplicate keys, depth and alias bombs are problems. */
export function parseValues(text: string, limits: LoadLimits): ParsedValue {
  const value = parseSimple(text, limits)
  return value === undefined ? parseGeneral(text, limits) : { value }
}

/** The same by the general parser alone, eleven times faster than the positioned parse. @internal */
export function parseGeneral(text: string, limits: LoadLimits): ParsedValue {
  try {
    const value = load(text, { schema: SCHEMA, maxDepth: limits.maxDepth, maxAliases: limits.maxAliases })
    return countNodes(value, limits.maxNodes) > limits.maxNodes ? { problem: { line: 0, column: 0, reason: `more than ${limits.maxNodes} values after aliases are expanded` } } : { value }
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    return { problem: { line: error.mark?.line ?? 0, column: error.mark?.column ?? 0, reason: error.reason } }
  }
}
