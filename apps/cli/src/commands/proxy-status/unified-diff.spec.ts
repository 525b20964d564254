/** A diff leads from one text to the other, and is as short as it can be. */
import { describe, expect, it } from 'vitest'
import { unifiedDiff } from './unified-diff.ts'

const options = { from: 'a', to: 'b', context: 1 }
const diff = (before: string, after: string): string => unifiedDiff([...before], [...after], options)

/** Applies a diff with full context. */
function applied(before: string, after: string): string {
  const lines = unifiedDiff([...before], [...after], { ...options, context: 1000 }).split('\n').slice(3, -1)
  return lines.length === 0 ? before : lines.filter((line) => !line.startsWith('-')).map((line) => line.slice(1)).join('')
}

describe('a unified diff', () => {
  it('is empty for equal texts', () => expect(diff('abc', 'abc')).toBe(''))
  it('shows changes with their surroundings and line numbers', () => {
    expect(diff('abcdef', 'abXdef')).toBe('--- a\n+++ b\n@@ -2,3 +2,3 @@\n b\n-c\n+X\n d\n')
    expect(diff('', 'a')).toBe('--- a\n+++ b\n@@ -0,0 +1 @@\n+a\n')
    expect(diff('a', '')).toBe('--- a\n+++ b\n@@ -1 +0,0 @@\n-a\n')
  })
  it('keeps distant changes apart', () => expect(diff('a12345b', 'x12345y').match(/^@@/gm)).toHaveLength(2))
  it('leads from any text to any other', () => {
    let seed = 1
    const next = (n: number): number => (seed = (seed * 48271) % 2147483647) % n
    const text = (): string => Array.from({ length: next(12) }, () => 'abc'[next(3)]).join('')
    for (let i = 0; i < 2000; i++) {
      const [before, after] = [text(), text()]
      expect(applied(before, after), `${before} -> ${after}`).toBe(after)
    }
  })
  it('finds the shortest way', () => expect(diff('abcabba', 'cbabac').split('\n').filter((line) => /^[-+][a-z]$/.test(line))).toHaveLength(5))
})
