/** What environment variables mean; a test compares this list with what the programs read. */
import ts from 'typescript'
import { productSources, walk } from './source.ts'

/** One variable of one program. */
export interface Variable {
  readonly program: 'istiod' | 'istio-ts-proxy' | 'istioctl'
  readonly name: string
  readonly meaning: string
}

/** Every variable that a program reads by name, in the order of the alphabet. */
export const environment: readonly Variable[] = [
  { program: 'istioctl', name: 'NO_COLOR', meaning: 'if set, the demo prints without colour' },
  { program: 'istioctl', name: 'TERM', meaning: '`dumb`: the demo prints without colour' },
  { program: 'istioctl', name: 'XDG_STATE_HOME', meaning: 'where local meshes keep keys, ports, process ids and logs; default `~/.local/state`' },
  { program: 'istiod', name: 'DEFAULT_WORKLOAD_CERT_TTL', meaning: 'life of a workload certificate if the request names none, e.g. `24h` (the default, Istio\'s)' },
  { program: 'istiod', name: 'MAX_WORKLOAD_CERT_TTL', meaning: 'longest life that a request may ask for; default `2160h` (90 days, Istio\'s)' },
  { program: 'istio-ts-proxy', name: 'HOSTNAME', meaning: 'name of the machine in access logs (`%HOSTNAME%`); default: what the system says' },
  { program: 'istio-ts-proxy', name: 'ISTIO_TS_ENVOY', meaning: 'an Envoy binary, for `engine: envoy`; default: `envoy` on `PATH`, then the cache, then the pinned package' },
  { program: 'istio-ts-proxy', name: 'ISTIO_TS_LOG_LEVEL', meaning: 'default of `--log-level`' },
  { program: 'istio-ts-proxy', name: 'ISTIO_TS_PROXY_CONFIG', meaning: 'default of `--config`' },
  { program: 'istio-ts-proxy', name: 'PATH', meaning: 'where `envoy` is looked for' },
  { program: 'istio-ts-proxy', name: 'XDG_CACHE_HOME', meaning: 'where a downloaded Envoy is kept; default `~/.cache`' },
]

/** Folder of a program. */
export const homeOf: Readonly<Record<Variable['program'], string>> = { istioctl: 'apps/cli', istiod: 'apps/istiod', 'istio-ts-proxy': 'apps/proxy' }

/** Variables that the sources of a home read by name. */
export function variablesRead(home: string): readonly string[] {
  const names = new Set<string>()
  for (const { tree } of productSources(home, /\benv\b/)) {
    walk(tree, (node) => {
      if (ts.isElementAccessExpression(node) && /(^|\.)env$/.test(node.expression.getText()) && ts.isStringLiteral(node.argumentExpression)) names.add(node.argumentExpression.text)
      // `duration('NAME', env, ...)`
      if (ts.isCallExpression(node) && node.arguments[1]?.getText() === 'env' && node.arguments[0] && ts.isStringLiteral(node.arguments[0])) names.add(node.arguments[0].text)
    })
  }
  return [...names].sort()
}
