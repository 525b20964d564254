/** A filter, logger or transport socket: a name and a typed config. */
import type { AnyMessage, Message } from './message.ts'

/** `{name, typedConfig}` as it stands in lists of filters. */
export interface NamedExtension extends Message {
  readonly name: string
  readonly typedConfig: AnyMessage
}

/** Shorthand for `{name, typedConfig}`. */
export const extension = (name: string, typedConfig: AnyMessage): NamedExtension => ({ name, typedConfig })
