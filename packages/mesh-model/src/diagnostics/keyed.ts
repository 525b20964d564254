/** How findings are told apart. */
import type { Diagnostic } from '@istio-ts/foundation'

/** Entries of a collection of findings: keyed by resource, path and code. */
export const keyed = (findings: readonly Diagnostic[]): readonly (readonly [string, Diagnostic])[] =>
  findings.map((one) => [`${one.resource?.kind ?? ''}/${one.resource?.namespace ?? ''}/${one.resource?.name ?? ''}/${one.path ?? ''}/${one.code}`, one] as const)
