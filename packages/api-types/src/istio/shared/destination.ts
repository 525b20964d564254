/** Where traffic goes, and the small pieces that routes share. */
import { double, list, map, message, text, uint32, type Field } from './schema/index.ts'

/** A service, or a subset of its workloads. */
export interface Destination {
  /** Name of a service; short names are resolved in the namespace of the resource. */
  readonly host: string
  /** A subset that a DestinationRule defines. */
  readonly subset?: string
  /** Port of the service; needed if it has several. */
  readonly port?: PortSelector
}

/** A port by its number. */
export interface PortSelector {
  /** Number of the port. */
  readonly number?: number
}

/** Percent with fractions, 0 to 100. */
export interface Percent {
  /** Percent, from 0 to 100. */
  readonly value?: number
}

/** Changes of request and response headers. */
export interface HeaderRules {
  readonly request?: HeaderOperations
  readonly response?: HeaderOperations
}

/** Changes of headers; values may hold Envoy's `%...%` variables. */
export interface HeaderOperations {
  /** Overwrites. */
  readonly set?: Readonly<Record<string, string>>
  /** Appends. */
  readonly add?: Readonly<Record<string, string>>
  /** Removes. */
  readonly remove?: readonly string[]
}

/** Schema of {@link PortSelector}. */
export const portSelector = (): Field<PortSelector> => message<PortSelector>({ number: uint32() })

/** Schema of {@link Destination}. */
export const destination = (): Field<Destination> =>
  message<Destination>({ host: text(), port: portSelector(), subset: text() }, { required: ['host'] })

/** Schema of {@link Percent}. */
export const percent = (): Field<Percent> => message<Percent>({ value: double() })

/** Schema of {@link HeaderRules}. */
export const headerRules = (): Field<HeaderRules> => {
  const operations = message<HeaderOperations>({ add: map(text()), remove: list(text()), set: map(text()) })
  return message<HeaderRules>({ request: operations, response: operations })
}
