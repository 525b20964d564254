/** Which extensions the client has. An upstream Envoy lacks Istio's own and would reject a listener that names them. */
import type { AnnouncedExtensions } from '@istio-ts/mesh-model'
import { innerType } from './wire/message.ts'
import type { NamedExtension } from './wire/named-extension.ts'

/** Answers whether a client can decode and run an extension. */
export interface Extensions {
  /** Looked up by (category, type of the config, inside a TypedStruct too); filter names are never compared. */
  has(category: string, extension: NamedExtension): boolean
}

/** Clients that announce nothing have everything (golden data, our own proxy). */
export const extensionsOf = (announced: AnnouncedExtensions): Extensions => ({
  has: (category, extension) => announced === 'all' || announced.has(`${category}/${innerType(extension.typedConfig)}`),
})
