/** The mesh model in Envoy's words: listeners, routes, clusters, endpoints and secrets. */
export { translate, type Translation } from './translate.ts'
export { translationMemo, type MemoTable, type TranslationMemo } from './memo.ts'
export type { XdsBundle, XdsPart, XdsResource } from './resource.ts'
export { configPath } from './names/config-path.ts'
export { RESOURCE_TYPES, type ResourceType } from './wire/encode.ts'
export type { AnyMessage, Message } from './wire/message.ts'
