/** Which user resource a cluster or route came from, as Istio notes it in `metadata.filterMetadata.istio.config`. */
import { at } from './json-value.ts'

/** `reviews.default` for `/apis/networking.istio.io/v1/namespaces/default/virtual-service/reviews`; `''` if nothing is noted. */
export function managedBy(resource: unknown): string {
  const config = at(resource, 'metadata', 'filterMetadata', 'istio', 'config')
  if (typeof config !== 'string') return ''
  if (!/^\/apis\/networking\.istio\.io\/v1(?:alpha3|beta1)?\/namespaces\//.test(config)) return '<unknown>'
  const parts = config.split('/')
  return parts.length === 8 ? `${parts[7] ?? ''}.${parts[5] ?? ''}` : ''
}
