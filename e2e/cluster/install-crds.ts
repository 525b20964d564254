/** Installs CRDs and waits until the API server serves them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { Crd } from '../../packages/api-types/src/crd/index.ts'
import type { KubeClient, KubeObject } from './client.ts'
import { eventually } from './eventually.ts'

const COLLECTION = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

interface Condition {
  readonly type: string
  readonly status: string
  readonly message?: string
}

/** What became of a CRD. */
export interface InstalledCrd {
  readonly name: string
  /** What the API server said when it refused it. */
  readonly refusal?: string
  /** `type=status` of its conditions, e.g. `Established=True`. */
  readonly conditions: readonly string[]
}

/** The CRDs of manifests/crds, as they are shipped. */
export function readCrds(): readonly Crd[] {
  const folder = join(import.meta.dirname, '../../manifests/crds')
  return readdirSync(folder).filter((file) => file.endsWith('.yaml')).sort().map((file) => parse(readFileSync(join(folder, file), 'utf8')) as Crd)
}

/** Applies CRDs, side by side, and waits until each that was accepted is established and answers to a list in every version it serves. */
export const installCrds = (client: KubeClient, crds: readonly Crd[]): Promise<readonly InstalledCrd[]> => Promise.all(crds.map((crd) => installCrd(client, crd)))

async function installCrd(client: KubeClient, crd: Crd): Promise<InstalledCrd> {
  const { name } = crd.metadata
  const applied = await client.apply(COLLECTION, crd as unknown as KubeObject)
  if (!applied.ok) return { name, refusal: applied.message, conditions: [] }
  // Asking the objects' own path is cheap; a CRD is large, so it is read last.
  for (const version of crd.spec.versions.filter(({ served }) => served)) {
    await eventually(`${name} ${version.name} to be served`, async () => ((await client.get(`/apis/${crd.spec.group}/${version.name}/${crd.spec.names.plural}?limit=1`)).ok ? true : undefined), { everyMs: 200 })
  }
  const conditions = await eventually(`CRD ${name} to be established`, async () => {
    const found = await client.get<{ readonly status?: { readonly conditions?: readonly Condition[] } }>(`${COLLECTION}/${name}`)
    const given = found.ok ? (found.body.status?.conditions ?? []) : []
    return given.some(({ type, status }) => type === 'Established' && status === 'True') ? given : undefined
  }, { everyMs: 200 })
  return { name, conditions: conditions.map(({ type, status }) => `${type}=${status}`) }
}

/** Where objects of a kind live. @param version default: the stored one */
export function collectionOf(crd: Crd, namespace: string, version = storageVersion(crd)): string {
  const { group, names, scope } = crd.spec
  return `/apis/${group}/${version}/${scope === 'Namespaced' ? `namespaces/${namespace}/` : ''}${names.plural}`
}

/** The version that is stored. */
export const storageVersion = (crd: Crd): string => crd.spec.versions.find(({ storage }) => storage)?.name ?? ''
