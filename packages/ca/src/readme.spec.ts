/** The example of the README, run. */
import { expect, it } from 'vitest'
import { createCsr, parseCsr } from './index.ts'
import { newPrivateKey } from './node/index.ts'

it('asks for a name, which is reported and never granted', () => {
  const key = newPrivateKey()
  const pem = createCsr({ publicKey: key.publicKey, uri: 'spiffe://cluster.local/ns/default/sa/cart', sign: key.sign })
  expect(parseCsr(pem).askedUris).toEqual(['spiffe://cluster.local/ns/default/sa/cart'])
})
