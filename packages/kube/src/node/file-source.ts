/** Watches a folder of YAML on a disk. */
import { readdir } from 'node:fs/promises'
import { MeshError, type Clock } from '@istio-ts/foundation'
import { watchFolder, type FileSource, type FileSourceEvents, type WatchOptions } from '../file-source/watch-folder.ts'
import type { FileStamp } from '../file-source/file-ledger.ts'
import { lookInto, openDisk } from './disk.ts'

/** What to watch, and how. */
export interface FileSourceOptions extends WatchOptions {
  readonly folder: string
}

/** Makes a file source. @throws MeshError MESH0210 from `start` if the folder cannot be read. */
export function fileSource(deps: { readonly clock: Clock }, options: FileSourceOptions, events: FileSourceEvents): FileSource {
  const { folder } = options
  const source = watchFolder({ clock: deps.clock, disk: openDisk(folder) }, { ...options, name: `folder ${folder}` }, events)
  const start = async (): Promise<void> => {
    await readdir(folder).catch((cause: unknown) => {
      throw new MeshError({ code: 'MESH0210', message: `The folder ${folder} cannot be read.`, remedy: 'Check that it exists and that you may read it.', cause })
    })
    await source.start()
  }
  return {
    name: source.name,
    get state() {
      return source.state
    },
    start,
    ready: () => source.ready(),
    refresh: () => source.refresh(),
    drain: async () => {},
    stop: () => source.stop(),
  }
}

/** Lists `*.yaml`, `*.yml` and `*.json`, subfolders included, dot folders, dot files and `node_modules` not; paths are relative with `/`. */
export const listFiles = async (folder: string): Promise<ReadonlyMap<string, FileStamp>> => (await lookInto(folder)).files
