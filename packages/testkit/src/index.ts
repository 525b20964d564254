/** How istio-ts proves itself: whole meshes in one process. For tests only. */
export { runScenario, type Scenario, type ScenarioResult } from './scenario/run-scenario.ts'
export { readScenario } from './scenario/read-scenario.ts'
export type { CallResult } from './scenario/make-call.ts'
export type { CallStep, Expectation, Step } from './scenario/steps.ts'
export { startMesh, type Mesh } from './scenario/mesh/start-mesh.ts'
