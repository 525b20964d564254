/** Fakes and builders for tests that need a mesh. */
export { memoryMesh, type MemoryMesh, type MemoryMeshOptions } from './memory-mesh.ts'
export { printView, type ViewPart } from './print-view.ts'
export { testIdentity } from './test-identity.ts'
