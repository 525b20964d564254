/** Every kind Istio and its users write: type, defaults, validation and CRD facts from one schema each. Browser-safe. */
export { kindKey, type Kind, type KindVersion, type PrinterColumn, type ResourceOf, type SpecOf, type ValidationContext } from './kind.ts'
export { parseApiVersion, refOf, type ObjectMeta, type Resource, type SourceDocument } from './resource.ts'
export type { LoopbackPlan } from './loopback-plan.ts'
export { catalog, kindOf } from './catalog.ts'
export * from './kubernetes/index.ts'
export * from './local/index.ts'
