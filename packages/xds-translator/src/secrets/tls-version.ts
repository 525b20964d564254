/** TLS protocol versions: Istio writes `TLSV1_2`, Envoy `TLSv1_2`. */
import type { Message } from '../wire/message.ts'

/** Envoy's name of a version; undefined for `TLS_AUTO` and absent. */
export const tlsVersion = (version: string | undefined): string | undefined =>
  version === undefined || version === 'TLS_AUTO' ? undefined : version.replace('TLSV', 'TLSv')

/** `{tlsMinimumProtocolVersion}`, or nothing when the default holds. */
export function minimumVersion(version: string | undefined): Message {
  const name = tlsVersion(version)
  return name === undefined ? {} : { tlsMinimumProtocolVersion: name }
}
