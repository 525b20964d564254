/** What a start loads: `istioctl version` has 100 ms, so nothing large may be reached by static imports. */
import { join } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../..')

/** Sources that a chunk and everything it imports statically hold, and the built-in modules they ask for. */
function sourcesOf({ outputs }: Metafile, chunk: string): ReadonlySet<string> {
  const seen = new Set<string>()
  const chunks = [chunk]
  const sources = new Set<string>()
  for (let name = chunks.pop(); name !== undefined; name = chunks.pop()) {
    const output = outputs[name]
    if (!output || seen.has(name)) continue
    seen.add(name)
    for (const source of Object.keys(output.inputs)) sources.add(source)
    for (const { path, kind, external } of output.imports) {
      if (external) sources.add(path)
      else if (kind === 'import-statement') chunks.push(path)
    }
  }
  return sources
}

const LARGE = /node_modules\/(?:zod|yaml|js-yaml|re2js|@grpc\/|protobufjs)|packages\/api-types\//

describe('the bundle', () => {
  let metafile: Metafile
  beforeAll(async () => {
    const result = await build({ entryPoints: [join(root, 'apps/cli/src/main.ts')], outdir: 'out', bundle: true, splitting: true, write: false, metafile: true, platform: 'node', target: 'node24', format: 'esm', conditions: ['@istio-ts/source'], absWorkingDir: root, logLevel: 'silent' })
    metafile = result.metafile
  })
  const chunkOf = (source: string): string => Object.keys(metafile.outputs).find((name) => metafile.outputs[name]?.entryPoint === source) ?? `no chunk for ${source}`

  it('starts without schemas, YAML and gRPC', () => {
    const sources = [...sourcesOf(metafile, chunkOf('apps/cli/src/main.ts'))]
    expect(sources).toContain('apps/cli/src/compose.ts')
    expect(sources.filter((source) => LARGE.test(source))).toEqual([])
  })
  it.each(['version', 'proxy-config', 'proxy-status', 'completion'])('does the work of %s without them too', (command) => {
    const sources = [...sourcesOf(metafile, chunkOf(`apps/cli/src/commands/${command}/run.ts`))]
    expect(sources.length).toBeGreaterThan(0)
    expect(sources.filter((source) => LARGE.test(source))).toEqual([])
  })
  it('looks for a running mesh without what takes long to load', () => {
    const sources = ['main.ts', 'commands/version/run.ts', 'mesh/running-mesh.ts'].flatMap((file) => [...sourcesOf(metafile, chunkOf(`apps/cli/src/${file}`))])
    expect(sources).toContain('node:fs')
    expect(sources.filter((source) => /^node:(?:crypto|http|https|net|tls)$/.test(source))).toEqual([])
  })
  it('would notice: validate needs them', () => {
    expect([...sourcesOf(metafile, chunkOf('apps/cli/src/commands/validate/run.ts'))].some((source) => LARGE.test(source))).toBe(true)
  })
})
