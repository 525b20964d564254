/** Header fields as pairs of strings: locally made heads, and what HPACK decodes to. */
import type { HeaderFields } from '../codec.ts'
import { fieldValue, isFieldName, separatorOf } from './field-text.ts'

/** Names and values alternate; the order is the wire's. */
export class PlainFields implements HeaderFields {
  /** @internal read by the codecs. */
  readonly pairs: string[]
  /** Names that a hop marked as never to be compressed (RFC 7541 6.2.3). @internal */
  sensitive: readonly string[] | undefined

  constructor(pairs: string[] = []) {
    this.pairs = pairs
  }

  get(name: string): string | undefined {
    const { pairs } = this
    let found: string | undefined
    for (let i = 0; i < pairs.length; i += 2) {
      if (pairs[i] !== name) continue
      const value = pairs[i + 1] ?? ''
      found = found === undefined ? value : found + separatorOf(name) + value
    }
    return found
  }

  has(name: string): boolean {
    const { pairs } = this
    for (let i = 0; i < pairs.length; i += 2) if (pairs[i] === name) return true
    return false
  }

  hasPrefix(prefix: string): boolean {
    const { pairs } = this
    for (let i = 0; i < pairs.length; i += 2) if (pairs[i]?.startsWith(prefix) === true) return true
    return false
  }

  set(name: string, value: string): void {
    const { pairs } = this
    for (let i = 0; i < pairs.length; i += 2) {
      if (pairs[i] !== name) continue
      pairs[i + 1] = fieldValue(value)
      return this.removeFrom(name, i + 2)
    }
    this.append(name, value)
  }

  append(name: string, value: string): void {
    if (isFieldName(name)) this.pairs.push(name, fieldValue(value))
  }

  remove(name: string): void {
    this.removeFrom(name, 0)
  }

  private removeFrom(name: string, from: number): void {
    const { pairs } = this
    let to = from
    for (let i = from; i < pairs.length; i += 2) {
      if (pairs[i] === name) continue
      pairs[to] = pairs[i] ?? ''
      pairs[to + 1] = pairs[i + 1] ?? ''
      to += 2
    }
    pairs.length = to
  }

  forEach(visit: (name: string, value: string) => void): void {
    const { pairs } = this
    for (let i = 0; i < pairs.length; i += 2) visit(pairs[i] ?? '', pairs[i + 1] ?? '')
  }
}

/** Fields of a locally made message or trailer section; invalid names are left out, values made safe. */
export function plainFields(fields: Iterable<readonly [name: string, value: string]> = []): PlainFields {
  const made = new PlainFields()
  for (const [name, value] of fields) made.append(name.toLowerCase(), value)
  return made
}
