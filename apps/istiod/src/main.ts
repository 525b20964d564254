/** istiod: argv in, exit code out. */
import { MeshError } from '@istio-ts/foundation'
import { systemClock } from '@istio-ts/foundation/node'
import { createLog, silentTracer } from '@istio-ts/telemetry'
import { streamLogSink } from '@istio-ts/telemetry/node'
import { composeIstiod } from './compose.ts'
import { helpText, readOptions } from './options.ts'
import { modelViews } from './proxies/model-views.ts'
import { VERSION } from './version.ts'

async function main(): Promise<void> {
  const command = readOptions(process.argv.slice(2), process.env)
  if (command.run !== 'serve') return void process.stdout.write(command.run === 'help' ? helpText() : `${VERSION}\n`)
  const { options } = command
  const log = createLog({ sink: streamLogSink(process.stderr, { json: options.logAsJson }), now: () => systemClock.now(), levelOf: options.levelOf })
  const istiod = composeIstiod({ clock: systemClock, telemetry: { log, tracer: silentTracer() }, version: VERSION, views: modelViews }, options)
  await istiod.start()
  // With port 0 somebody has to be told; standard output holds this one line of JSON alone.
  process.stdout.write(`${JSON.stringify(istiod.ports)}\n`)
  const signal = await new Promise<NodeJS.Signals>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, resolve)
  })
  log.info('istiod is going down', { signal })
  await istiod.stop()
}

main().then(() => process.exit(0), (error: unknown) => {
  process.stderr.write(`${error instanceof MeshError ? error.toString() : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.exit(1)
})
