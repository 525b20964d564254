/** The example of the README works as written. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { meshModel } from '@istio-ts/mesh-model'
import { memoryMesh, testIdentity } from '@istio-ts/mesh-model/testing'
import { expect, it } from 'vitest'
import { translate, translationMemo } from './index.ts'

it('prints what the README says', () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')
  const code = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
  const [program = '', printed = ''] = code.replace(/^import .*\n/gm, '').split('\n// ')
  const lines: string[] = []
  new Function('meshModel', 'memoryMesh', 'testIdentity', 'translate', 'translationMemo', 'console', program)(meshModel, memoryMesh, testIdentity, translate, translationMemo, { log: (line: string) => lines.push(line) })
  expect(lines.join('\n')).toBe(printed.trim())
})
