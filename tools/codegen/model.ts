/** The words in which messages are described between the tools: what protos hold, what Go's descriptors hold, what is generated. */

/** One field, as the wire and proto JSON see it. */
export interface FieldFact {
  readonly name: string
  readonly number: number
  /** Protobuf's own word: `string`, `uint32`, `message`, `enum`, ... For a map: the type of its values. */
  readonly type: string
  /** Full name of the message or enum. */
  readonly ref?: string
  readonly label: 'singular' | 'repeated' | 'map'
  readonly oneof?: string
  /** `optional` in proto3: a scalar with presence. */
  readonly optional?: boolean
  readonly json: string
  readonly mapKey?: string
  readonly unpacked?: boolean
  readonly deprecated?: boolean
}

/** One message; nested messages are entries of their own, `Outer.Inner`. */
export interface MessageFact {
  readonly name: string
  readonly fields: readonly FieldFact[]
}

/** One enum with its values in the order written. */
export interface EnumFact {
  readonly name: string
  readonly values: readonly { readonly name: string; readonly number: number }[]
}

/** One gRPC method. */
export interface MethodFact {
  readonly name: string
  readonly input: string
  readonly output: string
  readonly clientStream?: boolean
  readonly serverStream?: boolean
}

/** One gRPC service. */
export interface ServiceFact {
  readonly name: string
  readonly methods: readonly MethodFact[]
}

/** One .proto file. */
export interface FileFact {
  readonly package: string
  readonly messages?: readonly MessageFact[]
  readonly enums?: readonly EnumFact[]
  readonly services?: readonly ServiceFact[]
}

/** Everything a set of .proto files says. */
export interface Facts {
  readonly files: Readonly<Record<string, FileFact>>
}

/** The JSON name of a field by proto3's rule: each `_x` becomes `X`. protobufjs' own camel case differs before digits. */
export const jsonName = (name: string): string => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())

/** Plain code-unit order: the same on every machine. */
export const byText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)
