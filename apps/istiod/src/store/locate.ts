/** Resource and path -> file and line; looked up when shown, so that nobody pays for it otherwise. */
import { refOf } from '@istio-ts/api-types'
import { formatJsonPath, parseJsonPath, resourceKey, type Diagnostic, type JsonPath, type Provenance, type ResourceRef, type SourceLocation } from '@istio-ts/foundation'
import type { KindSources } from './kind-sources.ts'

/** Finds places in the files. */
export interface Locator {
  locate(resource: ResourceRef, path: JsonPath): SourceLocation | undefined
  ofProvenance(origin: Provenance): SourceLocation | undefined
  /** Reads the id that travels to proxies, `VirtualService/default/cart#/spec/http/2`; the newest resource of that name is meant. */
  ofId(id: string): { readonly origin: Provenance; readonly source?: SourceLocation } | undefined
  /** The finding with its place, if it has none yet. */
  place(diagnostic: Diagnostic): Diagnostic
}

/** Makes a locator over the store. */
export function locator(resources: KindSources): Locator {
  const locate = (resource: ResourceRef, path: JsonPath): SourceLocation | undefined => resources.find(resourceKey(resource))?.source?.locate(path)
  return {
    locate,
    ofProvenance: ({ resource, path }) => locate(resource, parseJsonPath(path)),
    ofId(id) {
      const [name = '', pointer = ''] = id.split('#')
      const [kind, namespace, ...rest] = name.split('/')
      for (const candidate of resources.all()) {
        if (candidate.kind !== kind || candidate.metadata.namespace !== namespace || candidate.metadata.name !== rest.join('/')) continue
        const steps = pointer.split('/').slice(1).map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~')).map((step) => (/^\d+$/.test(step) ? Number(step) : step))
        const ref = refOf(candidate)
        const source = candidate.source?.locate(steps)
        return { origin: { resource: ref, path: formatJsonPath(steps) }, ...(source ? { source } : {}) }
      }
      return undefined
    },
    place(diagnostic) {
      if (diagnostic.source || !diagnostic.resource) return diagnostic
      const source = locate(diagnostic.resource, parseJsonPath(diagnostic.path ?? ''))
      return source ? { ...diagnostic, source } : diagnostic
    },
  }
}
