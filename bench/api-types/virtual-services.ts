/** Typical VirtualServices, about 500 bytes each. */

/** As YAML, one document each; no two are equal. */
export const virtualServices = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: service-${i}
  namespace: team-${i % 20}
spec:
  hosts:
  - service-${i}.team-${i % 20}.svc.cluster.local
  http:
  - name: canary
    match:
    - headers:
        x-canary:
          exact: "true"
      uri:
        prefix: /api/v${i % 7}
    route:
    - destination:
        host: service-${i}
        subset: v2
      weight: 100
    timeout: 5s
  - route:
    - destination:
        host: service-${i}
        subset: v1
    retries:
      attempts: 3
`)
