/** A WebAssembly module and how it is fetched and run: what WasmPlugin and TrafficExtension share. */
import type { Findings } from '../../validation/findings.ts'
import { policyDiagnostics } from '../policy/diagnostics.ts'
import { isUrl, parseRequestUri, parseUrl, type GoUrl } from '../policy/url.ts'
import { enumeration, has, list, message, plainInteger, rule, struct, text } from '../shared/schema/index.ts'

/** An environment variable of the module. */
export interface WasmEnv {
  /** Name of the variable. */
  readonly name: string
  /** Where the value comes from; default `INLINE`, `HOST` is the variable of that name of the proxy. */
  readonly valueFrom?: 'INLINE' | 'HOST'
  /** Value, for `INLINE`. */
  readonly value?: string
}

/** Settings of the virtual machine. */
export interface WasmVmConfig {
  /** Environment variables of the module. */
  readonly env?: readonly WasmEnv[]
}

/** The module. */
export interface WasmModule {
  /** `oci://`, `https://`, `http://` or `file://`; without a scheme it is an OCI image. */
  readonly url: string
  /** Of the module, or of its OCI image; checked before it runs. */
  readonly sha256?: string
  /** Default: `IfNotPresent`, and `Always` for the tag `latest`. */
  readonly imagePullPolicy?: 'UNSPECIFIED_POLICY' | 'IfNotPresent' | 'Always'
  /** Secret of the same namespace with the credentials of the registry. */
  readonly imagePullSecret?: string
  /** Public key that signed images are verified with; not used yet. */
  readonly verificationKey?: string
  /** Handed to the module as JSON. */
  readonly pluginConfig?: Readonly<Record<string, unknown>>
  /** Name of the plugin inside a module that has several. */
  readonly pluginName?: string
  /** What happens when the module cannot be loaded or traps; default `FAIL_CLOSE`. */
  readonly failStrategy?: 'FAIL_CLOSE' | 'FAIL_OPEN' | 'FAIL_RELOAD'
  readonly vmConfig?: WasmVmConfig
  /** Default: HTTP. */
  readonly type?: 'UNSPECIFIED_PLUGIN_TYPE' | 'HTTP' | 'NETWORK'
}

/** A port by its number. */
export interface TrafficPort {
  /** From 1 to 65535. */
  readonly number: number
}

/** Which traffic an extension sees: one of a list of these. */
export interface TrafficSelector {
  /** Default `CLIENT_AND_SERVER`. */
  readonly mode?: 'UNDEFINED' | 'CLIENT' | 'SERVER' | 'CLIENT_AND_SERVER'
  /** Ports of the service (client) or of the workload (server); absent = all. */
  readonly ports?: readonly TrafficPort[]
}

const env = () =>
  message<WasmEnv>(
    {
      name: text({ minLength: 1, maxLength: 256 }),
      value: text({ maxLength: 2048 }),
      valueFrom: enumeration(['INLINE', 'HOST']),
    },
    {
      required: ['name'],
      rules: [
        rule('value may only be set when valueFrom is INLINE', '(has(self.valueFrom) ? self.valueFrom : "") != "HOST" || !has(self.value)', (self) => self.valueFrom !== 'HOST' || !has(self.value)),
      ],
    },
  )

/** The URL's CEL rule lists the schemes in the order of each CRD. */
const url = (schemes: string) =>
  text({
    minLength: 1,
    rules: [
      rule(
        'url must have schema one of [http, https, file, oci]',
        `isURL(self) ? (url(self).getScheme() in [${schemes}]) : (isURL("http://" + self) &&\nurl("http://" + self).getScheme() in [${schemes}])`,
        (self) => (isUrl(self) ? SCHEMES.has(parseRequestUri(self)?.scheme ?? '') : isUrl(`http://${self}`)),
      ),
    ],
  })

const SCHEMES: ReadonlySet<string> = new Set(['', 'http', 'https', 'oci', 'file'])

/** Schema fields of {@link WasmModule}. @param schemes the list of the URL's CEL rule */
export const wasmFields = (schemes: string) => ({
  failStrategy: enumeration(['FAIL_CLOSE', 'FAIL_OPEN', 'FAIL_RELOAD']),
  imagePullPolicy: enumeration(['UNSPECIFIED_POLICY', 'IfNotPresent', 'Always']),
  imagePullSecret: text({ minLength: 1, maxLength: 253 }),
  pluginConfig: struct(),
  pluginName: text({ minLength: 1, maxLength: 256 }),
  sha256: text({ pattern: '(^$|^[a-f0-9]{64}$)' }),
  type: enumeration(['UNSPECIFIED_PLUGIN_TYPE', 'HTTP', 'NETWORK']),
  url: url(schemes),
  verificationKey: text(),
  vmConfig: message<WasmVmConfig>({ env: list(env(), { maxItems: 256, mapKeys: ['name'] }) }),
})

/** Schema of a `match` list. */
export const trafficSelectors = () =>
  list(
    message<TrafficSelector>({
      mode: enumeration(['UNDEFINED', 'CLIENT', 'SERVER', 'CLIENT_AND_SERVER']),
      ports: list(message<TrafficPort>({ number: plainInteger({ minimum: 1, maximum: 65535 }) }, { required: ['number'] }), { mapKeys: ['number'] }),
    }),
  )

/** Istio's rules for a module. */
export function checkWasm(wasm: Partial<WasmModule>, at: Findings): void {
  checkUrl(wasm.url ?? '', at.at('url'))
  if (wasm.sha256) checkSha(wasm.sha256, at.at('sha256'))
  if ((wasm.imagePullSecret ?? '').length > 253) at.at('imagePullSecret').add(policyDiagnostics.pluginText('imagePullSecret field must be less than 253 characters long'))
  if ((wasm.pluginName ?? '').length > 256) at.at('pluginName').add(policyDiagnostics.pluginText('pluginName field must be at most 256 characters long'))
  checkEnv(wasm.vmConfig?.env ?? [], at.at('vmConfig').at('env'))
}

function checkUrl(url: string, at: Findings): void {
  if (url === '') return void at.add(policyDiagnostics.pluginUrl('url field needs to be set'))
  const parsed = strictUrl(url)
  if (!parsed) at.add(policyDiagnostics.pluginUrl(`failed to parse url: ${url}`))
  else if (!SCHEMES.has(parsed.scheme)) at.add(policyDiagnostics.pluginUrl(`url contains unsupported scheme: ${parsed.scheme}`))
}

/** An image without a scheme is read as if it stood behind `http://`. */
function strictUrl(url: string): GoUrl | undefined {
  const parsed = parseRequestUri(url)
  const text = parsed ? url : `http://${url}`
  return parseUrl(text) && (parsed ?? parseRequestUri(text))
}

function checkSha(sha256: string, at: Findings): void {
  if (sha256.length !== 64) at.add(policyDiagnostics.pluginText('sha256 field must be 64 characters long'))
  else if (!/^[a-f0-9]*$/.test(sha256)) at.add(policyDiagnostics.pluginText('sha256 field must match [a-f0-9]{64} pattern'))
}

function checkEnv(env: readonly (WasmEnv | null)[], at: Findings): void {
  const seen = new Set<string>()
  env.forEach((variable, i) => {
    if (variable) checkVariable(variable, seen, at.at(i))
  })
}

function checkVariable(variable: Partial<WasmEnv>, seen: Set<string>, at: Findings): void {
  const name = variable.name ?? ''
  if (name === '') at.add(policyDiagnostics.pluginEnv('spec.vmConfig.env invalid'))
  if (name.length > 256) at.add(policyDiagnostics.pluginEnv('env.name field must be at most 256 characters long'))
  if (seen.has(name)) at.add(policyDiagnostics.pluginEnv('duplicate env'))
  if ((variable.valueFrom ?? 'INLINE') !== 'INLINE' && variable.value) at.add(policyDiagnostics.pluginEnv('value may only be set when valueFrom is INLINE'))
  seen.add(name)
}

/** Istio's rules for a `match` list. */
export function checkTrafficSelectors(selectors: readonly (TrafficSelector | null)[], at: Findings): void {
  selectors.forEach((selector, i) => {
    if (!selector) at.at(i).add(policyDiagnostics.pluginText(`spec.Match[${i}] is nil`))
    selector?.ports?.forEach((port: TrafficPort | null, j) => {
      const place = at.at(i).at('ports').at(j)
      if (!port) place.add(policyDiagnostics.pluginText(`spec.Match[${i}].Ports[${j}] is nil`))
      else if (!(port.number >= 1 && port.number <= 65535)) place.add(policyDiagnostics.pluginText(`spec.Match[${i}].Ports[${j}] is out of range: ${port.number}`))
    })
  })
}
