/** TLS settings in the mesh configuration. */
import { apiDiagnostics as found } from '../../diagnostics.ts'
import type { Findings } from '../../validation/findings.ts'
import type { MeshConfigOverlay } from '../mesh-config.ts'

/** Curves BoringSSL knows, by the names of `tlsDefaults.ecdhCurves`. */
const CURVES: ReadonlySet<string> = new Set(['', 'P-224', 'P-256', 'P-521', 'P-384', 'X25519', 'CECPQ2', 'X25519Kyber768Draft00', 'X25519MLKEM768'])

/** Rules for `meshMTLS` and `tlsDefaults`. */
export function checkMeshTls(mesh: MeshConfigOverlay, at: Findings): void {
  if (mesh.meshMTLS?.ecdhCurves) at.at('meshMTLS').at('ecdhCurves').add(found.unsupported('mesh TLS does not support ECDH curves configuration', 'Move them to tlsDefaults.'))
  const curves = mesh.tlsDefaults?.ecdhCurves ?? []
  const unknown = [...new Set(curves.filter((curve) => !CURVES.has(curve)))].sort()
  const repeated = [...new Set(curves.filter((curve, i) => CURVES.has(curve) && curves.indexOf(curve) < i))].sort()
  const place = at.at('tlsDefaults').at('ecdhCurves')
  if (unknown.length > 0) place.add(found.questionable(`detected unrecognized ECDH curves: ${unknown.join(', ')}`))
  if (repeated.length > 0) place.add(found.questionable(`detected duplicate ECDH curves: ${repeated.join(', ')}`))
}
