/** CRDs: their facts are Istio's and the Gateway API's, and what is generated from them is fresh. */
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { catalog } from '../catalog.ts'
import { corpora } from '../testdata/documents.ts'
import { crdFactsOf, crdOf, knownCrdKinds, ownCrdKinds } from './index.ts'

const packageRoot = join(import.meta.dirname, '../..')
const root = join(packageRoot, '../..')
const corpus = join(corpora, 'crd-facts')

const cases = existsSync(corpus)
  ? ['istio', 'gateway-api'].flatMap((folder) => readdirSync(join(corpus, folder)).map((file) => ({ name: file.replace('.json', ''), file: join(corpus, folder, file) })))
  : []

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe('facts', () => {
  it('have a corpus to be compared with', () => {
    if (cases.length === 0) console.info(`crd-facts: ${corpus} is not there, nothing compared`)
    if (process.env['MESH_REQUIRE_ALL'] === '1') expect(cases.length).toBeGreaterThan(0)
  })

  it.each(cases)('of $name are those of its origin', ({ name, file }) => {
    const kind = knownCrdKinds.find(({ plural, group }) => `${plural}.${group}` === name)
    if (!kind) throw new Error(`no kind ${name}`)
    expect(plain(crdFactsOf(crdOf(kind)))).toEqual(JSON.parse(readFileSync(file, 'utf8')))
  })
})

describe('generated files', () => {
  it('are fresh', { timeout: 60_000 }, async () => {
    const check = promisify(execFile)(process.execPath, ['--conditions=@istio-ts/source', '--disable-warning=ExperimentalWarning', 'tools/crds.ts', '--check'], { cwd: packageRoot })
    await expect(check).resolves.toMatchObject({ stderr: '' })
  })

  it('hold one CRD per kind of Istio, each readable and described', () => {
    const files = readdirSync(join(root, 'manifests/crds'))
    expect(files.sort()).toEqual(ownCrdKinds.map(({ plural, group }) => `${plural}.${group}.yaml`).sort())
    for (const file of files) {
      const crd = parse(readFileSync(join(root, 'manifests/crds', file), 'utf8')) as ReturnType<typeof crdOf> & { spec: { versions: { schema: { openAPIV3Schema: { description: string } } }[] } }
      expect(crd.spec.versions[0]?.schema.openAPIV3Schema.description, file).toContain(crd.spec.names.kind)
    }
  })

  it('hold one editor schema per kind of ours', () => {
    for (const kind of catalog.filter(({ owner }) => owner !== 'kubernetes')) {
      const file = join(packageRoot, 'schemas', kind.group, `${kind.kind.toLowerCase()}.json`)
      const schema = JSON.parse(readFileSync(file, 'utf8')) as { properties: { kind: unknown; spec: object } }
      expect(schema.properties.kind).toEqual({ const: kind.kind })
    }
  })
})

describe('every kind', () => {
  it.each(catalog.map((kind) => ({ kind, name: `${kind.group}/${kind.kind}` })))('$name stores exactly one of its versions', ({ kind }) => {
    expect(kind.versions.filter(({ storage }) => storage)).toHaveLength(1)
    expect(kind.versions.every(({ served }) => served)).toBe(true)
  })

  it('has its own name in the catalogue', () => {
    const names = catalog.map(({ group, kind }) => `${group}/${kind}`)
    expect(new Set(names).size).toBe(names.length)
  })
})
