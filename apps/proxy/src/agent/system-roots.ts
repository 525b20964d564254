/** What this machine trusts. */
import { existsSync, readFileSync } from 'node:fs'
import { rootCertificates } from 'node:tls'

/** Where systems keep it: Debian, Red Hat, SUSE, Alpine and macOS, in the order in which Go and Istio's agent look. */
const PLACES = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/ca-bundle.pem', '/etc/pki/tls/cacert.pem', '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem', '/etc/ssl/cert.pem']

/** The roots in PEM; those of Node where the system has none. */
export function systemRoots(places: readonly string[] = PLACES): Uint8Array {
  const place = places.find((path) => existsSync(path))
  return place === undefined ? Buffer.from(rootCertificates.join('\n')) : readFileSync(place)
}
