/** Inline data sources as text. */
import type { DataSource } from '../config/wire.ts'

/** Text of an inline source; '' for other sources. */
export function inlineText(source: DataSource | undefined): string {
  if (source?.inlineString !== undefined) return source.inlineString
  return source?.inlineBytes ? new TextDecoder().decode(source.inlineBytes) : ''
}
