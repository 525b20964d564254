import { readFileSync } from 'node:fs'
import { parse, Service } from '@istio-ts/api-types'
import { describe, expect, it } from 'vitest'
import { meshModel } from './index.ts'
import { memoryMesh, testIdentity } from './testing/index.ts'

describe('the README example', () => {
  it('runs as printed', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    const code = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
    const printed: unknown[] = []
    new Function('memoryMesh', 'meshModel', 'testIdentity', 'parse', 'Service', 'print', code)(memoryMesh, meshModel, testIdentity, parse, Service, (value: unknown) => printed.push(value))
    expect(printed).toEqual([['web.default.svc.cluster.local', 'web.default.svc.cluster.local.', 'web', 'web.default.svc', 'web.default', '10.96.0.1']])
  })
})
