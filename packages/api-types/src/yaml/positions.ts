/** The positioned parse: where each value of a document stands. Slower, so made only for documents that need to show a place. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type ScalarTag } from 'yaml'
import type { JsonPath } from '@istio-ts/foundation'
import type { SourceDocument } from '../resource.ts'
import { keyText } from './parse-values.ts'
import { resolveScalar } from './scalar.ts'

const plain: ScalarTag = { tag: 'tag:istio-ts.dev,2025:plain', default: true, test: /^/, resolve: (text) => resolveScalar(text) }
const OPTIONS = { version: '1.1', schema: 'failsafe', customTags: (tags: readonly unknown[]) => [...tags, plain] as ScalarTag[], merge: true, uniqueKeys: false, logLevel: 'silent' } as const

/** A document whose positions are found on first use. `basePath` is the path of the resource inside it (List items). */
export const sourceDocument = (file: string, index: number, text: string, firstLine: number, basePath: JsonPath = []): SourceDocument =>
  sourceOfItems(file, index, text, firstLine)(basePath)

/** The same for each item of a List: however many ask for a place, the document is parsed once. */
export function sourceOfItems(file: string, index: number, text: string, firstLine: number): (basePath: JsonPath) => SourceDocument {
  const parsed = lazy(() => parsePositions(text))
  return (basePath) => ({
    file,
    index,
    locate: (path) => {
      const { root, lineOf } = parsed()
      const { line, col } = lineOf(nearestOffset(root, [...basePath, ...path]))
      return { file, line: line + firstLine, column: col }
    },
  })
}

/** The value as the positioned parser sees it; held equal to the fast parser by a property test. */
export const positionedValue = (text: string): unknown => toValue(parsePositions(text).root, new Map())

interface Positions {
  readonly root: Node | null
  readonly lineOf: (offset: number) => { readonly line: number; readonly col: number }
}

function parsePositions(text: string): Positions {
  const counter = new LineCounter()
  const document = parseDocument(text, { ...OPTIONS, lineCounter: counter })
  return { root: document.contents, lineOf: (offset) => counter.linePos(offset) }
}

function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}

const start = (node: Node | null): number => node?.range?.[0] ?? 0

/** Offset of the key (for fields) or item at the path; of the deepest parent that exists otherwise. */
function nearestOffset(root: Node | null, path: JsonPath): number {
  let node: Node | null = root
  let offset = start(root)
  for (const step of path) {
    if (isMap(node)) {
      const pair: { readonly key: unknown; readonly value: unknown } | undefined = node.items.find((item) => isScalar(item.key) && keyText(item.key.value) === String(step))
      if (!pair || !isScalar(pair.key)) return offset
      offset = start(pair.key)
      node = asNode(pair.value)
    } else if (isSeq(node) && typeof step === 'number') {
      const item: Node | null = asNode(node.items[step])
      if (!item) return offset
      offset = start(item)
      node = item
    } else {
      return offset
    }
  }
  return offset
}

const asNode = (value: unknown): Node | null => (isMap(value) || isSeq(value) || isScalar(value) || isAlias(value) ? value : null)

function toValue(node: Node | null, anchors: Map<string, unknown>): unknown {
  if (node === null) return null
  if (isAlias(node)) return anchors.get(node.source)
  const value = isScalar(node) ? (node.value ?? null) : isSeq(node) ? node.items.map((item) => toValue(asNode(item), anchors)) : isMap(node) ? mapValue(node.items, anchors) : null
  if ('anchor' in node && typeof node.anchor === 'string') anchors.set(node.anchor, value)
  return value
}

function mapValue(items: readonly { readonly key: unknown; readonly value: unknown }[], anchors: Map<string, unknown>): Record<string, unknown> {
  const own = new Map<string, unknown>()
  const merged = new Map<string, unknown>()
  for (const { key, value } of items) {
    const name = isScalar(key) ? (keyText(key.value) ?? 'null') : ''
    const resolved = toValue(asNode(value), anchors)
    if (name !== '<<' || !isScalar(key) || key.type !== 'PLAIN') own.set(name, resolved)
    else for (const source of Array.isArray(resolved) ? resolved : [resolved]) for (const [k, v] of Object.entries(source ?? {})) if (!merged.has(k)) merged.set(k, v)
  }
  const out: Record<string, unknown> = {}
  for (const [name, value] of [...merged, ...own]) Object.defineProperty(out, name, { value, writable: true, enumerable: true, configurable: true })
  return out
}
