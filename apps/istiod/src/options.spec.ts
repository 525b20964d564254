import { describe, expect, it } from 'vitest'
import { readOptions } from './options.ts'

const needed = ['--config-dir', 'c', '--state-dir', 's']
const serve = (argv: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const command = readOptions([...needed, ...argv], env)
  if (command.run !== 'serve') throw new Error('not serving')
  return command.options
}

describe('options', () => {
  it("are Istio's ports and lifetimes by default, with the plaintext port on loopback", () => {
    expect(serve([])).toMatchObject({ xds: { host: '127.0.0.1', port: 15010 }, secureXds: { host: '0.0.0.0', port: 15012 }, http: { port: 8080 }, monitoring: { port: 15014 }, defaultCertTtlMs: 86_400_000, local: false })
  })
  it('stay on loopback in a local mesh, whatever the port', () => {
    expect(serve(['--local', '--secure-xds-port', '0', '--xds-port', '4000'])).toMatchObject({ local: true, secureXds: { host: '127.0.0.1', port: 0 }, xds: { host: '127.0.0.1', port: 4000 } })
  })
  it('take lifetimes and log levels as Istio does', () => {
    const options = serve(['--log_output_level', 'ads:debug'], { DEFAULT_WORKLOAD_CERT_TTL: '1h30m0s' })
    expect([options.defaultCertTtlMs, options.levelOf('ads'), options.levelOf('ca')]).toEqual([5_400_000, 'debug', 'info'])
  })
  it('name every mistake at once', () => {
    expect(() => readOptions(['--xds-port', 'x', '--log_output_level', 'loud'], { MAX_WORKLOAD_CERT_TTL: 'soon' }))
      .toThrow(/--xds-port x is no port; --config-dir is missing|--config-dir is missing/)
    expect(() => readOptions(['--xds-port', 'x', '--log_output_level', 'loud'], { MAX_WORKLOAD_CERT_TTL: 'soon' })).toThrow(/loud.*soon|soon.*loud/)
    expect(() => readOptions(['--wrong'], {})).toThrow('--wrong')
  })
  it("accept the word that Istio's images pass first, and help", () => {
    expect(readOptions(['discovery', ...needed], {}).run).toBe('serve')
    expect([readOptions(['--help'], {}).run, readOptions(['--version'], {}).run]).toEqual(['help', 'version'])
  })
})
