/** Certificates for the proxies of a scenario, by the real authority. */
import { authority, createCsr, type WorkloadKeyMaterial } from '@istio-ts/ca'
import { newPrivateKey, newRoot, nodeCrypto, signingIdentity } from '@istio-ts/ca/node'
import { formatSpiffeId, type Clock } from '@istio-ts/foundation'

/** Issues a certificate for a workload identity of `cluster.local`. */
export type Issue = (namespace: string, serviceAccount: string) => Promise<WorkloadKeyMaterial>

/** A new root, and how to get certificates from it. */
export async function scenarioAuthority(clock: Clock): Promise<Issue> {
  const root = await newRoot(clock, { organization: 'cluster.local' })
  const ca = authority({ signer: signingIdentity('root key', root.key.privateKeyPem, 'root certificate', root.certificatePem), crypto: nodeCrypto, clock })
  return async (namespace, serviceAccount) => {
    const id = { trustDomain: 'cluster.local', namespace, serviceAccount }
    const key = newPrivateKey()
    const { chainPem, rootsPem } = await ca.signCsr(createCsr({ publicKey: key.publicKey, uri: formatSpiffeId(id), sign: key.sign }), id, 0)
    return { chainPem, rootsPem, privateKeyPem: key.privateKeyPem }
  }
}
