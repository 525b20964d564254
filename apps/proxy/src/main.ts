/** `istio-ts-proxy --config FILE`: a sidecar or gateway; ends on SIGTERM or SIGINT after draining. `istio-ts-proxy fetch-envoy` gets a real Envoy. */
import { MeshError } from '@istio-ts/foundation'
import { compose } from './compose.ts'
import { fetchEnvoy, findEnvoy } from './engines/envoy/binary.ts'
import { envoyEnvironment, readOptions } from './options.ts'

const fail = (error: unknown): never => {
  process.stderr.write(`${error instanceof MeshError ? error.toString() : error instanceof Error ? error.stack ?? error.message : String(error)}\n`)
  process.exit(1)
}

if (process.argv[2] === 'fetch-envoy') {
  const env = envoyEnvironment(process.env)
  const line = (text: string): void => void process.stderr.write(`${text}\n`)
  await Promise.resolve().then(() => findEnvoy(env) ?? fetchEnvoy(env, line)).then((path) => process.stdout.write(`${path}\n`), fail)
  process.exit(0)
}

try {
  const options = readOptions(process.argv.slice(2), process.env)
  let ending = false
  const end = (): void => {
    if (ending) return
    ending = true
    proxy.drain(options.bootstrap.drainMs).then(() => proxy.stop()).then(() => process.exit(0), fail)
  }
  const proxy = compose(options, end)
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  // A bug in one callback must not take the other connections down; it is reported and the proxy goes on.
  process.on('uncaughtException', (error) => void process.stderr.write(`MESH0751 uncaught: ${error.stack ?? error.message}\n`))
  await proxy.start()
} catch (error) {
  fail(error)
}
