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

/** The same as people write them: with comments, flow collections, quotes, anchors and aliases. */
export const virtualServicesByHand = (count: number): readonly string[] => virtualServices(count).map((text, i) => text
  .replace('metadata:\n', `metadata:\n  labels: {app: service-${i}, "version": v1}\n  annotations:\n    note: "it's a \\"note\\""\n`)
  .replace('spec:', '# Who may be called\nspec: # and how')
  .replace(/hosts:\n {2}- (\S+)/, 'hosts: [$1]')
  .replace(/uri:\n {8}prefix: (\S+)/, 'uri: {prefix: $1}')
  .replace('weight: 100', 'weight: 100 # all')
  .replace('timeout: 5s', 'timeout: &short 5s')
  .replace('attempts: 3', 'attempts: 3\n      perTryTimeout: *short'))
