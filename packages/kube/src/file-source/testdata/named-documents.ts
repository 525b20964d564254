/** Documents that are a name and a specification, for a folder that needs no kinds. */
import type { FolderOptions, FolderState } from '../folder-state.ts'

/** Reads such documents. */
export const options: FolderOptions = {
  cluster: 'Kubernetes',
  parse: (object, source, cluster) => ({
    resource: { cluster, apiVersion: 'v1', kind: 'K', metadata: { name: String(object['name']), namespace: '' }, spec: object['spec'], source }, diagnostics: [],
  }),
}

/** Writes one. */
export const yaml = (name: string, spec: number): string => `name: ${name}\nspec: ${spec}\n`

/** What is in force, by name. */
export const specsOf = ({ resources }: FolderState): Record<string, unknown> => Object.fromEntries([...resources.values()].map(({ metadata, spec }) => [metadata.name, spec]))
