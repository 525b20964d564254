/** The state folder to read: which meshes are up, their proxies and ports. A face of its own, so that a quick command loads no more than this. */
export { readLedger, readView, type SupervisorView, type ViewWorkload } from './mesh-files.ts'
export { knownMeshes, type MeshFile, type StateHome } from './state-folder.ts'
