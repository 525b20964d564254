import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createGraph } from './index.ts'

describe('the README example', () => {
  it('runs as printed', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    const code = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
    const seen: unknown[] = []
    new Function('createGraph', 'seen', code.replaceAll(/<\{.*?\}>/g, ''))(createGraph, seen)
    expect(seen).toEqual([['10.0.0.1']])
  })
})
