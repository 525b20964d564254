/** The kinds of `extensions.istio.io`. */
export * from './traffic-extension/index.ts'
export * from './wasm-plugin/index.ts'
export type { TrafficSelector, WasmEnv, WasmModule, WasmVmConfig } from './wasm.ts'
