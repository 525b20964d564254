/** Watching folders, with node:fs. */
export { fileSource, type FileSource, type FileSourceEvents, type FileSourceOptions } from './file-source.ts'
export { listFiles, type FileStamp } from './list-files.ts'
