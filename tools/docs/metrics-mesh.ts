/** A small mesh that makes a proxy have every kind of metric it can have: HTTP, TCP, policies on both, a gateway. */
import type { Scenario } from '@istio-ts/testkit'

/** The scenario behind the proxy's part of `docs/metrics.md`. */
export const metricsMesh: Scenario = {
  mesh: `# why this case exists: the documentation lists the metrics that a proxy really has
apiVersion: istio-ts.dev/v1alpha1
kind: LocalMesh
metadata: {name: metrics}
spec:
  workloads:
  - {name: web, ports: [{name: http, port: 80, targetPort: 19000}]}
  - {name: cart, service: cart, labels: {app: cart}, ports: [{name: http, port: 80, targetPort: 19001}]}
  - {name: db, service: db, labels: {app: db}, ports: [{name: tcp, port: 5432, targetPort: 19002}]}
  gateways:
  - {name: ingress, namespace: istio-system, labels: {istio: ingressgateway}, ports: [{port: 80, listen: 18080}]}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: mesh, namespace: default}
spec:
  rules:
  - from:
    - source: {principals: [cluster.local/ns/default/sa/web]}
`,
  calls: `
- {from: web, request: GET http://cart/, expect: {status: 200}}
- {from: web, request: GET tcp://db:5432/, expect: {status: 200}}
`,
}
