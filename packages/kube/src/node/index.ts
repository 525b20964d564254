/** Watching folders, with node:fs. */
export { fileSource, listFiles, type FileSourceOptions } from './file-source.ts'
export type { FileSource, FileSourceEvents } from '../file-source/watch-folder.ts'
export type { FileStamp } from '../file-source/file-ledger.ts'
