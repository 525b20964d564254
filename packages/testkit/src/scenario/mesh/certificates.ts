/** Certificates of a scenario, by the real authority: those of workloads, and those that the world outside knows by DNS names. */
import { authority, createCsr, type Authority, type IssuedCertificate, type WorkloadKeyMaterial } from '@istio-ts/ca'
import { newPrivateKey, newRoot, nodeCrypto, signingIdentity } from '@istio-ts/ca/node'
import { formatSpiffeId, type Clock } from '@istio-ts/foundation'

/** A workload's certificate and when to renew it. */
export type WorkloadCertificate = WorkloadKeyMaterial & Pick<IssuedCertificate, 'notBefore' | 'notAfter'>

/** Issues a certificate for a workload identity of `cluster.local`, by a request that proves the key. */
export type Issue = (namespace: string, serviceAccount: string) => Promise<WorkloadCertificate>

/** A new root, and how to get certificates from it. */
export async function scenarioAuthority(clock: Clock): Promise<Issue> {
  const ca = await newAuthority(clock, 'cluster.local')
  return async (namespace, serviceAccount) => {
    const id = { trustDomain: 'cluster.local', namespace, serviceAccount }
    const key = newPrivateKey()
    const { chainPem, rootsPem, notBefore, notAfter } = await ca.signCsr(createCsr({ publicKey: key.publicKey, uri: formatSpiffeId(id), sign: key.sign }), id, 0)
    return { chainPem, rootsPem, privateKeyPem: key.privateKeyPem, notBefore, notAfter }
  }
}

/** Certificates for DNS names, made when they are asked for; each name has one. */
export interface WorldCertificates {
  of(name: string): Promise<WorkloadKeyMaterial>
  /**
   * A text of YAML with its certificates in place: `certificate of shop.example.com`, `key of shop.example.com` and `root of the world`
   * stand where PEM belongs, so that no key lies in a folder.
   */
  fill(text: string): Promise<string>
}

/** Makes the authority that the world outside of the mesh trusts. It is only made if somebody asks. */
export function worldCertificates(clock: Clock): WorldCertificates {
  const held: { ca?: Promise<Authority> } = {}
  const made = new Map<string, Promise<WorkloadKeyMaterial>>()
  const make = async (name: string): Promise<WorkloadKeyMaterial> => {
    const ca = await (held.ca ??= newAuthority(clock, 'the world'))
    const key = newPrivateKey()
    const { chainPem, rootsPem } = await ca.issueServing(key.publicKey, [{ dns: name }])
    return { chainPem, rootsPem, privateKeyPem: key.privateKeyPem }
  }
  const of = (name: string): Promise<WorkloadKeyMaterial> => {
    const known = made.get(name) ?? make(name)
    made.set(name, known)
    return known
  }
  return {
    of,
    async fill(text) {
      const parts = await Promise.all(text.split(/((?:certificate|key) of [\w.*-]+|root of the world)/).map(async (part, i) => {
        if (i % 2 === 0) return part
        const [kind, , name = ''] = part.split(' ')
        const { chainPem, privateKeyPem, rootsPem } = await of(kind === 'root' ? 'world.example.com' : name)
        // A JSON text is a YAML text on one line, so that findings keep their lines.
        return JSON.stringify(kind === 'root' ? rootsPem : kind === 'key' ? privateKeyPem : chainPem)
      }))
      return parts.join('')
    },
  }
}

async function newAuthority(clock: Clock, organization: string): Promise<Authority> {
  const root = await newRoot(clock, { organization })
  return authority({ signer: signingIdentity('root key', root.key.privateKeyPem, 'root certificate', root.certificatePem), crypto: nodeCrypto, clock })
}
