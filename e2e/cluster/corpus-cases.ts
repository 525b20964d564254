/** Objects out of the shared corpora: valid and invalid ones of our kinds, and the samples. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parse } from 'yaml'
import { istioKinds } from '../../packages/api-types/src/istio/index.ts'
import { spelledOut, type Row } from '../conformance/validation-tables/row.ts'
import type { KubeObject } from './client.ts'
import { filesBelow, objectsIn } from './objects-in.ts'

/** One object and what should become of it. */
export interface CorpusCase {
  readonly id: string
  readonly object: KubeObject
  readonly valid: boolean
  /** A part of what the API server says. */
  readonly error?: string
}

interface CrdCase {
  readonly name: string
  readonly valid: boolean
  readonly file: string
  readonly error?: string
}

/** Cases of validation-crds. @param folder that of the corpora */
export function crdCases(folder: string): readonly CorpusCase[] {
  const dir = join(folder, 'validation-crds')
  const { cases } = JSON.parse(readFileSync(join(dir, 'cases.json'), 'utf8')) as { readonly cases: readonly CrdCase[] }
  return cases.map(({ name, file, valid, error }) => ({ id: name, valid, object: parse(readFileSync(join(dir, file), 'utf8')) as KubeObject, ...(error === undefined ? {} : { error }) }))
}

/** Whole resources of validation-tables. Rows whose spec is the message of another kind try a guard in Go, which no object of the API can express. */
export function tableCases(folder: string): readonly CorpusCase[] {
  const dir = join(folder, 'validation-tables/tables')
  const rows = readdirSync(dir).sort().flatMap((file) => JSON.parse(readFileSync(join(dir, file), 'utf8')) as readonly Row[])
  return rows.flatMap((row): readonly CorpusCase[] => {
    const kind = istioKinds.find((known) => known.kind === row.kind)
    if (!kind || (row.specMessage !== undefined && row.specMessage !== row.kind)) return []
    const version = kind.versions.find(({ storage }) => storage)?.name
    const metadata = { ...row.metadata, name: String(row.metadata?.['name'] ?? 'unnamed') }
    return [{ id: row.id, valid: row.valid, object: { apiVersion: `${kind.group}/${version}`, kind: kind.kind, metadata, spec: spelledOut(row.spec) } }]
  })
}

/** Every object of Istio's or the Gateway API's in the files of samples, by file. */
export function sampleCases(folder: string): readonly CorpusCase[] {
  const dir = join(folder, 'samples')
  return filesBelow(dir).flatMap((file) =>
    objectsIn(file)
      .filter(({ apiVersion }) => /^([^/]*\.istio\.io|gateway\.networking\.k8s\.io)\//.test(apiVersion))
      .map((object, i) => ({ id: `${relative(dir, file)}#${i}`, valid: true, object })),
  )
}
