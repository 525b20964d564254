/** `kubectl explain` as people use it to read a CRD. */
import { execFileSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import type { OpenApiSchema } from './client.ts'
import type { TestCluster } from './cluster.ts'
import { findClusterPrograms } from './programs.ts'
import type { PublishedField } from './published-schema.ts'

/** What `kubectl explain` says of one field or kind. */
export interface Explanation {
  /** The type behind the name of the field, e.g. `[]Object`; absent for a kind. */
  readonly type?: string
  /** The description, its lines joined. */
  readonly description: string
  /** The fields below, with their types. */
  readonly fields: Readonly<Record<string, string>>
  /** The whole answer. */
  readonly text: string
}

/** Asks kubectl of the version of the API server. @param path e.g. `virtualservices.spec.http.route`. @throws Error if kubectl knows no such field */
export function explain({ kubeconfig }: TestCluster, path: string, apiVersion: string): Explanation {
  const { programs, missing } = findClusterPrograms()
  if (programs === undefined) throw new Error(`no kubectl explain without ${missing}`)
  // What kubectl keeps of a server's discovery goes with the cluster.
  const args = ['explain', path, `--api-version=${apiVersion}`, `--kubeconfig=${kubeconfig}`, `--cache-dir=${join(dirname(kubeconfig), 'kubectl')}`]
  return readExplanation(execFileSync(programs.kubectl, args, { encoding: 'utf8', timeout: 30_000, stdio: ['ignore', 'pipe', 'pipe'] }))
}

function readExplanation(text: string): Explanation {
  const type = /^FIELD: \S+ <(\S+)>/m.exec(text)?.[1]
  const description = /^DESCRIPTION:\n([\s\S]*?)(?=^FIELDS:|(?![\s\S]))/m.exec(text)?.[1] ?? ''
  const fields = [...text.slice(text.search(/^FIELDS:/m)).matchAll(/^ {2}(\S+)\t<(\S+)>/gm)].map(([, name = '', of = '']): [string, string] => [name, of])
  return { ...(type === undefined ? {} : { type }), description: joined(description), fields: Object.fromEntries(fields), text }
}

/** A text on one line: kubectl breaks lines at 80 characters. */
export const joined = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()

/** How kubectl writes the type of a schema. */
export function typeOf(schema: OpenApiSchema): string {
  if (schema.type === 'array') return `[]${schema.items ? typeOf(schema.items) : 'Object'}`
  if (schema.type === 'object') return typeof schema.additionalProperties === 'object' ? `map[string]${typeOf(schema.additionalProperties)}` : 'Object'
  return schema.type ?? 'Object'
}

/** The path of a published field as kubectl takes it: elements of lists and maps need no step. */
export const explainedPath = (resource: string, { path }: PublishedField): string => `${resource}.${path.replaceAll(/\[\]|\.\*/g, '')}`

/** The field furthest from the root; of several the first. */
export const deepest = (fields: readonly PublishedField[]): PublishedField | undefined =>
  fields.reduce<PublishedField | undefined>((best, field) => (best && best.path.split('.').length >= field.path.split('.').length ? best : field), undefined)
