/** The names each face exports: growth of the public interface is seen in review. `GOLDEN_UPDATE=1` rewrites the golden. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { stringify } from 'yaml'

const FACES = {
  '.': () => import('./index.ts'),
  './catalog': () => import('./catalog.ts'),
  './crd': () => import('./crd/index.ts'),
  './gateway-api': () => import('./gateway-api/index.ts'),
  './kubernetes': () => import('./kubernetes/index.ts'),
  './local': () => import('./local/index.ts'),
  './mesh-config': () => import('./mesh-config/index.ts'),
  './yaml': () => import('./yaml/index.ts'),
  './testing': () => import('./testing/index.ts'),
}

it('exports what the golden says', async () => {
  const names = await Promise.all(Object.entries(FACES).map(async ([face, load]) => [face, Object.keys(await load()).sort()] as const))
  const text = stringify(Object.fromEntries(names))
  const golden = join(import.meta.dirname, 'testdata/exports.yaml')
  if (process.env['GOLDEN_UPDATE'] === '1') writeFileSync(golden, text)
  expect(text).toBe(readFileSync(golden, 'utf8'))
})
