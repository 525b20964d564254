/** What callers get where configuration points to nothing: what Istio's proxies answer, with Envoy's flag in the access log. The findings themselves: apps/istiod/src/findings.spec.ts. */
import { expect, it } from 'vitest'
import { runScenario } from '../../packages/testkit/src/index.ts'

const MESH = `apiVersion: istio-ts.dev/v1alpha1
kind: LocalMesh
metadata: {name: shop}
spec:
  workloads:
  - {name: web, ports: [{name: http, port: 80, targetPort: 19000}]}
  - {name: cart-v1, service: cart, labels: {app: cart, version: v1}, ports: [{name: http, port: 80, targetPort: 19001}]}
  gateways:
  - {name: ingress, namespace: istio-system, labels: {istio: ingressgateway}, ports: [{port: 80, listen: 18080}]}
`
const route = (destination: string, host = 'cart'): string => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: default}
spec: {hosts: [${host}], http: [{route: [{destination: ${destination}}]}]}
`
const rule = (host: string, more: string): string => `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: cart, namespace: default}
spec: {host: ${host}, ${more}}
`
const CART = 'GET http://cart/'
const served = `
- {from: web, request: ${CART}, expect: {status: 200, reached: cart-v1}}
`
/** A call that ends at the caller's proxy; the flag stands right behind the status. */
const refused = (status: number, flag: string, request = CART): string => `
- {from: web, request: ${request}, expect: {status: ${status}, reached: nobody}}
- {log: web, holds: '" ${status} ${flag} '}
`

it.each<[string, string, string]>([
  ['a host that nobody has: 503, no cluster', route('{host: basket}'), refused(503, 'NC')],
  ['a subset that no rule defines: 503, no cluster', route('{host: cart, subset: v9}'), refused(503, 'NC')],
  ['a port that the service lacks: 503, no cluster', route('{host: cart, port: {number: 81}}'), refused(503, 'NC')],
  ['a subset without workloads: 503, no healthy upstream', `${rule('cart', 'subsets: [{name: v9, labels: {version: v9}}]')}---\n${route('{host: cart, subset: v9}')}`, refused(503, 'UH')],
  ['an entry without endpoints: 503, no healthy upstream', `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: outside, namespace: default}
spec: {hosts: [outside.example.com], resolution: STATIC, ports: [{number: 80, name: http, protocol: HTTP}]}
`, refused(503, 'UH', 'GET http://outside.example.com/')],
  ['a rule for a host that nobody has: no effect', rule('basket', 'trafficPolicy: {tls: {mode: DISABLE}}'), served],
  ['a policy that selects nobody: no effect', `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: nobody, namespace: default}
spec: {selector: {matchLabels: {app: basket}}, action: DENY, rules: [{}]}
`, served],
  ['a Gateway that selects nobody, and routes for it: no effect inside', `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: front, namespace: default}
spec: {selector: {istio: typo}, servers: [{hosts: ["*"], port: {number: 80, name: http, protocol: HTTP}}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: front, namespace: default}
spec: {hosts: [cart], gateways: [front], http: [{directResponse: {status: 418}}]}
`, served],
  ['a host that no server of the Gateway has: 404 there', `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: front, namespace: default}
spec: {selector: {istio: ingressgateway}, servers: [{hosts: [shop.example.com], port: {number: 80, name: http, protocol: HTTP}}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: front, namespace: default}
spec: {hosts: [shop.example.com, shop.example.org], gateways: [front], http: [{route: [{destination: {host: cart}}]}]}
`, `
- {from: ingress.istio-system, request: GET http://shop.example.com/, expect: {status: 200, reached: cart-v1}}
- {from: ingress.istio-system, request: GET http://shop.example.org/, expect: {status: 404, reached: nobody}}
`],
  ['weights of which one is zero: the other gets all', `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: default}
spec: {hosts: [cart], http: [{route: [{destination: {host: basket}, weight: 0}, {destination: {host: cart}, weight: 1}]}]}
`, served],
  ['a sole destination of weight zero: it gets all', `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: default}
spec: {hosts: [cart], http: [{route: [{destination: {host: cart}, weight: 0}]}]}
`, served],
  ['a mirror that nobody has: the call itself is served', `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: default}
spec: {hosts: [cart], http: [{route: [{destination: {host: cart}}], mirrors: [{destination: {host: basket}}]}]}
`, served],
])('%s', async (_what, config, calls) => {
  const { problems } = await runScenario({ mesh: `${MESH}---\n${config}`, calls })
  expect(problems).toEqual([])
})
