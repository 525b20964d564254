/** Sets of trust anchors. */
import { allBlocks } from '../der/pem.ts'

/** Joins PEM texts of certificates, leaving out repeats; order of first appearance is kept. */
export function mergeRoots(...pems: readonly string[]): string {
  const seen = new Map<string, string>()
  for (const block of pems.flatMap((pem) => allBlocks(pem, 'CERTIFICATE'))) {
    const key = block.replace(/\s+/g, '')
    if (!seen.has(key)) seen.set(key, block)
  }
  return [...seen.values()].join('')
}

/** Number of certificates in a PEM text. */
export const countCertificates = (pem: string): number => allBlocks(pem, 'CERTIFICATE').length
