/** What the API server and our validator say of an object. */
import { isDeepStrictEqual } from 'node:util'
import { formatDiagnostic } from '@istio-ts/foundation'
import { kindOf } from '../../packages/api-types/src/catalog.ts'
import type { Crd } from '../../packages/api-types/src/crd/index.ts'
import { safeParse } from '../../packages/api-types/src/parse.ts'
import { parseApiVersion } from '../../packages/api-types/src/resource.ts'
import type { KubeClient, KubeObject } from './client.ts'
import { collectionOf } from './install-crds.ts'

/** Texts of a refusal; undefined where the object is taken. */
export interface Verdict {
  readonly apiServer: string | undefined
  readonly validator: string | undefined
}

/** The kinds' CRDs by kind and group. */
export type CrdIndex = (object: KubeObject) => Crd

/** Finds CRDs by the group and kind of an object. */
export function crdIndex(crds: readonly Crd[]): CrdIndex {
  const byKey = new Map(crds.map((crd) => [`${crd.spec.group}/${crd.spec.names.kind}`, crd]))
  return ({ apiVersion, kind }) => {
    const crd = byKey.get(`${parseApiVersion(apiVersion).group}/${kind}`)
    if (!crd) throw new Error(`no CRD of ${apiVersion} ${kind}`)
    return crd
  }
}

/** The object under a name of its own, so that cases do not meet; labels and annotations stay. */
export const renamed = (object: KubeObject, name: string, namespace: string): KubeObject => {
  const { labels, annotations } = object.metadata
  const metadata = { name, namespace, ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }) }
  return { ...object, metadata }
}

/** Where an object is written. */
export const placeOf = (crdOf: CrdIndex, object: KubeObject): string => collectionOf(crdOf(object), object.metadata.namespace ?? 'default', parseApiVersion(object.apiVersion).version)

/** Our validator's errors. */
export function validatorRefusal(object: KubeObject): string | undefined {
  const kind = kindOf(parseApiVersion(object.apiVersion).group, object.kind)
  if (!kind) return `no kind ${object.apiVersion} ${object.kind}`
  const errors = safeParse(kind, object).diagnostics.filter(({ severity }) => severity === 'error')
  return errors.length === 0 ? undefined : errors.map(formatDiagnostic).join(' | ')
}

/** Both; the API server is asked without storing anything. @param stand the object as the API server sees it, the same but for its name */
export async function verdictOf(client: KubeClient, crdOf: CrdIndex, object: KubeObject, stand: KubeObject): Promise<Verdict> {
  const answer = await client.create(placeOf(crdOf, stand), stand, { dryRun: true })
  return { apiServer: answer.ok ? undefined : answer.message, validator: validatorRefusal(object) }
}

/** Stores an object by server-side apply, reads it back, removes it. @returns what went wrong */
export async function storedUnchanged(client: KubeClient, crdOf: CrdIndex, object: KubeObject): Promise<string | undefined> {
  const collection = placeOf(crdOf, object)
  const applied = await client.apply(collection, object)
  if (!applied.ok) return `refused: ${applied.message}`
  const path = `${collection}/${object.metadata.name}`
  const found = await client.get(path)
  const removed = await client.delete(path)
  if (!found.ok || !removed.ok) return `lost: ${JSON.stringify([found, removed])}`
  const written = essence(object)
  const read = essence(found.body)
  return isDeepStrictEqual(read, written) ? undefined : `changed: ${JSON.stringify(written)} became ${JSON.stringify(read)}`
}

/** An object without what the server sets itself; an absent spec and absent labels count as absent. */
function essence({ metadata, ...rest }: KubeObject): unknown {
  const { name, namespace, labels, annotations } = metadata
  return JSON.parse(JSON.stringify({ ...rest, metadata: { name, namespace, labels, annotations } }))
}

/** Runs cases a few at a time: the API server has two cores here. */
export async function inParallel<T, R>(items: readonly T[], work: (item: T, index: number) => Promise<R>, width = 8): Promise<readonly R[]> {
  const results: R[] = []
  const queue = items.entries()
  await Promise.all(Array.from({ length: width }, async () => { for (const [i, item] of queue) results[i] = await work(item, i) }))
  return results
}
