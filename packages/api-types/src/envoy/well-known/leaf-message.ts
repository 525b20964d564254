/** What a well-known message with a JSON form of its own is: how it is written and read. */
import type { Reader } from '../wire/reader.ts'
import type { Writer } from '../wire/writer.ts'

/** How one well-known message is written and read. In memory it is its JSON form, except that `BytesValue` holds bytes. */
export interface LeafMessage {
  /** Writes the message's fields. The answer says what is wrong with the value, if something is. */
  readonly write: (writer: Writer, value: unknown) => string | undefined
  /** Reads the message's fields up to `end`. @throws MeshError MESH0195 */
  readonly read: (reader: Reader, end: number) => unknown
  /** JSON-ready form of a value in memory. */
  readonly toJson: (value: unknown) => unknown
  /** Value in memory of a JSON value, or what is wrong with it. */
  readonly fromJson: (json: unknown) => { readonly value: unknown } | { readonly problem: string }
}
