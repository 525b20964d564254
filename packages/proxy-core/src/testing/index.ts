/** Fakes for tests of what stands on proxy-core. */
export { memoryEngine, type MemoryEngine, type MemoryEngineOptions } from './memory-engine.ts'
export { memoryPair, MemoryStream, type MemoryPairOptions } from './memory-stream.ts'
