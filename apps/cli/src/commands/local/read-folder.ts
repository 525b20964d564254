/** Reads a folder of YAML once, as the watcher would. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DEFAULT_CLUSTER, type Diagnostic } from '@istio-ts/foundation'
import type { Resource } from '@istio-ts/api-types'
import { parseObject } from '@istio-ts/api-types/yaml'
import { applyFiles, emptyFolder, type FileContent } from '@istio-ts/kube'
import { listFiles } from '@istio-ts/kube/node'
import { namesLocalMesh } from '../../mesh/running-mesh.ts'

/** What a folder holds. */
export interface FolderReading {
  readonly resources: readonly Resource[]
  readonly diagnostics: readonly Diagnostic[]
  /** True if some file names the kind, readable or not. */
  readonly mentionsLocalMesh: boolean
}

/** Reads all files of a folder. Nothing is thrown: what cannot be read is a finding. */
export async function readFolder(folder: string): Promise<FolderReading> {
  const contents = new Map<string, FileContent>()
  for (const file of (await listFiles(folder)).keys()) {
    contents.set(file, await readFile(join(folder, file), 'utf8').then((text): FileContent => ({ kind: 'text', text }), (error: unknown): FileContent => ({ kind: 'unreadable', reason: error instanceof Error ? error.message : String(error) })))
  }
  const { state } = applyFiles(emptyFolder, contents, { cluster: DEFAULT_CLUSTER, parse: parseObject })
  return {
    resources: [...state.resources.values()],
    diagnostics: state.diagnostics,
    mentionsLocalMesh: [...contents.values()].some((content) => content.kind === 'text' && namesLocalMesh(content.text)),
  }
}

/** Changes whenever a file of the folder comes, goes or is written. */
export async function folderStamp(folder: string): Promise<string> {
  return JSON.stringify([...(await listFiles(folder))])
}
