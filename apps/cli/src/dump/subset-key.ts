/** Istio's cluster names: `outbound|9080|v1|reviews.default.svc.cluster.local`. */

/** The parts of a cluster name; other names stand in `host` with port 0. */
export interface SubsetKey {
  readonly direction: string
  readonly port: number
  readonly subset: string
  readonly host: string
  /** False for names of other forms (`agent`, `BlackHoleCluster`). */
  readonly isIstio: boolean
}

/** Reads a name; a name in the form that SNI carries (`outbound_.80_._.host`) is not split, as clusters never have it. */
export function parseSubsetKey(name: string): SubsetKey {
  const [direction = '', port = '', subset = '', ...host] = name.split('|')
  if (host.length === 0) return { direction: '', port: 0, subset: '', host: name, isIstio: false }
  return { direction, port: Number.parseInt(port, 10) || 0, subset, host: host[0] ?? '', isIstio: true }
}

/** Order of istioctl's tables: host, subset, port, direction. */
export function compareSubsetKeys(a: string, b: string): number {
  const one = parseSubsetKey(a)
  const two = parseSubsetKey(b)
  return compareText(one.host, two.host) || compareText(one.subset, two.subset) || one.port - two.port || compareText(one.direction, two.direction)
}

/** Order of code points, as Go compares texts. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
