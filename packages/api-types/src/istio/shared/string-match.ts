/** StringMatch: how a text is compared. */
import { message, text, type Field } from './schema/index.ts'

/** Compares a text; one of the three. An empty match is taken as "present". */
export interface StringMatch {
  /** The whole text. */
  readonly exact?: string
  /** The beginning of the text. */
  readonly prefix?: string
  /** RE2 syntax; must match the whole text. */
  readonly regex?: string
}

/** Schema of {@link StringMatch}. */
export const stringMatch = (): Field<StringMatch> =>
  message<StringMatch>({ exact: text(), prefix: text(), regex: text() }, { oneOf: [['exact', 'prefix', 'regex']] })
