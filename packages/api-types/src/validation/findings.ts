/** Collects findings while a validator walks a resource; the path is spelled only when something is found. */
import { formatJsonPath, type Diagnostic, type JsonPath } from '@istio-ts/foundation'
import type { Finding } from '../diagnostics.ts'
import { refOf, type Resource } from '../resource.ts'

/** A finding with its path, before a resource is known. */
export interface LocatedFinding {
  readonly finding: Finding
  readonly path: JsonPath
}

/** A place in a resource where findings can be added. A class, because thousands are made per second and most are never asked anything. */
export class Findings {
  readonly #sink: LocatedFinding[]
  readonly #parent: Findings | undefined
  readonly #step: string | number

  /** @internal use {@link collect} or {@link findings}. */
  constructor(sink: LocatedFinding[], parent?: Findings, step: string | number = '') {
    this.#sink = sink
    this.#parent = parent
    this.#step = step
  }

  /** The place below this one. */
  at(step: string | number): Findings {
    return new Findings(this.#sink, this, step)
  }

  /** Adds a finding here. */
  add(finding: Finding): void {
    this.#sink.push({ finding, path: this.path() })
  }

  /** How much was found so far, anywhere in the resource. */
  get count(): number {
    return this.#sink.length
  }

  /** Steps from the root of the resource. */
  path(): JsonPath {
    return this.#parent === undefined ? [] : [...this.#parent.path(), this.#step]
  }

  /** Calls `check` for each item of a list, at its place; items that are null or absent are left to the schema. */
  each<T>(field: string, list: readonly T[] | undefined, check: (item: T, at: Findings, index: number) => void): void {
    if (!list || list.length === 0) return
    const place = this.at(field)
    for (let i = 0; i < list.length; i++) {
      const item = list[i]
      if (item !== undefined && item !== null) check(item, place.at(i), i)
    }
  }

  /** Calls `check` for each entry of a map, at its place; null values are handed on. */
  entries<T>(field: string, map: Readonly<Record<string, T>> | undefined, check: (value: T, at: Findings, key: string) => void): void {
    if (!map) return
    const place = this.at(field)
    for (const key of Object.keys(map)) {
      const value = map[key]
      if (value !== undefined) check(value, place.at(key), key)
    }
  }
}

/** Runs a validator and returns what it found, with paths. */
export function collect(run: (at: Findings) => void): readonly LocatedFinding[] {
  const sink: LocatedFinding[] = []
  run(new Findings(sink))
  return sink
}

/** Runs a validator and returns what it found as diagnostics of the resource. */
export const findings = (resource: Resource, run: (at: Findings) => void): readonly Diagnostic[] => collect(run).map((located) => toDiagnostic(located, resource))

/** Enough of a resource to name it. */
export type ResourceHead = Omit<Resource, 'spec' | 'status'>

/** A located finding as a diagnostic. */
export function toDiagnostic({ finding, path }: LocatedFinding, head: ResourceHead): Diagnostic {
  const source = head.source?.locate(path)
  return { ...finding, resource: refOf({ ...head, spec: undefined }), ...(path.length > 0 ? { path: formatJsonPath(path) } : {}), ...(source ? { source } : {}) }
}
