/** Golden folders of the networking kinds: `<kind>/testdata/<slug>/in.yaml` is one object, `diagnostics.yaml` all that is found in it, `out.yaml` (optional) its spec with defaults. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Diagnostic } from '@istio-ts/foundation'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { kindOf } from '../../catalog.ts'
import { safeParse } from '../../parse.ts'

const cases = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(import.meta.dirname, entry.name, 'testdata')))
  .flatMap(({ name }) => readdirSync(join(import.meta.dirname, name, 'testdata')).map((slug) => ({ kind: name, slug })))

const shown = ({ severity, code, path, message, remedy }: Diagnostic) => ({ severity, code, path: path ?? '', message, remedy })

describe('networking kinds', () => {
  it('have golden folders each', () => expect(new Set(cases.map(({ kind }) => kind)).size).toBe(9))

  it.each(cases)('$kind: $slug', ({ kind, slug }) => {
    const folder = join(import.meta.dirname, kind, 'testdata', slug)
    const text = readFileSync(join(folder, 'in.yaml'), 'utf8')
    expect(text, 'the first line says why the case exists').toMatch(/^# \S/)
    const object = parse(text) as { readonly kind: string }
    const found = kindOf('networking.istio.io', object.kind)
    if (!found) throw new Error(`no kind ${object.kind}`)
    const { resource, diagnostics } = safeParse(found, object)
    expect(resource === undefined).toBe(diagnostics.some((diagnostic) => diagnostic.severity === 'error'))
    compare(join(folder, 'diagnostics.yaml'), diagnostics.map(shown))
    if (existsSync(join(folder, 'out.yaml'))) compare(join(folder, 'out.yaml'), resource?.spec)
  })
})

/** Writes the golden file when asked to (`GOLDEN_UPDATE=1`; read the diff first), then compares. */
function compare(file: string, value: unknown): void {
  const text = stringify(value, { lineWidth: 0 })
  if (process.env['GOLDEN_UPDATE'] === '1') writeFileSync(file, text)
  expect(text).toBe(readFileSync(file, 'utf8'))
}
