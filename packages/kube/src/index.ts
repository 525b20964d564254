/** Kubernetes-shaped resources from anywhere. The pure half; watching is in `./node`. */
export { applyFiles, emptyFolder, type FileContent, type FolderChange, type FolderOptions, type FolderState } from './file-source/folder-state.ts'
