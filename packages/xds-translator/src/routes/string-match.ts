/** Comparisons of text in Envoy's words. */
import type { StringMatch } from '@istio-ts/mesh-model'
import type { Message } from '../wire/message.ts'

/** `StringMatcher`; regular expressions are RE2 and cover the whole text. */
export const stringMatcher = (match: StringMatch): Message =>
  match.kind === 'regex' ? { safeRegex: { regex: match.value } } : { [match.kind]: match.value }
