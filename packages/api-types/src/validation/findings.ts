/** Collects findings while a validator walks a resource; the path is spelled only when something is found. */
import { formatJsonPath, type Diagnostic, type JsonPath } from '@istio-ts/foundation'
import type { Finding } from '../diagnostics.ts'
import { refOf, type Resource } from '../resource.ts'

/** A place in a resource where findings can be added. */
export interface Findings {
  /** The place below this one. */
  at(step: string | number): Findings
  /** Adds a finding here. */
  add(finding: Finding): void
  /** Steps from the root of the resource. */
  path(): JsonPath
}

/** Findings with their path, before a resource is known. */
export interface LocatedFinding {
  readonly finding: Finding
  readonly path: JsonPath
}

/** A collector that stands at the root. */
export function collector(sink: LocatedFinding[]): Findings {
  return place(sink, undefined, undefined)
}

function place(sink: LocatedFinding[], parent: Findings | undefined, step: string | number | undefined): Findings {
  const self: Findings = {
    at: (below) => place(sink, self, below),
    add: (finding) => void sink.push({ finding, path: self.path() }),
    path: () => (parent === undefined || step === undefined ? [] : [...parent.path(), step]),
  }
  return self
}

/** Runs a validator and returns what it found as diagnostics of the resource. */
export function findings(resource: Resource, run: (at: Findings) => void): readonly Diagnostic[] {
  const sink: LocatedFinding[] = []
  run(collector(sink))
  return sink.map((located) => toDiagnostic(located, resource))
}

/** A located finding as a diagnostic. */
export function toDiagnostic({ finding, path }: LocatedFinding, resource: Resource): Diagnostic {
  const source = resource.source?.locate(path)
  return { ...finding, resource: refOf(resource), ...(path.length > 0 ? { path: formatJsonPath(path) } : {}), ...(source ? { source } : {}) }
}
