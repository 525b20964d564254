/** Golden folders: `<kind>/testdata/<slug>/in.yaml` is one object, `diagnostics.yaml` all that is found in it, `out.yaml` (optional) its spec with defaults. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import type { Diagnostic } from '@istio-ts/foundation'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { kindOf } from './catalog.ts'
import type { ConfigMapSpec } from './kubernetes/index.ts'
import { readMeshConfig, readMeshNetworks } from './mesh-config/index.ts'
import { safeParse } from './parse.ts'
import { parseApiVersion, type Resource } from './resource.ts'

/** The networking kinds have a spec of their own. */
const ROOTS = ['istio/security', 'istio/telemetry', 'istio/extensions', 'istio/install', 'gateway-api', 'kubernetes', 'local', 'mesh-config']

const cases = ROOTS.flatMap((root) => readdirSync(join(import.meta.dirname, root), { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile() && entry.name === 'in.yaml')
  .map((entry) => ({ of: relative(import.meta.dirname, dirname(dirname(entry.parentPath))), slug: basename(entry.parentPath), folder: entry.parentPath }))

const shown = ({ severity, code, path, message, remedy }: Diagnostic) => ({ severity, code, path: path ?? '', message, remedy })

/** Writes the golden file when asked to (`GOLDEN_UPDATE=1`; read the diff first), then compares. */
function compare(file: string, value: unknown): void {
  const text = stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })
  if (process.env['GOLDEN_UPDATE'] === '1') writeFileSync(file, text)
  expect(text).toBe(readFileSync(file, 'utf8'))
}

describe('objects as users write them', () => {
  it.each(cases)('$of: $slug', ({ folder }) => {
    const text = readFileSync(join(folder, 'in.yaml'), 'utf8')
    expect(text, 'the first line says why the case exists').toMatch(/^# \S/)
    const object = parse(text) as { readonly apiVersion: string; readonly kind: string; readonly metadata: { readonly name: string } }
    const kind = kindOf(parseApiVersion(object.apiVersion).group, object.kind)
    if (!kind) throw new Error(`no kind ${object.apiVersion} ${object.kind}`)
    const { resource, diagnostics } = safeParse(kind, object)
    const settings = resource && object.kind === 'ConfigMap' ? meshSettings(resource as Resource<ConfigMapSpec>) : undefined
    compare(join(folder, 'diagnostics.yaml'), [...diagnostics, ...(settings?.diagnostics ?? [])].map(shown))
    if (existsSync(join(folder, 'out.yaml'))) compare(join(folder, 'out.yaml'), settings ? settings.value : resource?.spec)
  })
})

function meshSettings(configMap: Resource<ConfigMapSpec>) {
  const mesh = readMeshConfig(configMap)
  const networks = readMeshNetworks(configMap)
  return { value: { ...(mesh.value ? { mesh: mesh.value } : {}), ...(networks.value ? { networks: networks.value } : {}) }, diagnostics: [...mesh.diagnostics, ...networks.diagnostics] }
}
